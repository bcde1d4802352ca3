"""What is done is kept from one run to the next."""

import json
import stat
import sys
from pathlib import Path

import attrs
import pytest
import trio
from full_disk import files_of_at_most
from hypothesis import given
from hypothesis import strategies as st
from team_models import echo
from trio.testing import MockClock

from sagent.agent import Agent
from sagent.errors import ModelStoppedError, SessionBusyError, SessionError, UsageError
from sagent.lib.json import JSON
from sagent.team import Codec, Outcome, Progress, Unsaved, map_agents
from sagent.team._journal import _opened
from sagent.team._journal_line import is_whole, read_line, write_line
from sagent.testing import ScriptedModel


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "new" / "journal.jsonl"


async def _echoed(
    journal: Path, items: list[str], prompt: str = "{item}", system: str = ""
) -> tuple[tuple[Outcome[str, str], ...], int]:
    """Map over *items*, and tell how often the model was asked."""
    model = echo()
    agent = Agent(model=model, system=system)
    async with map_agents(agent, items, prompt=prompt, journal=journal) as outcomes:
        return await outcomes.collect(), len(model.requests)


async def test_what_is_done_is_not_paid_for_again(journal: Path) -> None:
    await _echoed(journal, ["a", "b"])

    outcomes, asked = await _echoed(journal, ["a", "b", "c"])

    assert [outcome.value for outcome in outcomes] == ["a", "b", "c"]
    assert [outcome.from_journal for outcome in outcomes] == [True, True, False]
    assert [outcome.spent.calls for outcome in outcomes] == [0, 0, 1]
    assert asked == 1


@pytest.mark.parametrize("change", [{"prompt": "Say {item}"}, {"system": "Be brief."}])
async def test_another_question_is_asked_anew(journal: Path, change: dict[str, str]) -> None:
    await _echoed(journal, ["a"])

    _, asked = await _echoed(journal, ["a"], **change)

    assert asked == 1


async def test_what_a_system_prompt_says_beside_its_key_makes_no_other_work(journal: Path) -> None:
    async def asked(system: str, key: str) -> int:
        model = echo()
        agent = Agent(model=model, system=system)
        async with map_agents(agent, ["a"], journal=journal, system_key=key) as outcomes:
            await outcomes.collect()
        return len(model.requests)

    counts = [
        await asked("Be brief. It is Friday.", "brief"),
        await asked("Be brief. It is Saturday.", "brief"),
        await asked("Be brief. It is Saturday.", "very brief"),
    ]

    assert counts == [1, 0, 1]


async def test_an_item_that_is_there_twice_is_worked_on_twice(journal: Path) -> None:
    _, first = await _echoed(journal, ["a", "a"])
    _, second = await _echoed(journal, ["a", "a", "a"])

    assert (first, second) == (2, 1)


async def test_what_failed_is_tried_again(journal: Path) -> None:
    model = ScriptedModel(ModelStoppedError("no"), "yes")
    values: list[bool] = []
    for _ in range(2):
        async with map_agents(Agent(model=model), ["a"], journal=journal) as outcomes:
            values += [outcome.ok for outcome in await outcomes.collect()]

    assert values == [False, True]


async def test_what_was_cancelled_is_done_by_the_next_run(
    journal: Path, autojump_clock: MockClock
) -> None:
    async def sleep(seconds: int) -> int:
        await trio.sleep(seconds)
        return seconds

    async with map_agents(sleep, [1, 60], journal=journal) as first:
        await anext(first)
    async with map_agents(sleep, [1, 60], journal=journal) as second:
        outcomes = await second.collect()

    assert [outcome.from_journal for outcome in outcomes] == [True, False]


async def test_json_values_come_back_as_they_were(journal: Path) -> None:
    async def nested(item: str) -> dict[str, list[int]]:
        return {item: [1, 2]}

    async with map_agents(nested, ["a"], journal=journal) as outcomes:
        await outcomes.collect()
    async with map_agents(nested, ["a"], journal=journal) as outcomes:
        (outcome,) = await outcomes.collect()

    assert (outcome.from_journal, outcome.value) == (True, {"a": [1, 2]})


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _octets(path: Path) -> bytes:
    return path.read_bytes()


