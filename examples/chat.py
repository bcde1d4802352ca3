"""Talk to an agent in a terminal.

    python examples/chat.py [PROVIDER [MODEL]]

Ctrl-C gives up an answer, and what was said of it stays; between answers it ends the talk, as an
empty line and Ctrl-D do.
Without a provider a scripted model answers, and neither key nor network is needed.
"""

import signal
import sys
from contextlib import suppress

import trio

from sagent.agent import Agent, Retrying, Run, Text, ToolCalled
from sagent.errors import SagentError
from sagent.message import TextMessage, result_text
from sagent.model import Model, ModelRequest
from sagent.providers import build_provider
from sagent.testing import ScriptedModel
from sagent.tools import Glob, Grep, Read


def echo(request: ModelRequest) -> str:
    """Say what was asked, and how often something was."""
    asked = (len(request.messages) + 1) // 2
    return f"You said {result_text(request.messages[-1])!r}, which makes {asked}."


def chosen_model() -> Model:
    """Take the provider and the model that the command line names, else play a script."""
    if len(sys.argv) > 1:
        return build_provider(sys.argv[1]).model(*sys.argv[2:3])
    return ScriptedModel(*[echo] * 1000)


async def interrupt_at_ctrl_c(run: Run[TextMessage]) -> None:
    """Let Ctrl-C end the answer and not the program."""
    with trio.open_signal_receiver(signal.SIGINT) as signals:
        async for _ in signals:
            run.interrupt()


async def answer(run: Run[TextMessage]) -> None:
    """Print what the agent says and does, as it comes."""
    async with trio.open_nursery() as nursery, run:
        nursery.start_soon(interrupt_at_ctrl_c, run)
        try:
            async for event in run:
                match event:
                    case Text(content=text):
                        print(text, end="", flush=True)
                    case ToolCalled(summary=note) | Retrying(content=note):
                        print(f"[{note}]")
                    case _:
                        pass
            print()
        except SagentError as error:
            print(f"\n! {error}")
        nursery.cancel_scope.cancel()


async def main() -> None:
    """Take turns until there is nothing more to say."""
    agent = Agent(model=chosen_model(), tools=[Read(), Glob(), Grep()])
    while line := await trio.to_thread.run_sync(ask, abandon_on_cancel=True):
        await answer(agent.run(line))


def ask() -> str:
    """Read a line; none is the end."""
    try:
        return input("> ")
    except EOFError:
        return ""


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        trio.run(main)
