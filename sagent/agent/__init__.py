"""Agents: a model, tools and a history, behind one inbox."""

from sagent.agent._actor import AGENTS
from sagent.agent._agent import Agent
from sagent.agent._directive import Directive
from sagent.agent._event import (
    Compacted,
    Done,
    Failed,
    Interrupted,
    Notice,
    Responded,
    Retrying,
    RunEvent,
    Text,
    Thinking,
    Titled,
    ToolCalled,
    ToolDetached,
    ToolProgressed,
    ToolReturned,
)
from sagent.agent._mail import (
    Clear,
    Compact,
    GetStatus,
    Interrupt,
    Mail,
    Prompt,
    Recompact,
    Rewind,
    Rewound,
    SwapModel,
    Watch,
)
from sagent.agent._output import Output
from sagent.agent._run import Run
from sagent.agent._status import AgentStatus

__all__ = [
    "AGENTS",
    "Agent",
    "AgentStatus",
    "Clear",
    "Compact",
    "Compacted",
    "Directive",
    "Done",
    "Failed",
    "GetStatus",
    "Interrupt",
    "Interrupted",
    "Mail",
    "Notice",
    "Output",
    "Prompt",
    "Recompact",
    "Responded",
    "Retrying",
    "Rewind",
    "Rewound",
    "Run",
    "RunEvent",
    "SwapModel",
    "Text",
    "Thinking",
    "Titled",
    "ToolCalled",
    "ToolDetached",
    "ToolProgressed",
    "ToolReturned",
    "Watch",
]
