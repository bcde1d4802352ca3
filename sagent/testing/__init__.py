"""Doubles for the tests of programs that use sagent: no network, no clock, no surprises."""

from sagent.testing._recording_tool import RecordingTool
from sagent.testing._scripted_model import ScriptedModel, calls

__all__ = ["RecordingTool", "ScriptedModel", "calls"]
