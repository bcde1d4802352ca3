"""The command ``sagent-slack``: agents as colleagues in a Slack workspace.

It speaks the Web API through httpx and Socket Mode through ``websockets``, which has a trio side
of its own: a cancelled call is gone from the wire, where a client in threads would go on.
"""

import os
import signal
import sys
from collections.abc import Sequence

from sagent.cli._exit_code import DONE, INTERRUPTED
from sagent.cli._loader import COMPLETE
from sagent.slack._parser import parse_slack, slack_parser

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and give its exit code: 0 done, 1 failed, 2 usage, 130 interrupted."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] == [COMPLETE]:
        return _complete(words[1:])
    options = parse_slack(words)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)  # until the run has its own: there is nothing to clean up yet
    from sagent.process import hide_from_children  # noqa: PLC0415
    from sagent.slack._run import run_slack  # noqa: PLC0415  # what --help needs is loaded before it

    if argv is None:  # this process is the command
        hide_from_children()
    return run_slack(options)


def _complete(words: Sequence[str]) -> int:
    """Answer a shell that asks how the line may go on: its name, and the words so far."""
    from sagent.cli._completion.answer import answer  # noqa: PLC0415  # a run needs none of it

    sys.stdout.write(answer(words[0] if words else "", words[1:], {"": slack_parser}))
    return DONE


def _leave(*_: object) -> None:
    os._exit(INTERRUPTED)
