import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import trio

from sagent.errors import ProcessError
from sagent.process import _marked, _tree, open_process, run_command

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

ESCAPING = "setsid sh -c 'echo $$; exec sleep 60' & sleep 60"
"""Its escapee holds the output open, and tells its number once it is out of reach."""


async def first_pid(command: str, while_open: Callable[[int], None]) -> None:
    """Run *command* until it has told a number, and hand that on before its block ends."""
    async with open_process(["sh", "-c", command], term_grace_s=0.1) as process:
        while not process.output.text.endswith("\n"):  # there is no event for it
            await trio.sleep(0.005)
        while_open(int(process.output.text))


def lives(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


async def test_who_may_not_be_signalled_is_told_and_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    escaped: list[int] = []

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    def forbid(pid: int) -> None:
        escaped.append(pid)
        monkeypatch.setattr(signal, "pidfd_send_signal", refuse)

    started = time.perf_counter()
    await first_pid(ESCAPING, forbid)
    elapsed_s = time.perf_counter() - started

    os.kill(escaped[0], signal.SIGKILL)
    assert elapsed_s < 1.5
    assert str(escaped[0]) in caplog.text


async def test_an_end_that_fails_does_not_wait_for_the_output(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    escaped: list[int] = []

    async def fail(*_: object, **__: object) -> None:
        raise OSError("mine")

    def break_end(pid: int) -> None:
        escaped.append(pid)
        monkeypatch.setattr(_tree.Tree, "_until_none", fail)

    started = time.perf_counter()
    try:
        with pytest.RaisesGroup(pytest.RaisesExc(OSError, match="mine")):
            await first_pid(ESCAPING.replace("setsid", "setsid env -i"), break_end)
    finally:
        os.kill(escaped[0], signal.SIGKILL)
    assert time.perf_counter() - started < 2


async def test_without_threads_the_tree_ends_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pids: list[int] = []

    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("can't start new thread")

    def exhaust(pid: int) -> None:
        pids.append(pid)
        monkeypatch.setattr(trio.to_thread, "run_sync", fail)
        monkeypatch.setattr(_tree, "_KILL_WAIT_S", 0.3)

    await first_pid("trap '' TERM; sleep 60 & echo $!; sleep 60", exhaust)

    assert not lives(pids[0])


async def test_without_threads_no_command_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(trio.to_thread, "run_sync", fail)

    with pytest.raises(ProcessError, match="can't start new thread"):
        await run_command(["true"])


async def test_a_process_that_cannot_be_looked_into_holds_the_end_up_no_longer_than_promised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    release = threading.Event()

    def hang(_: int) -> bytes:
        release.wait()
        return b""

    def clog(_: int) -> None:
        monkeypatch.setattr(_marked, "_environ", hang)
        monkeypatch.setattr(_tree, "_KILL_WAIT_S", 0.3)

    try:
        with trio.fail_after(2):
            for _ in range(2):
                await first_pid("echo 1; sleep 60", clog)
    finally:
        release.set()


async def test_a_search_path_that_hangs_can_be_cancelled_and_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    release = threading.Event()

    def hang(*_: object, **__: object) -> None:
        release.wait()

    try:
        with monkeypatch.context() as patched:
            patched.setattr(shutil, "which", hang)
            with trio.fail_after(2), trio.move_on_after(0.1) as patience:
                await run_command(["true"])
        assert patience.cancelled_caught
    finally:
        release.set()


async def test_a_stopped_tree_may_use_its_grace() -> None:
    command = "trap 'echo tidied; exit' TERM; echo up; kill -STOP 0; sleep 60 & wait"

    async with open_process(["sh", "-c", command], term_grace_s=2) as process:
        while not process.output.total_bytes:  # there is no event for it
            await trio.sleep(0.005)
        await trio.sleep(0.05)  # nor for its stop

    assert process.output.text == "up\ntidied\n"
