"""All processes that a test starts, however far they run."""

import os
import secrets
import time
from collections.abc import Mapping

import attrs
import trio

from sagent.process import clean_environment
from sagent.process._marked import MARK, marked_processes


@attrs.frozen
class Herd:
    """All processes that carry a test's tag, however far they ran."""

    tag: str = attrs.field(factory=lambda: secrets.token_hex(16))

    @property
    def env(self) -> Mapping[str, str]:
        # Even the watchers, who have nothing of a command's environment, inherit this.
        return {**clean_environment(os.environ), MARK: self.tag}

    def living(self) -> list[int]:
        return marked_processes(self.tag)

    async def until(self, *, at_least: int) -> None:
        with trio.fail_after(20):
            while len(self.living()) < at_least:  # nobody tells when a process is up
                await trio.sleep(0.005)

    async def seconds_until_gone(self) -> float:
        started = time.perf_counter()
        with trio.fail_after(5):
            while self.living():  # nobody tells when a stranger's process is gone
                await trio.sleep(0.002)
        return time.perf_counter() - started
