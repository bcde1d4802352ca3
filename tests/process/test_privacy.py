"""What other processes of the same user get to see of this one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

LOOK = "import os, sys; print(open(f'/proc/{os.getppid()}/environ', 'rb').read())"
HIDDEN = f"""
import ctypes, os, subprocess, sys
from sagent.process import hide_from_children
hide_from_children()
print(ctypes.CDLL(None).prctl(3))
ours = os.open("/tmp", os.O_RDONLY)
subprocess.run(["/bin/true"], cwd=f"/proc/self/fd/{{ours}}", check=True)
subprocess.run([sys.executable, "-c", {LOOK!r}])
"""


@linux
def test_a_hidden_process_shows_its_environment_to_nobody_but_root(tmp_path: Path) -> None:
    environ = {**os.environ, "A_KEY": "not-for-tools"}

    done = subprocess.run(
        [sys.executable, "-c", HIDDEN], env=environ, capture_output=True, text=True, check=True
    )

    assert done.stdout.startswith("0\n")
    if os.getuid() != 0:
        assert "not-for-tools" not in done.stdout
        assert "PermissionError" in done.stderr
