"""What the documentation tells from the code: examples, modules, and the table of the first.

    .venv/bin/uv run python scripts/site_sources.py

It writes the table of examples in docs/examples.md; a test compares it. The pages of the examples
and of the API are made as the site is built, and are no files.
"""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import sagent

ROOT = Path(__file__).parent.parent
EXAMPLES_PAGE = ROOT / "docs" / "examples.md"
BEGIN, END = "<!-- made by scripts/site_sources.py -->", "<!-- until here -->"
_MADE = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)


def examples() -> tuple[Path, ...]:
    """Give the examples, by name."""
    return tuple(sorted((ROOT / "examples").glob("*.py")))


def public_modules() -> tuple[str, ...]:
    """Give the modules that users import, by name; those that hold nothing of their own aside."""
    found = (module.name for module in pkgutil.walk_packages(sagent.__path__, "sagent."))
    public = (name for name in found if not re.search(r"\._", name))
    return tuple(sorted(name for name in public if name != "sagent.lib"))


def public_names(module: str) -> tuple[str, ...]:
    """Give the names that users import from *module*: its `__all__`, or what it defines."""
    names = vars(importlib.import_module(module))
    own = (
        name
        for name, value in names.items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module
    )
    return tuple(names.get("__all__") or own)


def examples_text() -> str:
    """Give docs/examples.md as it should be."""
    made = "\n".join(_example_rows())
    text = EXAMPLES_PAGE.read_text(encoding="utf-8")
    return _MADE.sub(lambda _: f"{BEGIN}\n\n{made}\n\n{END}", text)


def _example_rows() -> Iterator[str]:
    yield "| program | what it shows |"
    yield "|---|---|"
    for path in examples():
        first = _docstring(path).partition("\n\n")[0]
        yield f"| [{path.name}](../examples/{path.name}) | {' '.join(first.split())} |"


def example_page(path: Path) -> str:
    """Give the page of the example at *path*: what it is, and its code."""
    about, _, rest = _docstring(path).partition("\n\n")
    code = path.read_text(encoding="utf-8")
    tree = ast.parse(code)
    body = "".join(code.splitlines(keepends=True)[tree.body[0].end_lineno or 0 :]).lstrip()
    return f"# {path.name}\n\n{about}\n\n```text\n{_dedented(rest)}\n```\n\n```python\n{body}```\n"


def api_page(module: str) -> str:
    """Give the page of *module*, which mkdocstrings fills."""
    return f"# {module}\n\n::: {module}\n"


def api_index() -> str:
    """Give the page that lists the public modules."""
    rows = "\n".join(
        f"| [{module}]({module}.md) | {_first(module)} |" for module in public_modules()
    )
    return (
        "# API\n\nEvery public name of every public module, from the docstrings.\n"
        "What is not here, and every name that begins with an underscore, may change any day.\n\n"
        f"| module | what it has |\n|---|---|\n{rows}\n"
    )


def _first(module: str) -> str:
    about = importlib.import_module(module).__doc__ or ""
    return " ".join(about.partition("\n\n")[0].split())


def _docstring(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


def _dedented(text: str) -> str:
    return "\n".join(line.removeprefix("    ") for line in text.split("\n"))


if __name__ == "__main__":
    EXAMPLES_PAGE.write_text(examples_text(), encoding="utf-8")
    print(EXAMPLES_PAGE)
