"""What the documentation site has beside the pages in docs/.

    .venv/bin/uv run --group docs mkdocs build --strict

mkdocs calls the functions here. They add a page for each example and for each public module, and
the pages that stand at the root of the repository; they let links to these lead there, and refuse
a page that would load anything from elsewhere.
"""

import logging
import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page
from site_sources import api_index, api_page, example_page, examples, public_modules

ROOT = Path(__file__).parent.parent
AT_THE_ROOT = {
    "CHANGELOG.md": "project/changelog.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "SECURITY.md": "project/security-policy.md",
}
"""Pages of the repository, and where they are in the site."""
_LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)#\s]+)")
_TITLED = re.compile(r"^```(\w+) ([\w./-]+)$", re.MULTILINE)
_LOADED = re.compile(
    r"<(?:script|img|iframe|source|video|audio)\b[^>]*\bsrc=[\"']?(?:https?:)?//[^>]*>"
    r"|<link\b(?=[^>]*\brel=[\"']?(?:stylesheet|preconnect|preload|icon))"
    r"[^>]*\bhref=[\"']?(?:https?:)?//[^>]*>"
)
_log = logging.getLogger("mkdocs.sagent")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made."""
    made = {place: (ROOT / source).read_text("utf-8") for source, place in AT_THE_ROOT.items()}
    made |= {f"examples/{path.stem}.md": example_page(path) for path in examples()}
    made |= {f"api/{module}.md": api_page(module) for module in public_modules()}
    made["api/index.md"] = api_index()
    for place, content in made.items():
        kind = (
            InclusionLevel.NOT_IN_NAV if place.startswith("examples/") else InclusionLevel.INCLUDED
        )
        files.append(File.generated(config, place, content=content, inclusion=kind))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Let links lead to where things are in the site."""
    del config
    place = page.file.src_uri
    here = posixpath.dirname(_source_of(place))

    def lead(link: re.Match[str]) -> str:
        target = _place_of(posixpath.normpath(posixpath.join(here, link[1])))
        if target is None or files.get_file_from_path(target) is None:
            _log.warning("%s: nothing in the site is %s", place, link[1])
            return link[1]
        return posixpath.relpath(target, posixpath.dirname(place) or ".")

    parts = re.split(r"(^```.*?^```$)", markdown, flags=re.DOTALL | re.MULTILINE)
    parts[::2] = [_LINK.sub(lead, part) for part in parts[::2]]
    return _TITLED.sub(r'```\1 title="\2"', "".join(parts))


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Refuse a page that would have a reader's browser ask somebody else.

    Raises:
        PluginError: it names what would be loaded.
    """
    del config
    if found := _LOADED.search(output):
        raise PluginError(f"{page.file.src_uri} loads from elsewhere: {found[0]}")
    return output


def _source_of(place: str) -> str:
    """Say where the page at *place* in the site stands in the repository."""
    roots = {there: source for source, there in AT_THE_ROOT.items()}
    return roots.get(place, f"docs/{place}")


def _place_of(source: str) -> str | None:
    """Say where in the site a file of the repository is; None for nowhere."""
    if source == "README.md":
        return "index.md"
    if source in AT_THE_ROOT:
        return AT_THE_ROOT[source]
    if source.startswith("examples/"):
        return source.removesuffix(".py") + ".md"
    return source.removeprefix("docs/") if source.startswith("docs/") else None
