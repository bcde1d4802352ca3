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
MARKED = re.compile(r"<!-- run( with weights)? -->\n```sh\n(.*?)```", re.DOTALL)
COMMANDS = [
    pytest.param(
        commands,
        id=f"{page.name}-{number}",
        marks=[pytest.mark.weights, pytest.mark.slow] if with_weights else [],
    )
    for page in PAGES
    for number, (with_weights, commands) in enumerate(MARKED.findall(page.read_text()))
]
CODE = re.compile(r"```.*?```", re.DOTALL)
LINKS = [
    pytest.param(page, link, id=f"{page.name}-{link}")
    for page in PAGES
    for link in re.findall(r"\]\(([^)#]+)\)", CODE.sub("", page.read_text()))
    if not link.startswith(("http", "api/", "../api/"))  # the API's are made with the site
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


@pytest.mark.parametrize("commands", COMMANDS)
async def test_marked_commands_run_as_printed(commands: str, tmp_path: Path) -> None:
    """See docs/tutorial.md: a comment before a block says that it can run."""
    async with open_loopback(answer("Hello.")) as server:
        done = await trio.run_process(
            ["bash", "-e", "-c", commands],
            cwd=tmp_path,
            capture_stdout=True,
            capture_stderr=True,
            check=False,
            env=os.environ
            | {
                "OPENAI_COMPAT_BASE_URL": server.base_url,
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                "SAGENT_HOME": str(tmp_path / "home"),
            },
        )

    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout


@pytest.mark.parametrize(("page", "link"), LINKS)
def test_a_link_leads_somewhere(page: Path, link: str) -> None:
    assert (page.parent / link).exists()
