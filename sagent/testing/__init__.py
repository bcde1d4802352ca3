"""What the tests of programs that use sagent need: no network, no clock, no surprises.

Doubles of a model and a tool, a probe that stands in for an actor, and the schedules under which
trio may run a test. `sagent.testing.pytest_plugin` brings the schedules to pytest.
"""

from sagent.testing._probe import Probe, spawn_probe
from sagent.testing._recording_tool import RecordingTool
from sagent.testing._schedule import run_schedules
from sagent.testing._scripted_model import ScriptedModel, calls

__all__ = ["Probe", "RecordingTool", "ScriptedModel", "calls", "run_schedules", "spawn_probe"]
