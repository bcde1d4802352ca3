"""Agents: a model, tools and a history, behind one inbox."""

from sagent.agent._agent import Agent, Directive
from sagent.agent._event import (
    Done,
    Responded,
    Retrying,
    RunEvent,
    Text,
    Thinking,
    ToolCalled,
    ToolReturned,
)
from sagent.agent._mail import Prompt
from sagent.agent._output import Output
from sagent.agent._run import Run

__all__ = [
    "Agent",
    "Directive",
    "Done",
    "Output",
    "Prompt",
    "Responded",
    "Retrying",
    "Run",
    "RunEvent",
    "Text",
    "Thinking",
    "ToolCalled",
    "ToolReturned",
]
