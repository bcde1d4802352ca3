"""Every Python snippet of README and docs runs as printed."""

import os
import re
import sys
from pathlib import Path

import pytest
import trio
from loopback import answer, open_loopback

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
SNIPPETS = [
    pytest.param(code, id=f"{page.name}-{number}")
    for page in PAGES
    for number, code in enumerate(re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL))
]
LINKS = [
    pytest.param(page, link, id=f"{page.name}-{link}")
    for page in PAGES
    for link in re.findall(r"\]\(([^)#]+)\)", page.read_text())
    if not link.startswith("http")
]


@pytest.mark.parametrize("code", SNIPPETS)
async def test_a_snippet_runs_as_printed(code: str, tmp_path: Path) -> None:
    async with open_loopback(answer("Hello.")) as server:
        done = await trio.run_process(
            [sys.executable, "-W", "error", "-c", code],
            cwd=tmp_path,
            capture_stdout=True,
            capture_stderr=True,
            check=False,
            env=os.environ | {"OPENAI_COMPAT_BASE_URL": server.base_url},
        )

    assert (done.returncode, done.stderr.decode()) == (0, "")
    assert done.stdout


@pytest.mark.parametrize(("page", "link"), LINKS)
def test_a_link_leads_somewhere(page: Path, link: str) -> None:
    assert (page.parent / link).exists()
