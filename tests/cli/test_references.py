"""What is written about the command line and the config, and what reads them."""

import json
import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import cast

import jsonschema_rs
import make_references
import pytest
from command import Command
from hypothesis import given
from hypothesis import strategies as st

from sagent.cli._commands import PARSERS
from sagent.cli._config.keys import KEYS, Key, schema
from sagent.cli._config.kinds import WrongValueError
from sagent.cli._loader import LOADERS

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLES = re.findall(r"```toml\n(.*?)```", (DOCS / "config.md").read_text(), re.DOTALL)
TEXTS = ["", "x", "a/b", "Read", "Local", "json", "https://h/v1", "https://a:b@h", "U02", "dm"]
VALUES = st.recursive(
    st.booleans()
    | st.integers(-2, 9)
    | st.decimals(-2, 9, places=1).filter(lambda number: number % 1 != 0)
    | st.sampled_from(TEXTS),
    lambda values: st.lists(values, max_size=3),
    max_leaves=4,
)


@pytest.mark.parametrize("path", make_references.files(), ids=lambda path: path.name)
def test_what_is_written_is_what_is_made(path: Path) -> None:
    assert path.read_text() == make_references.files()[path], make_references.__doc__


def test_the_schema_is_one_of_its_draft() -> None:
    jsonschema_rs.meta.validate(schema())


def test_the_schema_is_told(sagent: Command) -> None:
    assert json.loads(sagent("config", "schema").stdout) == schema()


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_as_the_schema_says(example: str) -> None:
    jsonschema_rs.validate(schema(), tomllib.loads(example))


@given(key=st.sampled_from(KEYS), value=VALUES)
def test_the_schema_takes_what_the_reader_takes(key: Key, value: object) -> None:
    try:
        key.kind.read(value, Path("/"))
        reads = True
    except WrongValueError:
        reads = False

    assert jsonschema_rs.is_valid(dict(key.kind.schema), as_json(value)) == reads


@pytest.mark.parametrize("content", [{"modle": 1}, {"map": {"x": 1}}, {"providers": {"X": {}}}])
def test_the_schema_knows_no_other_keys(content: dict[str, object]) -> None:
    assert not jsonschema_rs.is_valid(schema(), content)


def test_every_command_has_a_parser_that_is_told_of() -> None:
    assert PARSERS.keys() - {""} == LOADERS.keys()


def as_json(value: object) -> object:
    if isinstance(value, list):
        return [as_json(item) for item in cast("list[object]", value)]
    return float(value) if isinstance(value, Decimal) else value
