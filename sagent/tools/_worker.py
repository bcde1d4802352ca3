"""The program that runs one call of a tool's function, in a process that can be killed.

It reads a pickle from standard input and writes frames to where standard output was: reports as
they come, and at last the answer, a pickle. What the function prints goes to standard error, so
that it cannot get between. It is started by its path and imports nothing of sagent, and little of
anything else, so a call costs little more than starting Python.
"""

import _thread
import builtins
import importlib
import io
import marshal
import os
import pickle
import sys
from types import FunctionType, ModuleType

TYPE_CHECKING = False  # `typing` takes a quarter as long to import as all of the above
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

type Answer = tuple[str, object]
"""How a call ended: ``value`` and what it gave, ``message`` and a message as JSON, ``parts`` and a
list of such answers, or ``error`` and what to tell."""

LENGTH_BYTES = 8
"""A frame is its kind, a byte; its length, so many bytes; its content. The end of the stream may
not be seen: a process that the function left behind can hold it open."""
REPORT = b"r"
ANSWER = b"a"
_MOST_REPORT_CHARS = 65_536
"""Of a longer report the end is sent: nobody is shown more at a time."""

type _Request = tuple[Callable[..., object], dict[str, object], str | None]
type State = tuple[
    Mapping[str, object],
    Sequence[str],
    tuple[object, ...] | None,
    dict[str, object] | None,
    dict[str, object],
]
"""What a function refers to: globals and the modules below them, defaults, annotations."""

_HERE = "sagent.tools._worker"


class Line:
    """Where the parent listens."""

    def __init__(self, descriptor: int) -> None:
        """Write to *descriptor* from now on."""
        self._descriptor = descriptor
        self._turn = _thread.allocate_lock()

    def report(self, text: str) -> None:
        """Tell *text*; it may be called in any thread."""
        self.send(REPORT, str(text)[-_MOST_REPORT_CHARS:].encode(errors="replace"))

    def send(self, kind: bytes, content: bytes) -> None:
        """Write a frame."""
        rest = memoryview(kind + len(content).to_bytes(LENGTH_BYTES) + content)
        with self._turn:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]


def main() -> None:
    """Make the call."""
    line = Line(os.dup(1))
    os.dup2(2, 1)
    with open(os.dup(0), "rb") as stream:  # noqa: PTH123  # a descriptor is no path
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        path: list[str] = pickle.load(stream)  # noqa: S301  # our own parent wrote it
        sys.path[:] = path
        line.send(ANSWER, _pickled(_answer(stream.read(), line)))


def _answer(request: bytes, line: Line) -> Answer:
    try:
        loaded: _Request = _Unpickler(io.BytesIO(request)).load()
        call, arguments, report_to = loaded
    except BaseException as error:  # noqa: BLE001  # the model is told whatever it is
        return "error", f"the function cannot be loaded in a process: {told(error)}"
    reporting = {} if report_to is None else {report_to: line.report}
    try:
        result = call(**arguments, **reporting)
    except Exception as error:  # noqa: BLE001  # the model is told whatever it is
        return "error", told(error)
    return _carried(result)


class _Unpickler(pickle.Unpickler):
    """Finds in this program what it holds, so that nothing of sagent is imported for it."""

    def find_class(self, module_name: str, global_name: str, /) -> object:
        if module_name == _HERE:
            return globals()[global_name]
        return super().find_class(module_name, global_name)


def imported(name: str) -> ModuleType:
    """Give the module *name*."""
    return importlib.import_module(name)


def new_function(module_globals: dict[str, object], code: bytes, name: str) -> FunctionType:
    """Make a function of its marshalled code; those of one module share their globals."""
    module_globals["__builtins__"] = builtins
    return FunctionType(marshal.loads(code), module_globals, name)  # noqa: S302  # our own parent's


def with_globals(function: FunctionType, state: State) -> None:
    """Give *function* what it refers to; it may be among that itself."""
    used, submodules, defaults, keyword_defaults, annotations = state
    function.__globals__.update(used)
    for name in submodules:
        importlib.import_module(name)
    function.__defaults__, function.__kwdefaults__ = defaults, keyword_defaults
    function.__annotations__ = annotations


def _carried(result: object) -> Answer:
    # A function that makes messages has imported them; nobody else should pay for that.
    messages = sys.modules.get("sagent.message")
    if messages is None:
        return "value", result
    if messages.is_message(result):
        return "message", messages.encode_message(result)
    parts = _items(result)
    if any(map(messages.is_message, parts)):
        return "parts", [_carried(part) for part in parts]
    return "value", result


def _items(value: object) -> "Sequence[object]":
    # Of whatever it holds: `cast` is in `typing`.
    return value if isinstance(value, list | tuple) else ()  # pyright: ignore[reportUnknownVariableType]


def _pickled(answer: Answer) -> bytes:
    try:
        return pickle.dumps(answer)
    except Exception:  # noqa: BLE001, S110  # whatever it was, there is a second way
        pass
    try:
        # Slow to import, and seldom needed here.
        cloudpickle = importlib.import_module("cloudpickle")
        content: bytes = cloudpickle.dumps(answer)
    except Exception as error:  # noqa: BLE001  # the model is told whatever it is
        return pickle.dumps(("error", f"the result cannot leave the process: {told(error)}"))
    return content


def told(error: BaseException) -> str:
    """Word *error* for the model; a group by what is in it, for its own words do not say that."""
    if parts := _parts(error):
        return "; ".join(dict.fromkeys(map(told, parts)))
    name = type(error).__name__
    return f"{name}: {error}" if str(error) else name


def _parts(error: BaseException) -> "Sequence[BaseException]":
    if isinstance(error, BaseExceptionGroup):
        return error.exceptions  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  # a cast costs an import
    return ()


if __name__ == "__main__":
    main()
