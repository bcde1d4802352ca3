"""What is shown of a session that is gone on with."""

from pathlib import Path

from sagent.home import Home
from sagent.message import Descriptor, TextMessage, note_message
from sagent.repl._printed import Remark, Said
from sagent.repl._replay import replay
from sagent.session import MessageRecord, create_session


def test_what_no_user_has_said_is_not_shown_as_if_one_had(home: Path, project: Path) -> None:
    with create_session(Home(home), cwd=project) as session:
        said = TextMessage("go", Descriptor.USER)
        note = note_message("[the user interrupted this answer]", parent_id=said.id)
        session.append(MessageRecord(said), MessageRecord(note))

        first, second, *_ = replay(session.transcript)

    assert first == Said("go")
    assert second == Remark("  [the user interrupted this answer]")
