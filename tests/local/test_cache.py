from pathlib import Path

import pytest

from sagent.providers.local import default_cache_dir


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"SAGENT_CACHE_DIR": "/s", "XDG_CACHE_HOME": "/x"}, Path("/s")),
        ({"XDG_CACHE_HOME": "/x"}, Path("/x/sagent")),
        ({}, Path.home() / ".cache" / "sagent"),
    ],
)
def test_the_cache_is_where_the_environment_says(environ: dict[str, str], expected: Path) -> None:
    assert default_cache_dir(environ) == expected
