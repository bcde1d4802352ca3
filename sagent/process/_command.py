from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import attrs
import trio

from sagent.process._output import Output
from sagent.process._process import MAX_OUTPUT_BYTES, TERM_GRACE_S, open_process


@attrs.frozen(kw_only=True)
class Completed:
    """A command that ended by itself."""

    exit_code: int
    """As a shell reports it: 128 + n for an end by signal n."""
    output: Output
    """What it wrote."""
    elapsed_s: float
    """From its start to its end."""


async def run_command(
    argv: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    max_output_bytes: int = MAX_OUTPUT_BYTES,
    on_output: Callable[[bytes], None] | None = None,
    term_grace_s: float = TERM_GRACE_S,
) -> Completed:
    """Run *argv* to its end, and leave nothing of it behind.

    What the command left in the background is killed when it ends. On cancellation the whole
    tree is ended first; to keep what a command wrote until its deadline, use ``open_process``
    with the deadline inside the block. The arguments are those of ``open_process``.

    Raises:
        ProcessError: the command cannot be started. One that starts and fails is no error.
    """
    started = trio.current_time()
    async with open_process(
        argv,
        cwd=cwd,
        env=env,
        stdin=stdin,
        max_output_bytes=max_output_bytes,
        on_output=on_output,
        term_grace_s=term_grace_s,
    ) as process:
        exit_code = await process.wait()
        elapsed_s = trio.current_time() - started
    return Completed(exit_code=exit_code, output=process.output, elapsed_s=elapsed_s)
