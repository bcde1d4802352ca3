"""The file of a cassette: its form, when it is written, and what is said of one that is broken."""

import json
from pathlib import Path
from typing import Any, Literal, cast

import httpx
import pytest

from sagent.errors import UsageError
from sagent.testing import Cassette

PINNED = """{
  "cassette": 1,
  "exchanges": [
    {
      "request": {
        "method": "POST",
        "url": "https://api.example/v1/chat?stream=1",
        "body": {
          "model": "m",
          "prompt": "café"
        }
      },
      "response": {
        "status": 200,
        "headers": {
          "content-type": "text/event-stream"
        },
        "pieces": [
          "data: é\\n\\n"
        ]
      }
    },
    {
      "request": {
        "method": "GET",
        "url": "https://api.example/v1/models"
      },
      "end": "ReadError: reset"
    }
  ]
}
"""


def vendor(request: httpx.Request) -> httpx.Response:
    if request.method == "GET":
        raise httpx.ReadError("reset")
    return httpx.Response(
        200, headers={"content-type": "text/event-stream"}, content="data: é\n\n".encode()
    )


def recorder(path: Path, mode: Literal["record", "auto"] = "record") -> Cassette:
    return Cassette(path, mode=mode, new_transport=lambda: httpx.MockTransport(vendor))


def names_in(directory: Path) -> list[str]:
    return [path.name for path in directory.iterdir()]


async def converse(cassette: Cassette) -> None:
    async with httpx.AsyncClient(transport=cassette.transport()) as client:
        body = {"model": "m", "prompt": "café"}
        await client.post("https://api.example/v1/chat?stream=1", json=body)
        with pytest.raises(httpx.ReadError, match="reset"):
            await client.get("https://api.example/v1/models")


async def test_the_form_of_the_file_is_pinned(tmp_path: Path) -> None:
    with recorder(tmp_path / "tape.json") as cassette:
        await converse(cassette)

    assert (tmp_path / "tape.json").read_text() == PINNED


async def test_a_file_of_that_form_is_replayed(tmp_path: Path) -> None:
    (tmp_path / "tape.json").write_text(PINNED)

    with Cassette(str(tmp_path / "tape.json")) as cassette:
        await converse(cassette)


async def test_the_directory_is_made_and_nothing_else_is_left_in_it(tmp_path: Path) -> None:
    path = tmp_path / "tapes" / "of" / "tape.json"

    with recorder(path) as cassette:
        await converse(cassette)

    assert names_in(path.parent) == [path.name]


async def test_a_block_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    async def fail(cassette: Cassette) -> None:
        with cassette:
            await converse(cassette)
            raise KeyError

    path = tmp_path / "tape.json"
    path.write_text("before")

    with pytest.raises(KeyError):
        await fail(recorder(path))

    assert path.read_text() == "before"
    assert names_in(path.parent) == [path.name]


async def test_auto_records_once_and_then_replays(tmp_path: Path) -> None:
    with recorder(tmp_path / "tape.json", "auto") as cassette:
        await converse(cassette)

    with Cassette(tmp_path / "tape.json", mode="auto") as cassette:
        await converse(cassette)


async def test_record_replaces_what_there_was(tmp_path: Path) -> None:
    path = tmp_path / "tape.json"
    path.write_text("before")

    with recorder(path) as cassette:
        await converse(cassette)

    assert path.read_text() == PINNED


def test_a_recording_to_which_no_request_came_says_what_is_missing(tmp_path: Path) -> None:
    said = "pass the cassette's transport as new_transport="
    with pytest.raises(UsageError, match=said), recorder(tmp_path / "tape.json"):
        pass


def test_a_cassette_that_is_not_there_says_how_to_get_it(tmp_path: Path) -> None:
    said = r'no cassette .*tape.json: record it with mode="record"'
    with pytest.raises(UsageError, match=said), Cassette(tmp_path / "tape.json"):
        pass


def changed(where: str, value: object) -> str:
    """Give the pinned file with another *value* at the place *where*."""
    tape = json.loads(PINNED)
    *path, last = where.split(".")
    place: Any = tape
    for key in path:
        place = place[int(key) if key.isdigit() else key]
    place[last] = value
    return json.dumps(tape)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (changed("cassette", 2), "its format is 2, and this sagent reads 1"),
        (changed("cassette", "1"), "it names no format"),
        ("", "Expecting value: line 1 column 1"),
        ("\udcff", "can't decode byte 0xff"),
        (PINNED[:300], "Expecting"),
        ("[" * 100_000, "recursion"),
        ("[]", "it names no format"),
        ("{}", "it names no format"),
        ('{"cassette": 1}', "it lacks 'exchanges'"),
        (changed("exchanges", {}), "expected a list, not dict"),
        (changed("exchanges.0.request", []), "list"),
        (changed("exchanges.0.response.status", "200"), "expected an integer, not str"),
        (changed("exchanges.0.response.status", True), "expected an integer, not bool"),  # noqa: FBT003  # JSON's own
        (changed("exchanges.0.response.pieces", "data"), "expected a list, not str"),
        (changed("exchanges.0.response.pieces", [1]), "expected a string, not int"),
        (changed("exchanges.0.response.piece", []), "piece"),
    ],
)
def test_a_broken_file_is_one_line(content: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "tape.json"
    path.write_bytes(content.encode(errors="surrogateescape"))

    with pytest.raises(UsageError) as caught, Cassette(path):
        pass

    told, _, why = str(caught.value).partition(" (")
    assert told == f"{path} is not a cassette that can be read"
    assert said in why
    assert why.endswith("): record it again")
    assert "\n" not in str(caught.value)


def test_a_cassette_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    said = r"cannot read the cassette .*: Is a directory"
    with pytest.raises(UsageError, match=said), Cassette(tmp_path):
        pass


async def test_a_recording_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    async def record(cassette: Cassette) -> None:
        with cassette:
            await converse(cassette)

    with pytest.raises(UsageError, match=r"cannot write the cassette .*: Is a directory"):
        await record(recorder(tmp_path))

    assert not any(f".{tmp_path.name}-" in name for name in names_in(tmp_path.parent))


def test_a_cassette_outside_of_its_block_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not in use: write `with cassette:`"):
        recorder(tmp_path / "tape.json").transport()


@pytest.mark.parametrize("mode", ["record", "replay"])
async def test_a_connection_ends_with_the_block(
    mode: Literal["record", "replay"], tmp_path: Path
) -> None:
    path = tmp_path / "tape.json"
    path.write_text(PINNED)
    with Cassette(path, mode=mode, new_transport=lambda: httpx.MockTransport(vendor)) as cassette:
        await converse(cassette)
        transport = cassette.transport()

    async with httpx.AsyncClient(transport=transport) as client:
        with pytest.raises(UsageError, match="ended before this request"):
            await client.get("https://api.example/v1/models")


def test_one_block_at_a_time(tmp_path: Path) -> None:
    cassette = recorder(tmp_path / "tape.json")
    with pytest.raises(UsageError, match="in use: a block at a time"), cassette, cassette:
        pass


def test_a_mode_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="mode='rewind'"):
        Cassette(tmp_path / "tape.json", mode=cast("Literal['auto']", "rewind"))
