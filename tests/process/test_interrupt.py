import secrets
import sys

import pytest

from sagent.process import run_command

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

INTERRUPTED = """
import contextlib, os, signal, sys, time, trio
from sagent.process import clean_environment, open_process
from sagent.process._marked import marked_processes

name, tag = sys.argv[1:]
herd = {**clean_environment(os.environ), "TEST_HERD": tag}

def interrupt(frame, event, value):
    if (event, frame.f_code.co_name, type(value)) in MOMENTS[name]:
        sys.setprofile(None)
        signal.raise_signal(signal.SIGINT)

MOMENTS = {
    "started": {("return", "start_tree", tuple)},
    "entering": {("call", "tended", type(None))},
    "leaving": {("call", "__aexit__", type(None))},
}

async def main():
    sys.setprofile(interrupt)
    async with open_process(["sh", "-c", "sleep 60"], env=herd):
        await trio.sleep(0.05)

with contextlib.suppress(KeyboardInterrupt):
    trio.run(main)
    print("not interrupted")
time.sleep(0.2)  # one without an owner may just be coming up
print(sys.getprofile(), len(marked_processes(tag)))
"""
"""It lives on after the interrupt, so that no death of the owner can end the tree."""


@pytest.mark.parametrize("moment", ["started", "entering", "leaving"])
async def test_an_interrupt_at_any_moment_leaves_no_tree_without_an_owner(moment: str) -> None:
    tag = secrets.token_hex(16)

    completed = await run_command([sys.executable, "-c", INTERRUPTED, moment, tag])

    assert completed.output.text == "None 0\n"
