"""A machine on which nothing can run a local model."""

from pathlib import Path

import pytest

from sagent.agent import Agent
from sagent.errors import ServerStartError
from sagent.providers import Local


async def test_nothing_is_downloaded_where_no_server_could_run_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("sagent.providers.local._binary._WHEEL", "no_such_wheel")
    agent = Agent(model=Local(cache_dir=tmp_path / "models").model())

    with pytest.raises(ServerStartError) as caught:
        await agent.run("hi")

    assert str(caught.value).endswith("or put llama.cpp's llama-server on PATH")
    assert not (tmp_path / "models").exists()