def _write(path: Path, octets: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(octets)


@attrs.frozen
class Point:
    x: int


def _dump(point: Point) -> JSON:
    return point.x


def _load(value: JSON) -> Point:
    assert isinstance(value, int)
    return Point(value)


async def test_a_codec_keeps_other_values(journal: Path) -> None:
    async def point(item: int) -> Point:
        return Point(item)

    codec = Codec(_dump, _load)
    async with map_agents(point, [3], journal=journal, codec=codec) as outcomes:
        await outcomes.collect()
    async with map_agents(point, [3], journal=journal, codec=codec) as outcomes:
        (outcome,) = await outcomes.collect()

    assert (outcome.from_journal, outcome.value) == (True, Point(3))


async def test_a_value_that_cannot_be_kept_is_given_all_the_same_and_told(journal: Path) -> None:
    told: list[Progress] = []

    async def point(item: int) -> Point:
        return Point(item)

    async with map_agents(point, [3], journal=journal, on_progress=told.append) as outcomes:
        (outcome,) = await outcomes.collect()

    assert outcome.value == Point(3)
    assert isinstance(told[-1], Unsaved)
    assert "codec=" in str(told[-1].error)


async def test_an_item_without_a_name_is_told_before_it_is_paid_for(journal: Path) -> None:
    async def same(point: Point) -> int:
        return point.x

    async with map_agents(same, [Point(1)], journal=journal) as outcomes:
        (unnamed,) = await outcomes.collect()
    async with map_agents(same, [Point(1)], journal=journal, key=repr) as outcomes:
        (named,) = await outcomes.collect()

    assert isinstance(unnamed.error, UsageError)
    assert "key=" in str(unnamed.error)
    assert named.value == 1


async def test_a_journal_is_for_its_owner_alone(journal: Path) -> None:
    await _echoed(journal, ["a"])

    assert (_mode(journal), _mode(journal.parent)) == (0o600, 0o700)


async def test_credentials_are_not_written_into_a_journal(
    journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", 'sk-"0123456789abcdef')

    outcomes, _ = await _echoed(journal, ['it is sk-"0123456789abcdef', "fine"])

    assert all(outcome.ok for outcome in outcomes)
    assert b"0123456789abcdef" not in _octets(journal)
    assert b"fine" in _octets(journal)


async def test_a_second_run_on_a_journal_is_refused(journal: Path) -> None:
    async with map_agents(Agent(model=echo()), ["a"], journal=journal):
        with pytest.raises(SessionBusyError, match="in use by another run"):
            await _echoed(journal, ["a"])


async def test_a_file_that_is_no_journal_is_left_as_it_is(journal: Path) -> None:
    _write(journal, b"my thesis")

    with pytest.raises(SessionError, match="is no journal"):
        await _echoed(journal, ["a"])

    assert _octets(journal) == b"my thesis"


async def test_a_journal_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    with pytest.raises(SessionError, match="cannot be opened"):
        await _echoed(tmp_path, ["a"])


async def test_a_journal_that_was_cut_short_gives_what_was_whole(journal: Path) -> None:
    await _echoed(journal, ["a", "b"])
    _write(journal, _octets(journal)[:-20])

    outcomes, asked = await _echoed(journal, ["a", "b"])

    assert all(outcome.ok for outcome in outcomes)
    assert asked == 1
    assert all(map(is_whole, _octets(journal).splitlines()))


def test_a_journal_cut_at_any_byte_is_mended(
    journal: Path, caplog: pytest.LogCaptureFixture
) -> None:
    journal.parent.mkdir()
    lines = [write_line({"kind": "journal", "version": 1})]
    lines += [write_line({"kind": "outcome", "key": key, "value": 1}) for key in "ab"]
    whole = "".join(lines).encode()

    for size in range(len(whole) + 1):
        journal.write_bytes(whole[:size])
        opened = _opened(journal, ())
        opened.append(key="c", value=2)
        opened.close()
        again = _opened(journal, ())
        again.close()

        assert again.find("c") == (2,)
        assert all(map(is_whole, _octets(journal).splitlines()))
        assert again.find("a") == ((1,) if size >= len(lines[0] + lines[1]) - 1 else None)
    assert caplog.text == ""


async def test_a_damaged_line_costs_its_own_item_alone(
    journal: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await _echoed(journal, ["a", "b"])
    _write(journal, _octets(journal).replace(b'"value":"a', b'"value":"x'))

    outcomes, _ = await _echoed(journal, ["a", "b"])

    assert sum(outcome.from_journal for outcome in outcomes) == 1
    assert "1 damaged lines" in caplog.text


async def test_a_full_disk_costs_the_journal_but_no_work(journal: Path) -> None:
    told: list[Progress] = []

    with files_of_at_most(50):  # the header has 48
        async with map_agents(
            Agent(model=echo()), ["a"], journal=journal, on_progress=told.append
        ) as outcomes:
            (outcome,) = await outcomes.collect()

    assert outcome.ok
    assert isinstance(told[-1], Unsaved)
    assert len(_octets(journal).splitlines()) == 1


_RUN = """
import os, signal, sys, trio
from sagent.team import map_agents

async def work(item: int) -> int:
    if item == 3:
        os.kill(os.getpid(), getattr(signal, sys.argv[2]))
        await trio.sleep_forever()
    return item

async def main() -> None:
    async with map_agents(work, range(9), limit=1, journal=sys.argv[1]) as outcomes:
        await outcomes.collect()

trio.run(main)
"""


@pytest.mark.parametrize("by", ["SIGKILL", "SIGINT"])
async def test_a_run_that_is_killed_or_interrupted_keeps_what_it_has_done(
    journal: Path, by: str
) -> None:
    done = await trio.run_process(
        [sys.executable, "-c", _RUN, str(journal), by], check=False, capture_stderr=True
    )

    assert done.returncode != 0

    values = [json.loads(line).get("value") for line in _octets(journal).splitlines()]
    assert values == [None, 0, 1, 2]


@given(
    st.dictionaries(
        st.text(), st.none() | st.integers() | st.text() | st.lists(st.booleans()), max_size=3
    )
)
def test_a_line_comes_back_as_it_was_written(fields: dict[str, JSON]) -> None:
    line = write_line({"kind": "x", **fields}).removesuffix("\n").encode()

    assert is_whole(line)
    assert {k: v for k, v in read_line(line).items() if k not in {"kind", "crc"}} == {
        k: v for k, v in json.loads(json.dumps(fields)).items() if k not in {"kind", "crc"}
    }


@given(st.binary(max_size=80))
def test_what_is_no_line_is_not_whole(octets: bytes) -> None:
    assert not is_whole(octets)
