"""What is on disk, read as little as possible: a file whose status stays is not read again."""

import os
import stat
from collections.abc import Collection, Iterable, Mapping

import attrs

from sagent.checkpoint._contents import EXECUTABLE, LINK, PLAIN, Entry
from sagent.checkpoint._limits import Limits

# The coarsest clock of a file system in use (FAT): within it, a change may leave no trace.
_COARSE_NS = 2_000_000_000

type Signature = tuple[int, int, int, int, int]
"""Mode, size, inode, time of the last change of the content, and of the status."""


@attrs.frozen
class Sighting:
    """A file as it was read."""

    entry: Entry
    signature: Signature
    settled: bool
    """Whether a later change of the content would change the signature."""


@attrs.frozen(kw_only=True)
class Survey:
    """What the statuses of some files say."""

    same: Mapping[bytes, Sighting]
    to_read: tuple[bytes, ...]
    absent: frozenset[bytes]
    unkept: Mapping[bytes, str]
    """Why a file that is there is not kept."""


def signature_of(status: os.stat_result) -> Signature:
    """Sum up what tells one state of a file from another."""
    return (
        status.st_mode,
        status.st_size,
        status.st_ino,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )


def survey(
    root: bytes,
    listed: Iterable[bytes],
    unlisted: Collection[bytes],
    seen: Mapping[bytes, Sighting],
    limits: Limits,
) -> Survey:
    """Look at some files.

    Args:
        root: the workspace.
        listed: files of it that were just seen there.
        unlisted: files of it or elsewhere that may not be there any more.
        seen: what was read before.
        limits: how much is kept.
    """
    reached = [key for key in unlisted if _is_reached_without_links(root, key)]
    absent = set(unlisted).difference(reached)
    unkept: dict[bytes, str] = {}
    statuses: dict[bytes, os.stat_result] = {}
    for key in (*listed, *reached):
        try:
            status = os.lstat(os.path.join(root, key))  # noqa: PTH118  # paths are bytes
        except (FileNotFoundError, NotADirectoryError):
            absent.add(key)
        except OSError as error:
            unkept[key] = error.strerror or str(error)
        else:
            if stat.S_ISDIR(status.st_mode):
                absent.add(key)
            elif reason := _objection(key, status) or _refusal(status, limits):
                unkept[key] = reason
            else:
                statuses[key] = status
    unkept |= _surplus(statuses, limits)
    kept = {key: status for key, status in statuses.items() if key not in unkept}
    same = {key: seen[key] for key, status in kept.items() if _is_same(seen.get(key), status)}
    return Survey(
        same=same,
        to_read=tuple(key for key in kept if key not in same),
        absent=frozenset(absent),
        unkept=unkept,
    )


def read(root: bytes, key: bytes, limits: Limits) -> tuple[bytes, os.stat_result]:
    """Read a file, or where a link leads, without waiting for a pipe.

    Raises:
        OSError: it cannot be read, or is no file now.
    """
    path = os.path.join(root, key)  # noqa: PTH118  # paths are bytes
    status = os.lstat(path)
    if stat.S_ISLNK(status.st_mode):
        return os.readlink(path), status  # noqa: PTH115  # paths are bytes
    if reason := _refusal(status, limits):  # opening a device may do something
        raise OSError(0, reason)
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb", buffering=0) as file:  # noqa: PTH123  # a descriptor is no path
        status = os.fstat(descriptor)
        if reason := _refusal(status, limits):
            raise OSError(0, reason)
        content = bytearray()
        while chunk := file.read(limits.max_file_bytes + 1 - len(content)):
            content += chunk
        if len(content) > limits.max_file_bytes:
            raise OSError(0, "it grew while it was read")
        return bytes(content), status


def sighting(oid: str, status: os.stat_result, *, read_at_ns: int) -> Sighting:
    """Note that the content *oid* was read at *read_at_ns*, the time before its reading."""
    if stat.S_ISLNK(status.st_mode):
        mode = LINK
    else:
        mode = EXECUTABLE if status.st_mode & stat.S_IXUSR else PLAIN
    newest_ns = max(status.st_mtime_ns, status.st_ctime_ns)
    settled = newest_ns + _COARSE_NS < read_at_ns
    return Sighting(Entry(mode, oid), signature_of(status), settled)


def _is_reached_without_links(root: bytes, key: bytes) -> bool:
    directory = os.path.dirname(os.path.join(root, key))  # noqa: PTH118, PTH120  # paths are bytes
    return os.path.realpath(directory) == directory


def _is_same(seen: Sighting | None, status: os.stat_result) -> bool:
    return seen is not None and seen.settled and seen.signature == signature_of(status)


def _objection(key: bytes, status: os.stat_result) -> str | None:
    # Git takes these for its own: the first always, the second from 2.49 on.
    names = key.lower().split(b"/")
    if b".git" in names or (names[-1] == b".gitmodules" and stat.S_ISLNK(status.st_mode)):
        return "git allows no such name"
    return None


def _refusal(status: os.stat_result, limits: Limits) -> str | None:
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode)):
        return "it is neither a file nor a link"
    if status.st_size > limits.max_file_bytes:
        return f"it is larger than {limits.max_file_bytes} bytes"
    return None


def _surplus(statuses: Mapping[bytes, os.stat_result], limits: Limits) -> dict[bytes, str]:
    total = sum(status.st_size for status in statuses.values())
    unkept: dict[bytes, str] = {}
    if total > limits.max_total_bytes:
        for key in sorted(statuses, key=lambda key: (-statuses[key].st_size, key)):
            if total <= limits.max_total_bytes:
                break
            total -= statuses[key].st_size
            unkept[key] = f"all files together are larger than {limits.max_total_bytes} bytes"
    return unkept
