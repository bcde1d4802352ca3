"""The documentation site: what is made from the code is as the code is, and nothing is left out."""

import re
from pathlib import Path

import pytest
import yaml
from make_drawings import DRAWINGS, SUBJECTS, Subject
from site_sources import EXAMPLES_PAGE, examples, examples_text, public_modules
from trio.testing import MockClock

ROOT = Path(__file__).parent.parent
NAVIGATION = re.findall(r"- ([\w/.-]+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE)
PAGES = sorted((ROOT / "docs").rglob("*.md"))


@pytest.mark.parametrize("subject", SUBJECTS, ids=[subject.name for subject in SUBJECTS])
async def test_a_drawing_is_what_the_code_is(subject: Subject, autojump_clock: MockClock) -> None:
    """See scripts/make_drawings.py, which makes them."""
    assert await subject.draw() == (DRAWINGS / f"{subject.name}.svg").read_text()


def test_all_drawings_are_made() -> None:
    assert {file.stem for file in DRAWINGS.iterdir()} == {subject.name for subject in SUBJECTS}


def test_the_table_of_examples_is_what_they_say_of_themselves() -> None:
    """See scripts/site_sources.py, which makes it."""
    assert EXAMPLES_PAGE.read_text() == examples_text()
    assert all(f"examples/{path.name}" in examples_text() for path in examples())


def test_every_page_has_its_place_in_the_navigation() -> None:
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in PAGES}
    made = {name for name in NAVIGATION if name.startswith(("api/", "project/"))}

    assert sorted(NAVIGATION) == sorted(pages | made)


def test_every_public_module_has_its_page_of_the_api() -> None:
    pages = [name for name in NAVIGATION if name.startswith("api/")]

    assert pages == ["api/index.md", *(f"api/{name}.md" for name in public_modules())]


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_a_page_begins_with_its_title_and_what_it_is_for(page: Path) -> None:
    title, empty, first = page.read_text().split("\n")[:3]

    assert title.startswith("# ")
    assert empty == ""
    assert re.match(r"[A-Z`].*[.:]", first), first


def test_the_site_loads_nothing_from_elsewhere() -> None:
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text())

    assert settings["theme"]["font"] is False
    assert not {"extra_javascript", "extra_css", "repo_url", "extra"} & settings.keys()
    assert not [link for link in _pictures() if "//" in link]
    # The theme would fetch what draws these.
    assert not [page for page in PAGES if "```mermaid" in page.read_text()]


def _pictures() -> list[str]:
    return [
        link for page in PAGES for link in re.findall(r"!\[[^]]*\]\(([^)]+)\)", page.read_text())
    ]
