"""An answer that becomes an instance of a class."""

from typing import TypedDict

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


@pytest.mark.parametrize("kind", [int, list, object])
def test_a_class_without_fields_is_refused(kind: type) -> None:
    with pytest.raises(UsageError, match="output_type"):
        Agent(model=ScriptedModel()).run("Norway's?", output_type=kind)


def test_a_class_beside_a_schema_is_refused() -> None:
    run = Agent(model=ScriptedModel()).run

    with pytest.raises(UsageError, match="leave out output_schema"):
        run("Norway's?", output_type=City, output_schema={})  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
