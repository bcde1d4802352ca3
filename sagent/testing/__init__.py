"""What the tests of programs that use sagent need: no network, no clock, no surprises.

Doubles of a model, a tool and a person, a probe that stands in for an actor, cassettes that stand
in for a vendor, and the schedules under which trio may run a test. `sagent.testing.pytest_plugin`
brings the schedules to pytest.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from sagent.testing._probe import Probe, spawn_probe
from sagent.testing._recording_tool import RecordingTool
from sagent.testing._schedule import run_schedules
from sagent.testing._scripted_answerer import ScriptedAnswerer
from sagent.testing._scripted_model import Move, ScriptedModel, Step, calls

if TYPE_CHECKING:
    from sagent.testing._cassette import Cassette

__all__ = [
    "Cassette",
    "Move",
    "Probe",
    "RecordingTool",
    "ScriptedAnswerer",
    "ScriptedModel",
    "Step",
    "calls",
    "run_schedules",
    "spawn_probe",
]


def __getattr__(name: str) -> object:
    if name == "Cassette":  # with it comes httpx, which a test without a vendor does not need
        return import_module("sagent.testing._cassette").Cassette
    raise AttributeError(f"module 'sagent.testing' has no attribute {name!r}")
