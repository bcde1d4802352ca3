import os
from pathlib import Path

import pytest
from command import clean
from slack_bot import BotIn

from sagent.slack._pace import TIERS, Pace


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a directory that is a project of its own, and a user who never ran sagent."""
    for name in os.environ.keys() - clean().keys():
        monkeypatch.delenv(name)
    monkeypatch.setenv("SAGENT_HOME", str(tmp_path / "home"))
    directory = tmp_path / "project"
    directory.mkdir()
    return directory


@pytest.fixture
def bot(project: Path, monkeypatch: pytest.MonkeyPatch) -> BotIn:
    """Open bots in a workspace that lets itself be written to as fast as one likes."""
    fast = Pace(period_s=0.01)
    monkeypatch.setattr("sagent.slack._gate.CHANNEL", fast)
    monkeypatch.setattr("sagent.slack._gate.TIERS", dict.fromkeys(TIERS, fast))
    return BotIn(project)
