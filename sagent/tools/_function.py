import logging
from collections.abc import Callable, Coroutine, Mapping
from functools import partial, update_wrapper
from typing import Any, Literal, cast

import attrs

from sagent._async_library import async_library, check_trio
from sagent.agent import call_in_asyncio
from sagent.errors import ProcessError, UsageError
from sagent.lib.json import JSON, json_unfreeze
from sagent.message import Message, error_message, get_directive, tool_descriptor
from sagent.tool import Concurrency, Effect, Report
from sagent.tools._minded_call import minded
from sagent.tools._process_call import call_in_process
from sagent.tools._refusal import Refusal
from sagent.tools._result import message_of
from sagent.tools._signature import Signature
from sagent.tools._thread_call import call_in_thread, report_from_loop, report_from_thread
from sagent.tools._worker import told

_log = logging.getLogger(__name__)

type RunsIn = Literal["task", "asyncio", "process", "thread"]

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
            return error_message(self._told(error))

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
        begin = cast("Callable[[], Coroutine[Any, Any, object]]", call)  # Any: the library's own

        async def work() -> object:
            return await minded(self.name, begin())

        return message_of(await (call_in_asyncio(work) if self.runs_in == "asyncio" else work()))

    def _reachable(self, report: Report) -> Report:
        """Give *report* as it may be called where the function runs."""
        if self.runs_in == "task" or async_library() != "trio":
            return report
        return report_from_thread(report) if self.runs_in == "thread" else report_from_loop(report)

    def _told(self, error: Exception) -> str:
        """Tell *error* to the model, and what is the program's to mend to who writes that, too."""
        text, remedy = told(error), self._remedy(error)
        if remedy:
            _log.warning("%s", text + remedy)
        return text + remedy

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
