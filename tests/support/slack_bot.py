"""A bot that serves in a fake workspace, during a block."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import attrs
import trio
from fake_slack import ADA, APP, BOT, BOT_USER, CHANNEL, FakeSlack
from loopback import Loopback

from sagent.slack._bot import serve
from sagent.slack._parser import parse_slack


@attrs.frozen
class BotIn:
    """Opens bots whose agents work in *project*."""

    project: Path

    @asynccontextmanager
    async def __call__(
        self, slack: FakeSlack, model: Loopback, *arguments: str
    ) -> AsyncGenerator[trio.Event, None]:
        """Let a bot serve; give the event of its end."""
        options = parse_slack([*usual(slack, self.project), *at(model), *arguments])
        ended = trio.Event()

        async def run() -> None:
            with trio.CancelScope() as scope:
                await serve(options, scope.cancel)
            ended.set()

        async with trio.open_nursery() as nursery:
            before = slack.connections
            nursery.start_soon(run)
            await slack.until(lambda: slack.connections > before)
            yield ended
            nursery.cancel_scope.cancel()


def at(model: Loopback) -> list[str]:
    return ["--base-url", model.base_url, "--model", "m"]


def usual(slack: FakeSlack, project: Path) -> list[str]:
    people = ["--allow-user", ADA, "--allow-channel", CHANNEL, "dm"]
    tokens = ["--app-token", APP, "--bot-token", BOT]
    return [*people, *tokens, "--api-url", slack.url, "--cwd", str(project)]


async def create(slack: FakeSlack, persona: str, label: str, *, within: str = "") -> str:
    """Have an agent created; give the thread that says so."""
    own = f" in <#{within}|own>" if within else ""
    ts = await slack.say(f"<@{BOT_USER}> create {persona} as {label}{own}")
    await slack.shown(f"*{label}* is here")
    return ts
