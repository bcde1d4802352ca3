"""Put an agent and the source that it asks under a supervisor, and let both of them crash.

    python examples/supervised_researcher.py [PROVIDER [MODEL]]

The archive is an actor that loses its line; the agent reads that its tool has failed, and asks the
archive's next life. Then a bug ends the agent; its next life knows what was said, which is in its
session. Without a provider a scripted model answers, bug included, and neither key nor network is
needed.
"""

import sys
import tempfile
from pathlib import Path

import attrs
import trio

from sagent.actors import Actor, Ref, Request, Restarting, open_system
from sagent.agent import Agent, Prompt
from sagent.errors import ActorCrashed
from sagent.home import Home
from sagent.model import Model, ModelRequest
from sagent.providers import build_provider
from sagent.session import create_session
from sagent.testing import ScriptedModel, calls
from sagent.tools import tool


@attrs.frozen
class LookUp(Request[str]):
    """What the archive has on a word."""

    word: str


class Archive(Actor[LookUp]):
    """Answers over a line that breaks now and then; a new life has a new one."""

    def __init__(self, faults: list[Exception]) -> None:
        self.faults = faults

    async def receive(self, message: LookUp) -> str:
        """Answer, unless the line breaks."""
        if self.faults:
            raise self.faults.pop()
        return f"{message.word}: from Latin, in use since 1581."


@attrs.frozen
class Desk:
    """Where a researcher sits, with a line to the archive."""

    archive: Ref[LookUp]

    async def look_up(self, word: str) -> str:
        """Look a word up in the archive. If that fails, try again."""
        with trio.fail_after(30):
            return await self.archive.ask(LookUp(word))


def bug(_: ModelRequest) -> str:
    """Be a mistake in a program, which no retry and no error result are for."""
    raise ZeroDivisionError("a bug of ours")


def again(request: ModelRequest) -> str:
    """Say how much of the conversation is there."""
    return f"I have said it already: 1581. I know all {len(request.messages)} messages."


def chosen_model() -> Model:
    """Take the provider and the model that the command line names, else play a script."""
    if len(sys.argv) > 1:
        return build_provider(sys.argv[1]).model(*sys.argv[2:3])
    look_up = calls(("look_up", {"word": "actor"}))
    return ScriptedModel(look_up, look_up, "The word is from 1581.", bug, again)


def tell(event: object) -> None:
    """Say who begins another life, and why."""
    if isinstance(event, Restarting):
        print(f"! {event.path} crashed: {event.exit.error!r}")


async def main() -> None:
    """Ask the researcher three times."""
    with (
        tempfile.TemporaryDirectory() as directory,
        create_session(Home(Path(directory)), cwd=Path.cwd()) as session,
    ):
        async with open_system() as system:
            library = await system.supervisor(name="library", intensity=3)
            faults: list[Exception] = [ConnectionError("the line broke")]
            archive = await library.spawn(Archive, faults, name="archive", restart="permanent")
            tools = [tool(Desk(archive).look_up)]
            agent = Agent(model=chosen_model(), tools=tools, session=session)
            researcher = await library.spawn(agent, name="researcher", restart="transient")
            with system.events.listen(tell):
                for question in ("How old is the word actor?", "Are you sure?", "Again?"):
                    try:
                        print((await researcher.ask(Prompt(question))).content)
                    except ActorCrashed as error:
                        print(f"no answer: {error}")
            print(system.tree())


if __name__ == "__main__":
    trio.run(main)
