"""What a vendor tells of itself when it is asked for its models."""

from datetime import UTC, datetime

import httpx
import pytest

from sagent.errors import AuthenticationError
from sagent.model import ModelInfo
from sagent.providers import OpenAICompat
from sagent.providers._encounter import Encounter, meet

ONE = ModelInfo(model_id="m")
THEN = datetime(2026, 11, 29, 12, 30, tzinfo=UTC)


async def met(status: int = 200, **headers: str) -> Encounter:
    def answer(_: httpx.Request) -> httpx.Response:
        body = httpx.ByteStream(b'{"data": [{"id": "m"}]}')
        return httpx.Response(status, headers=headers, stream=body)

    return await meet(
        OpenAICompat(
            key="sk-secret",
            base_url="https://api.example/v1",
            new_transport=lambda: httpx.MockTransport(answer),
        )
    )


async def test_a_vendor_tells_its_models_and_the_time() -> None:
    assert await met(date="Sun, 29 Nov 2026 12:30:00 GMT") == Encounter(models=(ONE,), date=THEN)


async def test_a_vendor_that_refuses_tells_the_time_too() -> None:
    encounter = await met(401, date="Sun, 29 Nov 2026 12:30:00 GMT")

    assert isinstance(encounter.error, AuthenticationError)
    assert encounter.date == THEN


@pytest.mark.parametrize("date", ["", "now", "Sun, 29 Nov 99999999999999999999 12:30:00 GMT"])
async def test_a_time_that_is_none_is_not_told(date: str) -> None:
    assert await met(date=date) == Encounter(models=(ONE,))
