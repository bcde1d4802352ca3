"""The program that runs one call of a tool's function, in a process that can be killed.

It reads a pickle from standard input and writes one to where standard output was; what the
function prints goes to standard error, so that it cannot get between. It is started by its path
and imports nothing of sagent, so a call costs little more than starting Python.
"""

import importlib
import os
import pickle
import sys
from collections.abc import Callable
from typing import cast

type Answer = tuple[str, object]
"""How a call ended: ``value`` and what it gave, ``message`` and a message as JSON, or ``error``
and what to tell."""


LENGTH_BYTES = 8
"""The length of the answer stands before it, since its end may not be seen: a process that the
function left behind can hold the stream open."""


def main() -> None:
    """Make the call."""
    answer_to = os.dup(1)
    os.dup2(2, 1)
    with open(os.dup(0), "rb") as stream:  # noqa: PTH123  # a descriptor is no path
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        path: list[str] = pickle.load(stream)  # noqa: S301  # our own parent wrote it
        sys.path[:] = path
        content = _pickled(_answer(stream.read()))
    with open(answer_to, "wb") as out:  # noqa: PTH123  # a descriptor is no path
        out.write(len(content).to_bytes(LENGTH_BYTES) + content)


def _answer(request: bytes) -> Answer:
    try:
        call, arguments = cast(
            "tuple[Callable[..., object], dict[str, object]]",
            pickle.loads(request),  # noqa: S301  # our own parent wrote it
        )
    except BaseException as error:  # noqa: BLE001  # the model is told whatever it is
        return "error", f"the function cannot be loaded in a process: {told(error)}"
    try:
        result = call(**arguments)
    except Exception as error:  # noqa: BLE001  # the model is told whatever it is
        return "error", told(error)
    # A function that makes messages has imported them; nobody else should pay for that.
    messages = sys.modules.get("sagent.message")
    if messages is not None and messages.is_message(result):
        return "message", messages.encode_message(result)
    return "value", result


def _pickled(answer: Answer) -> bytes:
    try:
        return pickle.dumps(answer)
    except Exception:  # noqa: BLE001, S110  # whatever it was, there is a second way
        pass
    try:
        # Slow to import, and seldom needed here.
        cloudpickle = importlib.import_module("cloudpickle")
        return cast("bytes", cloudpickle.dumps(answer))
    except Exception as error:  # noqa: BLE001  # the model is told whatever it is
        return pickle.dumps(("error", f"the result cannot leave the process: {told(error)}"))


def told(error: BaseException) -> str:
    """Word *error* for the model."""
    name = type(error).__name__
    return f"{name}: {error}" if str(error) else name


if __name__ == "__main__":
    main()
