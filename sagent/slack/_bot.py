"""A bot that is up: connected, with its agents, and open to the user's other processes."""

from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Never

import attrs
import httpx
import trio

from sagent.actors import System, open_system
from sagent.cli._credential import with_key
from sagent.cli._mask import Mask
from sagent.cli._openness import open_to_others, traced
from sagent.cli._streams import complain
from sagent.cli._watcher import open_watcher
from sagent.errors import SlackError
from sagent.home import Home
from sagent.providers import OnProgress
from sagent.slack._board import Board
from sagent.slack._book import Book
from sagent.slack._fields import text_of
from sagent.slack._folder import new_run, newest_run
from sagent.slack._guest_list import GuestList
from sagent.slack._heard import Place
from sagent.slack._hiring import Hiring, known_secrets
from sagent.slack._keeper import Keeper
from sagent.slack._manifest import read_manifest
from sagent.slack._mrkdwn import escape
from sagent.slack._office import Office
from sagent.slack._overview import Overview
from sagent.slack._parser import RUN, SlackOptions
from sagent.slack._posts import read_posts
from sagent.slack._socket import EventSocket
from sagent.slack._web_api import WebApi

STARTING_S = 2.0
"""How long Slack may be out of reach when the bot begins: somebody is there, and is told."""


async def serve(options: SlackOptions, end: Callable[[], object]) -> None:
    """Serve until something fails, or it is cancelled; *end* cancels it.

    Raises:
        SlackError: Slack refuses, or cannot be reached from the beginning.
        SessionError: the run's folder cannot be had.
        UsageError, MissingKeyError: ``--auth`` leads to no key.
    """
    options = await with_key(options)  # once, so that all know what to keep secret
    with open_watcher() as watcher, ExitStack() as kept:
        directory, book = await trio.to_thread.run_sync(_opened_run, options, kept)
        # No deadlines of the client's own: who calls has one.
        async with httpx.AsyncClient(timeout=None, follow_redirects=False) as client:  # noqa: S113
            bot = _Bot(options, directory, book, watcher.on_progress)
            await bot.listen(client, end)


@attrs.frozen(eq=False)
class _Bot:
    """One run of the command."""

    options: SlackOptions
    directory: Path
    book: Book
    on_progress: OnProgress

    async def listen(self, client: httpx.AsyncClient, end: Callable[[], object]) -> Never:
        """Serve until something fails, and raise that."""
        options = self.options
        secrets = known_secrets(options)
        mask = Mask([*secrets, *map(escape, secrets)])
        api = WebApi(client, options.api_url, options.bot_token, "SLACK_BOT_TOKEN", mask)
        app = WebApi(client, options.api_url, options.app_token, "SLACK_APP_TOKEN")
        who = await api.call("auth.test", {}, patience_s=STARTING_S)
        async with (
            open_system() as system,
            open_to_others(system, options.name or RUN, end),
            traced(system, options.trace),
        ):
            office = self._office(api, system, text_of(who, "user_id"))
            socket = EventSocket(app, office.take)
            url = await socket.open_url(patience_s=STARTING_S)
            names = f"{text_of(who, 'user')} listens in {text_of(who, 'team')}"
            complain(f"{names}; Ctrl-C ends it")
            await _until_failure(office.serve, partial(socket.listen, url), api.until_lost)

    def _office(self, api: WebApi, system: System, user: str) -> Office:
        options, keeper = self.options, Keeper(self.directory, self.book)

        def note_post(place: Place, ts: str, label: str) -> None:
            self.book.note_post(place, ts, label)
            keeper.note_change()

        def overview(label: str, place: Place) -> Overview:
            return Overview(board, system, place, label)

        board = Board(api, note_post)
        return Office(
            bot=user,
            guests=GuestList(options.allow_user, options.allow_channel),
            book=self.book,
            board=board,
            overview=overview,
            hiring=Hiring(options, system, self.directory, self.on_progress),
            keeper=keeper,
            router_log=options.router_log_channel,
        )


async def _until_failure(*works: Callable[[], Awaitable[object]]) -> Never:
    """Do *works* until Slack refuses one, and raise that, in no group."""
    failure: SlackError | None = None

    async def begin(work: Callable[[], Awaitable[object]]) -> None:
        nonlocal failure
        try:
            await work()
        except SlackError as error:
            failure = failure or error
            nursery.cancel_scope.cancel()

    async with trio.open_nursery() as nursery:
        for work in works:
            nursery.start_soon(begin, work)
    assert failure is not None, "they go on until something fails"
    raise failure


def _opened_run(options: SlackOptions, kept: ExitStack) -> tuple[Path, Book]:
    """Open the folder of the run until *kept* is closed, and what an earlier one has left."""
    root = Home.default().root / "slack"
    if options.session_dir is not None:
        root = Path(options.session_dir).absolute()
    if options.continue_newest:
        newest = kept.enter_context(newest_run(root))
        if newest is not None:
            return newest, Book.of(read_manifest(newest), read_posts(newest))
        complain(f"there is no run in {root} yet: this begins one")
    return kept.enter_context(new_run(root)), Book()
