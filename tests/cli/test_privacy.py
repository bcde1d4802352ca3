"""What the commands that an agent runs find of the keys that it has."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from command import COMMAND, at, clean
from loopback import answer, call, serve_loopback

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def test_a_command_of_the_agent_finds_no_key_in_the_processes_above(tmp_path: Path) -> None:
    look = "grep -ls 'k3y-not-for-tools' /proc/[0-9]*/environ; echo looked"
    environ = {"OPENAI_API_KEY": "k3y-not-for-tools", "SAGENT_HOME": str(tmp_path)}
    with serve_loopback(call("Bash", {"command": look}), answer("hello")) as server:
        done = subprocess.run(
            [*COMMAND, "hi", *at(server), "--tools", "Bash"],
            env=clean() | environ,
            cwd=tmp_path,
            capture_output=True,
            check=False,
        )

    assert (done.returncode, done.stderr) == (0, b"")
    found = str(server.seen[1].body["messages"][-1]["content"])
    assert found.endswith("looked")
    assert os.getuid() == 0 or found == "looked"  # root may look everywhere
