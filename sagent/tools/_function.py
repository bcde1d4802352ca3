import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import partial, update_wrapper
from typing import Literal, Protocol, cast, overload

import attrs

from sagent._async_library import async_library, check_trio
from sagent.agent import call_in_asyncio
from sagent.errors import ProcessError, UsageError
from sagent.lib.json import JSON, json_freeze, json_unfreeze
from sagent.message import Message, error_message, get_directive, tool_descriptor
from sagent.tool import ALL_EFFECTS, Concurrency, Effect, Report, check_tool, effects_of
from sagent.tool._docstring import Docstring
from sagent.tools._callee import Callee
from sagent.tools._process_call import call_in_process
from sagent.tools._refusal import Refusal
from sagent.tools._result import message_of
from sagent.tools._signature import Signature, report_parameter
from sagent.tools._thread_call import call_in_thread, report_from_loop, report_from_thread
from sagent.tools._worker import told

type RunsIn = Literal["task", "asyncio", "process", "thread"]
type Place = Literal["process", "thread", "asyncio"]
type EffectName = Effect | Literal["reads", "writes", "network", "processes"]

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SUMMARY_CHARS = 80


@attrs.define(eq=False, slots=False)
class FunctionTool[**P, R]:
    """A tool made of a function; calling it calls the function itself, here and now."""

    _function: Callable[P, R]
    _signature: Signature | None
    """None where the schema was given: the arguments come as they are."""
    _report_to: str | None
    """The parameter that takes a `Report`."""
    name: str
    """What a model calls it by."""
    description: str
    """What it is for."""
    directive_schema: JSON
    """The JSON Schema of its directives."""
    runs_in: RunsIn
    """Where the function runs."""
    effects: frozenset[Effect]
    """What it may do to the world."""
    concurrency: Concurrency
    """Whether it may run beside other calls."""
    supports_microcompaction: bool
    """Whether an old result may be dropped, since it can be had again."""
    deadline_s: float | None
    """How long a call may run; None for as long as it takes."""
    max_result_chars: int | None
    """How much of a result the conversation gets; None for the usual."""

    def __attrs_post_init__(self) -> None:
        update_wrapper(self, self._function, updated=())

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self._function(*args, **kwargs)

    @property
    def tool_id(self) -> str:
        """The descriptor of its directives."""
        return tool_descriptor(self.name)

    def prompt(self) -> str | None:
        """Add nothing to the system prompt."""
        return None

    def summary(self, msg: Message) -> str:
        """Show the call as it would be written, cut short."""
        try:
            directive = json_unfreeze(get_directive(msg))
        except UsageError:
            return self.name
        assert isinstance(directive, dict)
        shown = ", ".join([f"{name}={value!r}" for name, value in directive.items()])
        return f"{self.name}({shown[:_SUMMARY_CHARS]})"

    async def run(self, msg: Message) -> Message:
        """Call the function with the directive in *msg*; what it raises is told as an error."""
        return await self.answer(msg, _unheard)

    async def answer(self, msg: Message, report: Report) -> Message:
        """Do as `run` does; what the function reports goes to *report*."""
        if self.runs_in in {"process", "thread"}:
            check_trio(f"the tool {self.name}")
        try:
            return await self._call(self._arguments(get_directive(msg)), report)
        except (Refusal, UsageError, ProcessError) as error:
            return error_message(str(error))
        except SystemExit as error:  # a tool does not end the program
            return error_message(told(error))
        except Exception as error:  # noqa: BLE001  # anybody's code: the model is told, the agent goes on
            return error_message(told(error) + self._remedy(error))

    def _arguments(self, directive: Mapping[str, JSON]) -> dict[str, object]:
        if self._signature is not None:
            return self._signature.arguments(directive)
        return cast("dict[str, object]", json_unfreeze(directive))

    async def _call(self, arguments: dict[str, object], report: Report) -> Message:
        function, report_to = cast("Callable[..., object]", self._function), self._report_to
        if self.runs_in == "process":
            return await call_in_process(function, arguments, report_to=report_to, report=report)
        if report_to is not None:
            arguments[report_to] = self._reachable(report)
        call = partial(function, **arguments)
        if self.runs_in == "thread":
            return message_of(await call_in_thread(call))
        begin = cast("Callable[[], Awaitable[object]]", call)
        if self.runs_in == "asyncio":
            return message_of(await call_in_asyncio(begin))
        return message_of(await begin())

    def _reachable(self, report: Report) -> Report:
        """Give *report* as it may be called where the function runs."""
        if self.runs_in == "task" or async_library() != "trio":
            return report
        return report_from_thread(report) if self.runs_in == "thread" else report_from_loop(report)

    def _remedy(self, error: Exception) -> str:
        if self.runs_in == "task" and _wants_asyncio(error):
            return f': {self.name} runs under trio, decorate it with @tool(runs_in="asyncio")'
        if _wants_trio(error) and async_library() == "asyncio":
            return f": {self.name} runs under trio: test it there, or in an agent's run"
        return ""


class ReportingTool[**P, R](FunctionTool[P, R]):
    """A tool made of a function that takes a `Report`; its agent hears what it reports."""

    async def stream(self, msg: Message, report: Report) -> Message:
        """Do as `run` does, telling *report* of what is there."""
        return await self.answer(msg, report)


def _unheard(text: str) -> None:
    """Take a report that nobody listens to."""


def _wants_trio(error: Exception) -> bool:
    """Tell whether *error* is what comes of trio's work in a task of asyncio."""
    return isinstance(error, RuntimeError) and (
        "must be called from async context" in str(error) or "got bad yield" in str(error)
    )


def _wants_asyncio(error: Exception) -> bool:
    """Tell whether *error* is what asyncio, or trio, says of work for the one under the other."""
    match error:
        case RuntimeError():
            return "event loop" in str(error)
        case TypeError():
            return "unrecognized yield message" in str(error)
        case _:
            return False


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
