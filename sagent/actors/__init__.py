"""Actors on trio: tasks with inboxes, under supervision, reachable by name.

    async with open_system() as system:
        account = await system.spawn(Account, balance=10, name="alice")
        account.tell(Deposit(5))
        with trio.fail_after(1):
            balance = await account.ask(GetBalance())

Knows trio and nothing of language models.
"""

import logging

from sagent.actors._actor import Actor
from sagent.actors._behavior import Spawnable
from sagent.actors._context import Context
from sagent.actors._envelope import Envelope, Lane
from sagent.actors._event_bus import Events
from sagent.actors._events import (
    DeadLetter,
    DeadLetterReason,
    Event,
    Exited,
    GaveUp,
    LateReply,
    Missed,
    Overflow,
    Restarting,
    Spawned,
    Started,
)
from sagent.actors._exit import Exit, ExitReason
from sagent.actors._feed import Feed
from sagent.actors._groups import Group
from sagent.actors._inbox import Inbox
from sagent.actors._mailbox import OverflowPolicy
from sagent.actors._policy import AutoShutdown, Backoff, Restart, Strategy
from sagent.actors._ref import Down, NameChanged, Ref, Request
from sagent.actors._spawner import Supervisor
from sagent.actors._system import System, open_system
from sagent.actors._tree import Node
from sagent.errors import (
    ActorCrashed,
    ActorError,
    ActorStopped,
    AskCycle,
    MailboxFull,
    NameTaken,
    RestartLimit,
    SystemStopping,
    TooManyChildren,
)

__all__ = [
    "Actor",
    "ActorCrashed",
    "ActorError",
    "ActorStopped",
    "AskCycle",
    "AutoShutdown",
    "Backoff",
    "Context",
    "DeadLetter",
    "DeadLetterReason",
    "Down",
    "Envelope",
    "Event",
    "Events",
    "Exit",
    "ExitReason",
    "Exited",
    "Feed",
    "GaveUp",
    "Group",
    "Inbox",
    "Lane",
    "LateReply",
    "MailboxFull",
    "Missed",
    "NameChanged",
    "NameTaken",
    "Node",
    "Overflow",
    "OverflowPolicy",
    "Ref",
    "Request",
    "Restart",
    "RestartLimit",
    "Restarting",
    "Spawnable",
    "Spawned",
    "Started",
    "Strategy",
    "Supervisor",
    "System",
    "SystemStopping",
    "TooManyChildren",
    "open_system",
]

# A library is silent until its user says where its log goes.
logging.getLogger("sagent").addHandler(logging.NullHandler())
