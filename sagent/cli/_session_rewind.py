"""Going back to a message of a session: with its conversation, its files, or both."""

import trio

from sagent.agent import open_kept_files
from sagent.checkpoint import Restored
from sagent.cli._session_place import find
from sagent.cli._session_rows import tell_damage
from sagent.cli._sessions_parser import SessionsOptions
from sagent.cli._streams import complain, print_out
from sagent.compaction import rewound_plan
from sagent.home import Home
from sagent.session import HeadRecord, Session, StateRecord, open_session
from sagent.terminal import find_message, one_line, words


def rewind(options: SessionsOptions, home: Home) -> None:
    """Let the session of *options* go on after one of its messages, or its files be as they were.

    Raises:
        SagentError: it cannot; what was not told to have changed is as it was.
    """
    with open_session(find(home, options.id)) as session:
        tell_damage(session.transcript)
        id_ = find_message(session.transcript, options.message_id)
        if options.restore != "conversation":
            _tell(trio.run(_restore, session, id_))
        if options.restore != "files":
            session.append(HeadRecord(id_, "rewind"))
            _rewind_plan(session)
            message = session.transcript.messages[id_]
            _say(f"{session.id} goes on after: {words(message)}")


def _rewind_plan(session: Session) -> None:
    known = session.transcript.state.plan or ()
    plan = rewound_plan(session.transcript.conversation, known)
    if plan != known:
        session.append(StateRecord(plan=plan))


async def _restore(session: Session, id_: str) -> Restored | None:
    async with open_kept_files(session) as files:
        return await files.restore(id_)


def _tell(restored: Restored | None) -> None:
    if restored is None:
        _say("no tool has changed a file since then")
        return
    for path in restored.written:
        _say(f"brought back {path}")
    for path in restored.deleted:
        _say(f"deleted {path}")
    for path, reason in restored.unrestorable.items():
        complain(f"{path} stays as it is: {reason}")
    if not restored.written and not restored.deleted:
        _say("the files are as they were then")


def _say(text: str) -> None:
    print_out(f"{one_line(text)}\n")
