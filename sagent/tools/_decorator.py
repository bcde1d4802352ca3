import re
from collections.abc import Callable, Collection
from typing import Literal, Protocol, cast, overload

from sagent.errors import UsageError
from sagent.lib.json import JSON, json_freeze
from sagent.tool import ALL_EFFECTS, Concurrency, Effect, check_tool, effects_of
from sagent.tool._docstring import Docstring
from sagent.tools._callee import Callee
from sagent.tools._function import FunctionTool, ReportingTool, RunsIn
from sagent.tools._signature import Signature, report_parameter

type Place = Literal["process", "thread", "asyncio"]
type EffectName = Effect | Literal["reads", "writes", "network", "processes"]

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class _Decorator(Protocol):
    def __call__[**P, R](self, function: Callable[P, R], /) -> FunctionTool[P, R]: ...


@overload
def tool[**P, R](
    function: Callable[P, R],
    /,
    *,
    name: str | None = None,
    description: str | None = None,
    schema: JSON | None = None,
    runs_in: Literal["process", "thread"] | None = None,
    effects: Collection[EffectName] = ALL_EFFECTS,
    concurrency: Concurrency = "shared",
    supports_microcompaction: bool = False,
    deadline_s: float | None = None,
    max_result_chars: int | None = None,
) -> FunctionTool[P, R]: ...


@overload
def tool(
    *,
    name: str | None = None,
    description: str | None = None,
    schema: JSON | None = None,
    runs_in: Place | None = None,
    effects: Collection[EffectName] = ALL_EFFECTS,
    concurrency: Concurrency = "shared",
    supports_microcompaction: bool = False,
    deadline_s: float | None = None,
    max_result_chars: int | None = None,
) -> _Decorator: ...


def tool[**P, R](
    function: Callable[P, R] | None = None,
    /,
    *,
    name: str | None = None,
    description: str | None = None,
    schema: JSON | None = None,
    runs_in: Place | None = None,
    effects: Collection[EffectName] = ALL_EFFECTS,
    concurrency: Concurrency = "shared",
    supports_microcompaction: bool = False,
    deadline_s: float | None = None,
    max_result_chars: int | None = None,
) -> FunctionTool[P, R] | _Decorator:
    """Make a tool of a function, as ``@tool``, ``@tool(...)`` or ``tool(function, ...)``.

    A method of an instance, a partial and an object with ``__call__`` will do as well.

    The schema is read from the signature: str, int, float, bool, None, unions, lists, tuples, sets
    and dictionaries of these, Literal, enums, attrs classes, dataclasses, TypedDict, Path, dates,
    UUID; the function gets values of these types. ``Annotated[int, "how many", {"minimum": 1}]``
    describes a parameter, and adds keywords of JSON Schema. The description is the docstring's
    first paragraph, that of a parameter its entry under ``Args:``, that of a field its entry under
    ``Attributes:``.

    A parameter that is annotated with `sagent.tool.Report` is not the model's: the function gets
    something to call with what it has to show before its result.

    The function may give text, a message, a list of these (the parts of one), or what JSON can
    tell; an exception becomes an error that the model reads.

    An ``async def`` runs in the agent's own task, under trio. It must not block.

    With ``runs_in="asyncio"`` an ``async def`` runs in the loop of the asyncio program that awaits
    the run, where its pools, clients and locks are. It must not block there. A cancel cancels its
    task, and waits for its end.

    A ``def`` runs in a process of its own, which a cancel kills at once, whatever it does. It
    works on a copy of what it refers to: what it changes in memory is lost with the process, and
    what cannot be pickled cannot be referred to. Its environment holds no credentials. It costs a
    start of Python.

    With ``runs_in="thread"`` a ``def`` runs in a thread and shares the memory of this process, at
    no cost. A cancel raises an exception in it, at its next bytecode: a call that blocks outside
    of Python (a lock, a socket, a sleep, a computation in C) delays the cancel until it returns,
    so this is for functions that soon do.

    Args:
        function: the function; left out where ``@tool(...)`` decorates one.
        name: what the model calls it by; the function's name unless given.
        description: what the model is told.
        schema: the JSON Schema of the arguments; they are then passed as they come.
        runs_in: ``process`` or ``thread``, for a ``def``; ``asyncio`` for an ``async def``.
        effects: what it may do to the world, such as ``{"reads"}``; everything, unless told.
        concurrency: ``exclusive`` if it may not run beside other calls.
        supports_microcompaction: whether an old result may be dropped, since it can be had again.
        deadline_s: how long its agent lets a call run; None for as long as it takes.
        max_result_chars: how long a result may be as a part of the conversation, in characters;
            None for what its agent has room for.

    Raises:
        UsageError: the signature cannot be a schema, or an option is none; the error names it.
    """

    def decorate[**Q, S](function: Callable[Q, S], /) -> FunctionTool[Q, S]:
        callee = Callee.of(function)
        doc = Docstring.of(callee.doc)
        own_name = name or callee.name
        if not _NAME.fullmatch(own_name):
            raise UsageError(
                f"{own_name!r} is no name of a tool: pass name= with letters, digits, _ and -"
            )
        signature = None if schema is not None else Signature.of(callee, doc.parameters)
        report_to = report_parameter(callee)
        kind = FunctionTool[Q, S] if report_to is None else ReportingTool[Q, S]
        made = kind(
            function,
            signature,
            report_to,
            name=own_name,
            description=description or doc.first_paragraph or own_name,
            directive_schema=json_freeze(schema if signature is None else signature.schema),
            runs_in=_place(callee, own_name, runs_in),
            effects=cast("frozenset[Effect]", frozenset(effects)),  # looked at below
            concurrency=concurrency,
            supports_microcompaction=supports_microcompaction,
            deadline_s=deadline_s,
            max_result_chars=max_result_chars,
        )
        check_tool(made)
        made.effects = effects_of(made)
        return made

    return decorate if function is None else decorate(function)


def _place(callee: Callee, name: str, runs_in: Place | None) -> RunsIn:
    if not callee.is_async:
        if callee.is_generator:
            raise UsageError(f"{name} yields its results one by one: return them all at once")
        if runs_in == "asyncio":
            raise UsageError(f"{name} is no async def: runs_in is 'process' or 'thread'")
        if runs_in not in {None, "process", "thread"}:
            raise UsageError(f"{name}: runs_in is 'process' or 'thread', not {runs_in!r}")
        return runs_in or "process"
    if runs_in not in {None, "asyncio"}:
        raise UsageError(
            f"{name} is async and runs in its agent's task: leave out runs_in, or say 'asyncio'"
        )
    return runs_in or "task"
