"""Conversations on disk: append-only, locked, and whole after any crash."""

from sagent.session._catalogue import (
    SearchHit,
    find_session,
    list_sessions,
    remove_session,
    rename_session,
    search_sessions,
)
from sagent.session._fork import fork_session
from sagent.session._found import FoundSession, find_sessions
from sagent.session._html import to_html
from sagent.session._ledger import Spending
from sagent.session._markdown import to_markdown
from sagent.session._opening import create_session, keep_session, open_child_session, open_session
from sagent.session._reading import holds_session, read_session
from sagent.session._records import (
    CheckpointRecord,
    ChildRecord,
    CompactionRecord,
    Header,
    HeadRecord,
    MailRecord,
    MessageRecord,
    RawRecord,
    Record,
    ShareRecord,
    SpendRecord,
    StateRecord,
    TaskRecord,
)
from sagent.session._repair import Repair, repair
from sagent.session._session import Durability, Session
from sagent.session._state import SessionState
from sagent.session._summary import SessionInfo
from sagent.session._texts import to_texts
from sagent.session._transcript import Transcript

__all__ = [
    "CheckpointRecord",
    "ChildRecord",
    "CompactionRecord",
    "Durability",
    "FoundSession",
    "HeadRecord",
    "Header",
    "MailRecord",
    "MessageRecord",
    "RawRecord",
    "Record",
    "Repair",
    "SearchHit",
    "Session",
    "SessionInfo",
    "SessionState",
    "ShareRecord",
    "SpendRecord",
    "Spending",
    "StateRecord",
    "TaskRecord",
    "Transcript",
    "create_session",
    "find_session",
    "find_sessions",
    "fork_session",
    "holds_session",
    "keep_session",
    "list_sessions",
    "open_child_session",
    "open_session",
    "read_session",
    "remove_session",
    "rename_session",
    "repair",
    "search_sessions",
    "to_html",
    "to_markdown",
    "to_texts",
]
