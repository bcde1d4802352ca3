"""The program itself, and what it stands on."""

import platform
import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from sagent.cli._doctor._finding import Finding, absent, failed, ok

_NAMED = ("trio", "httpx")
_REQUIREMENT = re.compile(
    r"(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?\s*(?P<bounds>[^;]*)(?:;(?P<marker>.*))?"
)
_EXTRA = re.compile(r"""extra\s*==\s*['"](?P<extra>[^'"]+)['"]""")
_LEAST = re.compile(r"[>=]=\s*(?P<least>[0-9.]+)")
_NUMBER = re.compile(r"\d+")


def look_at_versions() -> Iterator[Finding]:
    """See whether all that is needed is installed, and new enough."""
    named = ", ".join(f"{name} {_version(name) or 'missing'}" for name in _NAMED)
    yield ok(
        f"sagent {_version('sagent') or '(not installed)'}, Python {platform.python_version()} "
        f"({sys.executable}), {named}, {platform.system()} {platform.release()}"
    )
    extras: dict[str, list[str]] = {}
    for requirement in _requirements():
        match = _REQUIREMENT.match(requirement)
        if match is None:
            continue
        extra = _EXTRA.search(match["marker"] or "")
        if extra is None:
            yield from _lack(match["name"], match["bounds"])
        else:
            extras.setdefault(extra["extra"], []).append(match["name"])
    yield from _extras(extras)


def _requirements() -> list[str]:
    try:
        return requires("sagent") or []
    except PackageNotFoundError:
        return []


def _lack(name: str, bounds: str) -> Iterator[Finding]:
    found, least = _version(name), _LEAST.search(bounds)
    if found is None:
        yield failed(f"{name} is not installed", f"pip install '{name}{bounds.strip()}'")
    elif least is not None and _numbers(found) < _numbers(least["least"]):
        yield failed(
            f"{name} {found} is older than {least['least']}, which sagent needs",
            f"pip install --upgrade '{name}{bounds.strip()}'",
        )


def _extras(extras: dict[str, list[str]]) -> Iterator[Finding]:
    there = [name for name, parts in extras.items() if all(map(_version, parts))]
    if there:
        yield ok(f"extras: {', '.join(there)}")
    if lacking := [name for name in extras if name not in there]:
        yield absent(
            f"not installed, and needed only by who wants it: {', '.join(lacking)} "
            f"(pip install 'sagent[{','.join(lacking)}]')"
        )


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, _NUMBER.findall(text.partition("+")[0])))
