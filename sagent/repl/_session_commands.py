"""Commands that go to another session, or another point of this one."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

import attrs
import trio

from sagent.agent import Clear, Rewind, Rewound
from sagent.errors import SessionError, UsageError
from sagent.message import Descriptor, Message, response_text
from sagent.repl._parts import Parts
from sagent.repl._printed import Remark, Tone, Verbatim
from sagent.repl._setting import GoOn, Outcome
from sagent.session import Session, find_session, list_sessions
from sagent.terminal import age, export_format, exported, find_message, title, words
from sagent.tool import Choice, Question

MOST_OFFERED = 10
_TITLE_CHARS = 60


@attrs.frozen(eq=False)
class SessionCommands:
    """Moves about in sessions; each command is a method of its name."""

    _parts: Parts
    _leave: Callable[[Outcome], object]

    @property
    def works(self) -> Mapping[str, Callable[[str], Awaitable[None]]]:
        """Each command's work, by its name."""
        return {
            "export": self._export,
            "fork": self._fork,
            "resume": self._resume,
            "rewind": self._rewind,
            "undo": self._undo,
        }

    def _say(self, text: str, tone: Tone = "plain") -> None:
        self._parts.screen.print(Verbatim(text, tone))

    async def _export(self, name: str) -> None:
        session = self._session()
        path = self._parts.setting.directory / (name or f"{session.id}.md")
        text = exported(session.transcript, export_format(path))
        try:
            await trio.to_thread.run_sync(partial(_write_new, path, text))
        except OSError as error:
            raise SessionError(f"{path} cannot be written: {error.strerror}") from error
        self._say(f"  written: {path}", "dim")

    async def _fork(self, _: str) -> None:
        await trio.lowlevel.checkpoint()
        session = self._session()
        if not session.transcript.conversation:
            raise UsageError("there is nothing to copy: nothing was said yet")
        self._leave(GoOn(session.id, fork=True))

    async def _resume(self, id_prefix: str) -> None:
        home, directory = self._parts.setting.home, self._parts.setting.directory
        if home is None:
            raise UsageError("no sessions are kept here: there is no home directory")
        if id_prefix:
            find = partial(find_session, home, directory, id_prefix)
            chosen = (await trio.to_thread.run_sync(find)).name
        else:
            sessions = await trio.to_thread.run_sync(list_sessions, home, directory)
            own = self._parts.setting.session
            rows = {
                f"{session.id} · {age(session.updated_ns)} · {title(session)[:_TITLE_CHARS]}": (
                    session.id
                )
                for session in sessions
                if own is None or session.id != own.id
            }
            row = await self._choice("Go on with which session?", [*rows][:MOST_OFFERED])
            chosen = rows.get(row, "")
        if chosen:
            self._leave(GoOn(chosen))

    async def _choice(self, text: str, labels: list[str]) -> str:
        """Let the person choose; "" if they do not, or there is nothing."""
        if not labels:
            raise UsageError("there is nothing to choose from")
        choices = [Choice(label) for label in labels]
        if len(choices) == 1:
            choices.append(Choice("none of them"))
        question = Question(text=text, choices=choices, allow_other=False)
        self._parts.screen.print(Remark(f"  ? {text}", "plain"))
        return next(iter((await self._parts.answerer.answer(question)).chosen), "")

    async def _rewind(self, id_prefix: str) -> None:
        session = self._session()
        said = _said_by_user(session)
        if id_prefix:
            id_ = find_message(session.transcript, id_prefix)
        else:
            rows = _by_words(reversed(said[-MOST_OFFERED:]))
            id_ = rows.get(await self._choice("Go back to before which message?", [*rows]), "")
        if id_:
            await self._go_before(session.transcript.messages[id_])
            self._say("  the conversation is as it was before that; files are as they are", "dim")

    async def _undo(self, _: str) -> None:
        said = _said_by_user(self._session())
        if not said:
            raise UsageError("there is nothing to undo")
        rewound = await self._parts.setting.ref.ask(Rewind(said[-1].id, "files"), lane="front")
        self._tell_files(rewound)
        await self._go_before(said[-1])
        self._say("  the last turn is taken back", "dim")

    async def _go_before(self, message: Message) -> None:
        """Go back to before *message*, which can then be written anew."""
        if message.parent_id is None:
            await self._parts.setting.ref.ask(Clear(), lane="front")
        else:
            await self._parts.setting.ref.ask(Rewind(message.parent_id), lane="front")
        await self._parts.look()
        if said := response_text(message):
            self._parts.screen.fill(said)

    def _tell_files(self, rewound: Rewound) -> None:
        files = rewound.files
        if files is None:
            return
        for path in files.written:
            self._say(f"  brought back {path}", "dim")
        for path in files.deleted:
            self._say(f"  deleted {path}", "dim")
        for path, reason in files.unrestorable.items():
            self._say(f"  ! {path} stays as it is: {reason}", "notice")

    def _session(self) -> Session:
        if self._parts.setting.session is None:
            raise UsageError("this conversation has no session: it is not kept")
        return self._parts.setting.session


def _said_by_user(session: Session) -> list[Message]:
    return [
        message
        for message in session.transcript.conversation
        if message.descriptor in {Descriptor.USER, Descriptor.USER_PARTS} and message.source is None
    ]


def _by_words(messages: Iterable[Message]) -> dict[str, str]:
    """Give the ids of *messages*, the newest first, by their words, and which of several it is."""
    rows, known = dict[str, str](), Counter[str]()
    for message in messages:
        row = words(message)[:_TITLE_CHARS]
        earlier = f" · {known[row]} earlier" if known[row] else ""
        rows[f"{row}{earlier}"] = message.id
        known[row] += 1
    return rows


def _write_new(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8", errors="replace") as file:
        file.write(text)
