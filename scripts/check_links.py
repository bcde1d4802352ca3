"""Ask the hosts of all links of the documentation whether they still lead somewhere.

    .venv/bin/uv run python scripts/check_links.py

Not for CI, whose result would depend on others. Links within the documentation are checked as the
site is built. Exits with 1 if a link is dead; what cannot be reached at all is told apart from it.
"""

import ast
import re
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx
import trio

ROOT = Path(__file__).parent.parent
PAGES = (
    *ROOT.glob("*.md"),
    *(ROOT / "docs").rglob("*.md"),
    *(ROOT / "sagent").rglob("*.py"),
)
_URL = re.compile(r"https?://[^\s)\"'`<>\]]+[^\s)\"'`<>\].,;:]")
_EXAMPLES = re.compile(
    r"127\.0\.0\.1|localhost|\.example\b|example\.(com|org)|intranet|\{|^https?://(host|10\.|virtual)"
)
_GONE = (404, 410)
_AT_ONCE = 8
_ANSWER_S = 20


def links() -> Mapping[str, Path]:
    """Give every link to the outside, with a file that has it; addresses of examples aside."""
    found: dict[str, Path] = {}
    for path in PAGES:
        for url in _URL.findall(_words(path)):
            if not _EXAMPLES.search(url):
                found.setdefault(url.partition("#")[0], path)
    return found


def _words(path: Path) -> str:
    """Give what is written for people: a page, or the docstrings of a module."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return text
    strings = (node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Expr))
    return "\n".join(
        node.value
        for node in strings
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


async def check(client: httpx.AsyncClient, url: str) -> str:
    """Say what is wrong with *url*; "" if nothing is."""
    try:
        async with client.stream("GET", url) as response:
            gone = response.status_code in _GONE
    except httpx.HTTPError as error:
        return f"not reached: {type(error).__name__}"
    return f"dead: {response.status_code}" if gone else ""


async def main() -> int:
    """Check all, and give the exit code."""
    wrong: dict[str, str] = {}
    limit = trio.CapacityLimiter(_AT_ONCE)

    async def note(client: httpx.AsyncClient, url: str) -> None:
        async with limit:
            if fault := await check(client, url):
                wrong[url] = fault

    found = links()
    async with (
        httpx.AsyncClient(timeout=_ANSWER_S, follow_redirects=True) as client,
        trio.open_nursery() as nursery,
    ):
        for url in found:
            nursery.start_soon(note, client, url)
    for url, fault in sorted(wrong.items()):
        print(f"{found[url].relative_to(ROOT)}: {url}: {fault}")
    dead = sum(fault.startswith("dead") for fault in wrong.values())
    print(f"{len(found)} links, {dead} dead, {len(wrong) - dead} not reached")
    return 1 if dead else 0


if __name__ == "__main__":
    sys.exit(trio.run(main))
