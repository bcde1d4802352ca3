"""What a session keeps of an agent that is to live again."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagent.agent import SpawnOrder
from sagent.errors import UsageError

texts = st.text(st.characters(codec="utf-8"), max_size=20)
orders = st.builds(
    SpawnOrder,
    prompt=texts,
    lifetime=st.sampled_from(["persistent", "detached"]),
    name=texts,
    system=st.none() | texts,
    provider=texts,
    tools=st.none() | st.lists(texts, max_size=3).map(tuple),
    cwd=st.none() | st.just(Path("/somewhere")),
    max_tool_call_rounds=st.none() | st.integers(1, 9),
    max_depth=st.none() | st.integers(0, 9),
    budget_usd=st.none() | st.decimals(0, 9, places=4),
    budget_tokens=st.none() | st.integers(0, 9),
    deadline_s=st.none() | st.integers(1, 9),
    restart=st.sampled_from(["permanent", "transient", "temporary"]),
)


@given(order=orders)
def test_an_order_is_read_as_it_was_written(order: SpawnOrder) -> None:
    assert SpawnOrder.from_json(order.to_json()) == order


def test_what_an_agent_may_not_do_is_not_forgotten() -> None:
    order = SpawnOrder(prompt="", max_depth=0, tools=(), budget_usd=Decimal(0), budget_tokens=0)

    again = SpawnOrder.from_json(order.to_json())

    assert again == order


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        '{"tools": "all"}',
        '{"tools": [1]}',
        '{"max_depth": "deep"}',
        '{"max_depth": true}',
        '{"cwd": 1}',
        '{"restart": "often"}',
        '{"lifetime": "long"}',
        '{"deadline_s": "soon"}',
        '{"budget_usd": []}',
        '{"budget_tokens": "many"}',
        '{"system": 7}',
        '{"name": null}',
    ],
)
def test_what_is_no_order_says_so_in_a_line(text: str) -> None:
    with pytest.raises(UsageError, match="the record of an agent") as caught:
        SpawnOrder.from_json(text)

    assert "\n" not in str(caught.value)


def test_what_a_later_version_has_written_besides_is_left_out() -> None:
    assert SpawnOrder.from_json('{"prompt": "x", "colour": "red"}') == SpawnOrder(prompt="x")
