"""Models of pydantic as what tools take and give."""

from datetime import date
from typing import Annotated, Literal

import attrs
import pytest
from pydantic import BaseModel, Field, field_validator

from sagent.errors import UsageError
from sagent.lib.json import JSON
from sagent.message import JsonMessage, is_error, response_text
from sagent.tool import Tool
from sagent.tools import tool


class Place(BaseModel):
    """Where something is."""

    title: str
    street: str | None = None


class Order(BaseModel):
    article: str = Field(description="what to buy")
    count: int = Field(default=1, ge=1)
    to: Place
    day: date | None = None

    @field_validator("article")
    @classmethod
    def is_sold(cls, article: str) -> str:
        if article == "moon":
            raise ValueError("the moon is not for sale")
        return article


class Shipped(BaseModel):
    order: Order
    by: Literal["rail", "ship"] = Field(default="rail", alias="means")


class Tree(BaseModel):
    children: list["Tree"] = []


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog"]


class Pet(BaseModel):
    animal: Annotated[Cat | Dog, Field(discriminator="kind")]


@attrs.frozen
class Parcel:
    order: Order


ORDER: dict[str, JSON] = {"article": "tea", "to": {"title": "home"}, "day": "2026-11-29"}


async def use(made: Tool, **directive: JSON) -> str:
    result = await made.run(JsonMessage(directive))
    return ("ERROR " if is_error(result) else "") + response_text(result)


@tool
async def ship(order: Order) -> Shipped:
    """Ship what was ordered."""
    assert isinstance(order.to, Place)
    return Shipped(order=order, means="ship")


@tool
def ship_afar(orders: list[Order]) -> list[Shipped]:
    """Ship what was ordered."""
    return [Shipped(order=order) for order in orders]


def test_the_schema_is_the_models_own_without_references_and_titles() -> None:
    assert ship.directive_schema == {
        "type": "object",
        "properties": {
            "order": {
                "type": "object",
                "properties": {
                    "article": {"type": "string", "description": "what to buy"},
                    "count": {"type": "integer", "minimum": 1, "default": 1},
                    "to": {
                        "description": "Where something is.",
                        "type": "object",
                        "properties": {
                            "title": {"type": "string"},
                            "street": {
                                "anyOf": ({"type": "string"}, {"type": "null"}),
                                "default": None,
                            },
                        },
                        "required": ("title",),
                    },
                    "day": {
                        "anyOf": ({"type": "string", "format": "date"}, {"type": "null"}),
                        "default": None,
                    },
                },
                "required": ("article", "to"),
            }
        },
        "required": ("order",),
        "additionalProperties": False,
    }


async def test_models_arrive_and_are_given_back_as_json() -> None:
    assert await use(ship, order=ORDER) == (
        '{"order":{"article":"tea","count":1,"to":{"title":"home","street":null},'
        '"day":"2026-11-29"},"means":"ship"}'
    )


async def test_models_travel_to_a_process_and_back() -> None:
    assert (await use(ship_afar, orders=[ORDER])).endswith('"means":"rail"}]')


async def test_what_a_validator_says_is_told_to_the_model() -> None:
    nowhere: dict[str, JSON] = {}
    wrong: dict[str, JSON] = {"article": "moon", "to": nowhere}

    told = await use(ship, order=wrong)

    assert told == (
        "ERROR order: article: Value error, the moon is not for sale; to.title: Field required"
    )


async def test_a_model_stands_in_a_class_of_attrs_and_in_a_union() -> None:
    @tool
    async def carry(what: Parcel | Place) -> str:
        return type(what).__name__

    assert await use(carry, what={"order": ORDER}) == "Parcel"
    assert await use(carry, what={"title": "home"}) == "Place"


async def test_a_model_that_says_which_it_is_arrives_as_that() -> None:
    @tool
    async def feed(pet: Pet) -> str:
        return type(pet.animal).__name__

    assert await use(feed, pet={"animal": {"kind": "dog"}}) == "Dog"


def test_a_model_that_contains_itself_is_refused() -> None:
    with pytest.raises(UsageError, match="parameter 'tree' of climb contains itself"):

        @tool
        async def climb(tree: Tree) -> str:
            return str(tree)
