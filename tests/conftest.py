from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes is for benchmarks to say: tests also run beside others.
settings.register_profile(
    "without a clock", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("without a clock")

pytest_plugins = ["pytester", "sagent.testing.pytest_plugin"]


@pytest.fixture(scope="session", autouse=True)
def bytecode_is_kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let the processes that tests start share compiled modules, wherever they may not be kept."""
    with pytest.MonkeyPatch.context() as patched:
        patched.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        patched.setenv("PYTHONPYCACHEPREFIX", str(tmp_path_factory.mktemp("bytecode")))
        yield


@pytest.fixture(scope="session", autouse=True)
def nothing_is_written_into_the_users_home(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """Let tests, and processes that they start, keep sessions and memory in a home of their own."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SAGENT_HOME", str(tmp_path_factory.mktemp("sagent-home")))
        yield
