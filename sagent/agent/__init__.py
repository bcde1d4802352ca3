"""Agents: a model, tools and a history, behind one inbox."""

from sagent.agent._actor import AgentActor
from sagent.agent._agent import Agent
from sagent.agent._agent_file import agent_from
from sagent.agent._answerer import Answerer
from sagent.agent._asyncio_side import call_in_asyncio
from sagent.agent._colleagues import AgentBinding, Colleagues
from sagent.agent._counsel import Counsel
from sagent.agent._directive import Directive
from sagent.agent._event import (
    ChildEvent,
    Compacted,
    Done,
    Failed,
    Interrupted,
    ModelAsked,
    Notice,
    OwnEvent,
    Planned,
    QuestionClosed,
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
    TurnBegan,
    UserAsked,
)
from sagent.agent._group import AGENTS
from sagent.agent._kept_files import KeptFiles, open_kept_files
from sagent.agent._limits import AgentLimits
from sagent.agent._mail import (
    Attachment,
    CancelTask,
    Clear,
    Compact,
    GetStatus,
    Interrupt,
    Mail,
    Prompt,
    Recompact,
    Rewind,
    Rewound,
    SetEffort,
    SwapModel,
    Watch,
)
from sagent.agent._output import Output
from sagent.agent._roll_call import call_roll
from sagent.agent._run import Run
from sagent.agent._spawn_order import Lifetime, SpawningTool, SpawnOrder
from sagent.agent._status import AgentStatus, Phase
from sagent.agent._system_thread import SystemThread, open_system_thread

__all__ = [
    "AGENTS",
    "Agent",
    "AgentActor",
    "AgentBinding",
    "AgentLimits",
    "AgentStatus",
    "Answerer",
    "Attachment",
    "CancelTask",
    "ChildEvent",
    "Clear",
    "Colleagues",
    "Compact",
    "Compacted",
    "Counsel",
    "Directive",
    "Done",
    "Failed",
    "GetStatus",
    "Interrupt",
    "Interrupted",
    "KeptFiles",
    "Lifetime",
    "Mail",
    "ModelAsked",
    "Notice",
    "Output",
    "OwnEvent",
    "Phase",
    "Planned",
    "Prompt",
    "QuestionClosed",
    "Recompact",
    "Responded",
    "Retrying",
    "Rewind",
    "Rewound",
    "Run",
    "RunEvent",
    "SetEffort",
    "SpawnOrder",
    "SpawningTool",
    "SwapModel",
    "SystemThread",
    "Text",
    "Thinking",
    "Titled",
    "ToolCalled",
    "ToolDetached",
    "ToolProgressed",
    "ToolReturned",
    "TurnBegan",
    "UserAsked",
    "Watch",
    "agent_from",
    "call_in_asyncio",
    "call_roll",
    "open_kept_files",
    "open_system_thread",
]
