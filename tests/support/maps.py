"""Maps of the command over notes, and what they print and ask."""

import json
from pathlib import Path

from command import COMMAND, Ended
from loopback import Loopback

REVIEW = (*COMMAND, "map", "--over", "*.txt", "--prompt", "Review.")
"""The command that reviews all notes, in a process of its own."""


def lines(done: Ended) -> list[dict[str, object]]:
    """Give what it has printed, in order."""
    return [json.loads(line) for line in done.stdout.splitlines()]


def prompts(server: Loopback) -> list[str]:
    """Give what its agents have been asked, in order."""
    return [seen.body["messages"][-1]["content"] for seen in server.seen]


def notes(project: Path, count: int) -> list[str]:
    """Write *count* files, and give their names."""
    for number in range(count):
        (project / f"n{number}.txt").write_text(f"note {number}\n")
    return [f"n{number}.txt" for number in range(count)]
