import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial, update_wrapper
from typing import Literal, Protocol, cast, overload

import attrs

from sagent.errors import ProcessError, UsageError
from sagent.lib.json import JSON, json_freeze, json_unfreeze
from sagent.message import Message, error_message, get_directive, tool_descriptor
from sagent.tool import ALL_EFFECTS, Concurrency, Effect
from sagent.tools._docstring import Docstring
from sagent.tools._process_call import call_in_process
from sagent.tools._refusal import Refusal
from sagent.tools._result import message_of
from sagent.tools._signature import Signature
from sagent.tools._thread_call import call_in_thread
from sagent.tools._worker import told

type RunsIn = Literal["task", "process", "thread"]

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SUMMARY_CHARS = 80


@attrs.define(eq=False, slots=False)
class FunctionTool[**P, R]:
    """A tool made of a function; calling it calls the function itself, here and now."""

    _function: Callable[P, R]
    _signature: Signature | None
    """None where the schema was given: the arguments come as they are."""
    name: str
    description: str
    directive_schema: JSON
    runs_in: RunsIn
    effects: frozenset[Effect]
    concurrency: Concurrency
    supports_microcompaction: bool

    def __attrs_post_init__(self) -> None:
        update_wrapper(self, self._function)

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
        try:
            return await self._call(self._arguments(get_directive(msg)))
        except (Refusal, UsageError, ProcessError) as error:
            return error_message(str(error))
        except SystemExit as error:  # a tool does not end the program
            return error_message(told(error))
        except Exception as error:  # noqa: BLE001  # anybody's code: the model is told, the agent goes on
            return error_message(told(error))

    def _arguments(self, directive: Mapping[str, JSON]) -> dict[str, object]:
        if self._signature is not None:
            return self._signature.arguments(directive)
        return cast("dict[str, object]", json_unfreeze(directive))

    async def _call(self, arguments: dict[str, object]) -> Message:
        function = cast("Callable[..., object]", self._function)
        match self.runs_in:
            case "process":
                return await call_in_process(function, arguments)
            case "thread":
                return message_of(await call_in_thread(partial(function, **arguments)))
            case "task":
                pending = cast("Callable[..., Awaitable[object]]", function)(**arguments)
                return message_of(await pending)


class _Decorator(Protocol):
    def __call__[**P, R](self, function: Callable[P, R], /) -> FunctionTool[P, R]: ...


@overload
def tool[**P, R](function: Callable[P, R], /) -> FunctionTool[P, R]: ...


@overload
def tool(
    *,
    name: str | None = None,
    description: str | None = None,
    schema: JSON | None = None,
    runs_in: Literal["process", "thread"] | None = None,
    effects: frozenset[Effect] = ALL_EFFECTS,
    concurrency: Concurrency = "shared",
    supports_microcompaction: bool = False,
) -> _Decorator: ...


def tool[**P, R](
    function: Callable[P, R] | None = None,
    /,
    *,
    name: str | None = None,
    description: str | None = None,
    schema: JSON | None = None,
    runs_in: Literal["process", "thread"] | None = None,
    effects: frozenset[Effect] = ALL_EFFECTS,
    concurrency: Concurrency = "shared",
    supports_microcompaction: bool = False,
) -> FunctionTool[P, R] | _Decorator:
    """Make a tool of a function, as ``@tool`` or ``@tool(...)``.

    The schema is read from the signature: str, int, float, bool, None, unions, lists and
    dictionaries of these, Literal, enums, attrs classes and dataclasses. The description is the
    docstring's first paragraph, that of a parameter its entry under ``Args:``. The function may
    give text, a message, or any JSON value; an exception becomes an error that the model reads.

    An ``async def`` runs in the agent's own task. It must not block.

    A ``def`` runs in a process of its own, which a cancel kills at once, whatever it does. It
    works on a copy of what it refers to: what it changes in memory is lost with the process, and
    what cannot be pickled cannot be referred to. Its environment holds no credentials. It costs a
    start of Python.

    With ``runs_in="thread"`` a ``def`` runs in a thread and shares the memory of this process, at
    no cost. A cancel raises an exception in it, at its next bytecode: a call that blocks outside
    of Python (a lock, a socket, a sleep, a computation in C) delays the cancel until it returns,
    so this is for functions that soon do.

    Args:
        function: the function; left out when the decorator takes options.
        name: what the model calls it by; the function's name unless given.
        description: what the model is told.
        schema: the JSON Schema of the arguments; they are then passed as they come.
        runs_in: ``process`` or ``thread``, for a ``def``.
        effects: what it may do to the world; everything, unless told.
        concurrency: ``exclusive`` if it may not run beside other calls.
        supports_microcompaction: whether an old result may be dropped, since it can be had again.

    Raises:
        UsageError: the signature cannot be a schema; the error names the parameter.
    """

    def decorate[**Q, S](function: Callable[Q, S], /) -> FunctionTool[Q, S]:
        doc = Docstring.of(function.__doc__ or "")
        own_name = name or str(getattr(function, "__name__", ""))
        if not _NAME.fullmatch(own_name):
            raise UsageError(
                f"{own_name!r} is no name of a tool: pass name= with letters, digits, _ and -"
            )
        signature = None if schema is not None else Signature.of(function, doc.parameters)
        return FunctionTool(
            function,
            signature,
            name=own_name,
            description=description or doc.first_paragraph or own_name,
            directive_schema=json_freeze(schema if signature is None else signature.schema),
            runs_in=_place(function, own_name, runs_in),
            effects=effects,
            concurrency=concurrency,
            supports_microcompaction=supports_microcompaction,
        )

    return decorate if function is None else decorate(function)


def _place(
    function: Callable[..., object], name: str, runs_in: Literal["process", "thread"] | None
) -> RunsIn:
    if not inspect.iscoroutinefunction(function):
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            raise UsageError(f"{name} yields its results one by one: return them all at once")
        if runs_in not in {None, "process", "thread"}:
            raise UsageError(f"{name}: runs_in is 'process' or 'thread', not {runs_in!r}")
        return runs_in or "process"
    if runs_in is not None:
        raise UsageError(f"{name} is async and runs in its agent's task: leave out runs_in")
    return "task"
