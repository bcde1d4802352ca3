"""What is left of the shell commands that tests give to agents."""

from pathlib import Path


def sleepers(mark: str) -> list[str]:
    """Find the processes that sleep for *mark* seconds."""
    found: list[str] = []
    for entry in Path("/proc").iterdir():
        try:
            arguments = (entry / "cmdline").read_bytes().split(b"\0")
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if arguments[0] == b"sleep" and mark.encode() in arguments and state != "Z":
            found.append(entry.name)
    return found
