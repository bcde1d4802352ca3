import random

import pytest
import trio


@pytest.fixture(params=range(20))
def any_schedule(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the test under 20 orders in which trio may run what is ready, the same each time."""
    monkeypatch.setattr(trio._core._run, "_ALLOW_DETERMINISTIC_SCHEDULING", True)
    monkeypatch.setattr(trio._core._run, "_r", random.Random(request.param))
