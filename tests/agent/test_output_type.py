"""An answer that becomes an instance of a class."""

from enum import Enum
from typing import Annotated, Literal, TypedDict, assert_type

import anyio
import attrs
import pytest
from pydantic import BaseModel, field_validator

from sagent.agent import Agent, Done
from sagent.errors import ModelStoppedError, UsageError
from sagent.message import result_text
from sagent.testing import ScriptedModel


@attrs.frozen
class City:
    """A town.

    Attributes:
        people: how many live there.
    """

    name: str
    people: int = attrs.field(validator=attrs.validators.gt(0))


class Capital(BaseModel):
    name: str
    people: int

    @field_validator("name")
    @classmethod
    def is_known(cls, name: str) -> str:
        if name == "Atlantis":
            raise ValueError("Atlantis has sunk")
        return name


class Note(TypedDict):
    text: str


class Country(BaseModel):
    name: str
    people: int
    capital: str


class Verdict(Enum):
    YES = "yes"
    NO = "no"


type Place = City | Note

OSLO = '{"name": "Oslo", "people": 700000}'


@pytest.mark.parametrize("kind", [City, Capital])
async def test_the_answer_is_an_instance(kind: type[City] | type[Capital]) -> None:
    city = await Agent(model=ScriptedModel(OSLO)).run("Norway's?", output_type=kind)

    assert city == kind(name="Oslo", people=700_000)


async def test_the_model_is_told_the_schema_of_the_class() -> None:
    model = ScriptedModel(OSLO)

    await Agent(model=model).run("Norway's?", output_type=City)

    schema = model.requests[0].output_schema
    assert schema is not None
    assert schema["required"] == ("name", "people")
    assert schema["properties"] == {
        "name": {"type": "string"},
        "people": {"type": "integer", "description": "how many live there."},
    }


async def test_what_a_validator_refuses_is_asked_for_again() -> None:
    model = ScriptedModel('{"name": "Atlantis", "people": 1}', OSLO)

    capital = await Agent(model=model).run("Norway's?", output_type=Capital)

    assert capital.name == "Oslo"
    assert "Atlantis has sunk" in result_text(model.requests[1].messages[-1])


async def test_an_answer_that_never_fits_fails_the_run() -> None:
    model = ScriptedModel(*['{"name": "Oslo", "people": -1}'] * 3)

    with pytest.raises(ModelStoppedError, match="people"):
        await Agent(model=model).run("Norway's?", output_type=City)


async def test_the_events_tell_the_answer_as_json() -> None:
    run = Agent(model=ScriptedModel('{"text": "hi"}')).run("Say hi.", output_type=Note)

    events = [event async for event in run]
    note = await run

    assert note["text"] == "hi"
    assert isinstance(events[-1], Done)
    assert events[-1].message.content == {"text": "hi"}


def test_the_answer_is_an_instance_under_asyncio_too() -> None:
    async def main() -> Capital:
        return await Agent(model=ScriptedModel(OSLO)).run("Norway's?", output_type=Capital)

    assert anyio.run(main, backend="asyncio").people == 700_000


@pytest.mark.parametrize(
    ("kind", "said", "value"),
    [
        (list[City], f"[{OSLO}]", [City("Oslo", 700_000)]),
        (City | Note, OSLO, City("Oslo", 700_000)),
        (City | Note, '{"text": "hi"}', {"text": "hi"}),
        (City | None, "null", None),
        (Place, OSLO, City("Oslo", 700_000)),
        (int, "7", 7),
        (bool, "true", True),
        (Verdict, '"no"', Verdict.NO),
        (Literal["a", "b"], '"b"', "b"),
        (tuple[int, str], '[1, "x"]', (1, "x")),
        (Annotated[int, {"minimum": 1}], "1", 1),
    ],
)
async def test_what_is_no_object_is_told_in_one(kind: object, said: str, value: object) -> None:
    model = ScriptedModel(f'{{"result": {said}}}')

    answer: object = await Agent(model=model).run("Well?", output_type=kind)

    assert answer == value
    schema = model.requests[0].output_schema
    assert schema is not None
    assert schema["type"] == "object"
    assert schema["required"] == ("result",)


async def test_a_dictionary_is_an_object_by_itself() -> None:
    agent = Agent(model=ScriptedModel('{"Oslo": 700000}'))

    assert await agent.run("Who lives where?", output_type=dict[str, int]) == {"Oslo": 700_000}


async def test_a_text_is_the_answer_as_it_is() -> None:
    model = ScriptedModel("In Oslo.")

    answer = await Agent(model=model).run("Where?", output_type=str)

    assert answer == "In Oslo."
    assert model.requests[0].output_schema is None


async def test_a_bare_value_is_asked_for_again() -> None:
    model = ScriptedModel("7", '{"result": 7}')

    assert await Agent(model=model).run("How many?", output_type=int) == 7
    assert len(model.requests) == 2


async def test_the_events_tell_the_value_without_its_object() -> None:
    run = Agent(model=ScriptedModel('{"result": [1, 2]}')).run("Count.", output_type=list[int])

    events = [event async for event in run]

    assert isinstance(events[-1], Done)
    assert events[-1].message.content == (1, 2)


async def test_of_two_members_that_fit_the_one_that_knows_more_is_meant() -> None:
    model = ScriptedModel('{"result": {"name": "N", "people": 5, "capital": "Oslo"}}')

    answer: object = await Agent(model=model).run("Norway?", output_type=Capital | Country)

    assert answer == Country(name="N", people=5, capital="Oslo")


@pytest.mark.parametrize("kind", [object, complex, [City, Note], City("Oslo", 1), list[object]])
def test_what_no_json_fits_is_refused(kind: object) -> None:
    with pytest.raises(UsageError, match="output_type"):
        Agent(model=ScriptedModel()).run("Norway's?", output_type=kind)


def test_members_with_the_same_json_are_refused() -> None:
    @attrs.frozen
    class Town:
        name: str
        people: int

    with pytest.raises(UsageError, match=r"cannot tell .*City.* from .*Town"):
        Agent(model=ScriptedModel()).run("Norway's?", output_type=City | Town)


def test_a_class_beside_a_schema_is_refused() -> None:
    run = Agent(model=ScriptedModel()).run

    with pytest.raises(UsageError, match="leave out output_schema"):
        run("Norway's?", output_type=City, output_schema={})  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]


async def use_types(agent: Agent) -> None:
    assert_type(await agent.run("x", output_type=City), City)
    assert_type(await agent.run("x", output_type=list[City]), list[City])
    assert_type(await agent.run("x", output_type=Verdict), Verdict)
    assert_type(await agent.run("x", output_type=str), str)
    place: City | Note = await agent.run("x", output_type=City | Note)
    assert_type(place, City | Note)
