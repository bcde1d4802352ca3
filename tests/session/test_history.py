"""Whatever is done to a session, in whatever order, it is what a plain model of it is."""

import tempfile
from pathlib import Path

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st
from sessions import SESSION_FILE, said

from sagent.home import Home
from sagent.message import Message
from sagent.session import (
    CompactionRecord,
    HeadRecord,
    MessageRecord,
    Session,
    StateRecord,
    Transcript,
    create_session,
    fork_session,
    open_session,
    read_session,
)


@attrs.frozen
class Say:
    text: str


@attrs.frozen
class Move:
    """Rewind or branch: the head goes to a message, chosen by its number, or to none."""

    number: int | None


@attrs.frozen
class Compact:
    pass


@attrs.frozen
class Name:
    name: str


@attrs.frozen
class Crash:
    """What was written last is cut at a part of it, and zeros may follow."""

    lost: float
    zeros: int


type Operation = Say | Move | Compact | Name | Crash

TEXTS = st.text(st.characters(codec=None, categories=None), max_size=20)
OPERATIONS: st.SearchStrategy[list[Operation]] = st.lists(
    st.builds(Say, TEXTS)
    | st.builds(Move, st.none() | st.integers(0, 50))
    | st.builds(Compact)
    | st.builds(Name, TEXTS)
    | st.builds(Crash, st.floats(0, 1), st.integers(0, 3)),
    max_size=25,
)


@attrs.frozen
class Model:
    """A session, as plainly as can be."""

    messages: dict[str, Message] = attrs.field(factory=dict[str, Message])
    head: str | None = None
    name: str | None = None

    def path(self) -> tuple[Message, ...]:
        path: list[Message] = []
        step = self.head
        while step is not None:
            path.append(self.messages[step])
            step = path[-1].parent_id
        return tuple(reversed(path))


def agree(transcript: Transcript, model: Model) -> bool:
    parents = {message.parent_id for message in model.messages.values()}
    return (
        dict(transcript.messages) == model.messages
        and transcript.conversation == model.path()
        and transcript.head == model.head
        and transcript.state.name == model.name
        and set(transcript.branches) == set(model.messages) - parents
    )


def apply(session: Session, model: Model, operation: Say | Move | Compact | Name) -> Model:
    match operation:
        case Say(text):
            message: Message = attrs.evolve(said(text), parent_id=model.head)
        case Move(number):
            ids = list(model.messages)
            head = ids[number % len(ids)] if number is not None and ids else None
            session.append(HeadRecord(head, "rewind"))
            return attrs.evolve(model, head=head)
        case Compact():
            session.append(CompactionRecord(replaced=model.head))
            message = said("in short")
        case Name(name):
            session.append(StateRecord(name=name))
            return attrs.evolve(model, name=session.transcript.state.name)
    session.append(MessageRecord(message))
    return attrs.evolve(model, messages={**model.messages, message.id: message}, head=message.id)


def cut(directory: Path, size_before: int, crash: Crash) -> None:
    file = directory / SESSION_FILE
    whole = file.read_bytes()
    last = whole[size_before:]
    # Without its line's end a record is still whole; the cut goes into the record itself.
    kept = last[: min(int(len(last) * crash.lost), max(0, len(last) - 2))]
    file.write_bytes(whole[:size_before] + kept + b"\0" * crash.zeros)


def run(home: Home, operations: list[Operation]) -> tuple[Path, Model]:
    with create_session(home, cwd=Path.cwd(), secrets=()) as session:
        session.append(StateRecord(name=""))
    directory, model = session.directory, Model(name="")
    before, size_before = model, (directory / SESSION_FILE).stat().st_size
    for operation in operations:
        match operation:
            case Crash():
                cut(directory, size_before, operation)
                model = before
            case _:
                with open_session(directory, secrets=()) as session:
                    assert agree(session.transcript, model)
                    before, size_before = model, (directory / SESSION_FILE).stat().st_size
                    model = apply(session, model, operation)
                    assert agree(session.transcript, model)
        assert agree(read_session(directory), model)
    return directory, model


@settings(deadline=None, max_examples=60)
@given(OPERATIONS)
def test_a_session_is_what_a_plain_model_of_it_is(operations: list[Operation]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        run(Home(Path(directory)), operations)


@settings(deadline=None, max_examples=30)
@given(OPERATIONS, st.integers(0, 50))
def test_a_fork_at_any_message_is_the_path_to_it(operations: list[Operation], number: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        home = Home(Path(directory))
        source, model = run(home, operations)
        ids: list[str | None] = [*model.messages] or [None]
        at = ids[number % len(ids)]

        fork = read_session(fork_session(source, home, at=at))

        expected = attrs.evolve(model, head=at) if at else model
        assert fork.conversation == expected.path()
        assert fork.damaged_lines == ()
