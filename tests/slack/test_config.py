"""What the config says of the bot."""

from pathlib import Path

import pytest
from fake_slack import ADA, APP, BOT, CHANNEL
from settings import write_config

from sagent.slack._parser import parse_slack


def test_the_lists_of_people_and_channels_may_stand_in_the_config(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_APP_TOKEN", APP)
    monkeypatch.setenv("SLACK_BOT_TOKEN", BOT)
    monkeypatch.chdir(project)
    write_config(
        tmp_path / "home",
        f'model = "m"\n[slack]\nallow_user = ["{ADA}"]\nallow_channel = ["{CHANNEL}", "dm"]\n'
        'persona_dir = "personas"\n',
    )

    options = parse_slack(["--allow-channel", CHANNEL])

    assert options.allow_user == [ADA]
    assert options.allow_channel == [CHANNEL]
    assert options.persona_dir == str(tmp_path / "personas")


def test_a_broken_config_is_wrong_usage(
    project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(project)
    write_config(tmp_path / "home", "[slack]\nallow_users = []")

    with pytest.raises(SystemExit) as end:
        parse_slack([])

    assert end.value.code == 2
    assert "unknown key slack.allow_users; did you mean allow_user?" in capsys.readouterr().err
