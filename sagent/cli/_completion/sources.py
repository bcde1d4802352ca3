"""The words that a value may be: those that are known, and those that are found."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypedDict

import attrs

from sagent.cli._flags import PROVIDERS, TOOLS
from sagent.errors import SagentError
from sagent.home import Home

type Said = Mapping[str, Sequence[str]]
"""What stands in the command line before the word, by what it sets."""

MOST_SESSIONS = 50
ASKING_S = 0.5
"""How long running sagents may take to tell their agents' names; a person waits."""
_PRICES = Path(__file__).parents[2] / "providers" / "_price_table.json"
_VENDORS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "anthropic": ("Anthropic", ("claude",)),
    "openai": ("OpenAI", ("gpt-", "chatgpt", "o1", "o3", "o4")),
    "google": ("Google", ("gemini", "gemma")),
    "moonshotai": ("Moonshot", ("kimi", "moonshot")),
    "dashscope": ("DashScope", ("qwen", "qwq")),
    "minimax": ("MiniMax", ("minimax",)),
}
"""Who has models in the table, and how the names begin of those that are called by name alone."""


@attrs.frozen
class Word:
    """Something that may be written, and what it is."""

    word: str
    about: str = ""


class _Row(TypedDict):
    names: list[str]


class _Table(TypedDict):
    vendors: dict[str, list[_Row]]


def find_words(dest: str, value: str, said: Said) -> Iterable[Word]:
    """Find what the option *dest* may be set to; nothing for what is not known.

    Args:
        dest: the option's name.
        value: the beginning of it.
        said: what stands before it.
    """
    if (known := _KNOWN.get(dest)) is not None:
        return known(value, said)
    if (find := _FOUND.get(dest)) is None:
        return []
    from sagent.terminal import one_line  # noqa: PLC0415  # it takes a while; few words need it

    try:
        found = list(find())
    except (SagentError, OSError):  # nobody who types wants to read of it
        return []
    return [Word(one_line(word.word), one_line(word.about)) for word in found]


def _providers(value: str, said: Said) -> Iterator[Word]:
    del value, said
    yield from (Word(name) for name in PROVIDERS)


def _models(value: str, said: Said) -> Iterator[Word]:
    """Give aliases, and the models of the provider that was named, else of all."""
    del value
    yield from _aliases()
    wanted = next(reversed(said.get("provider", ())), "").lower()
    if wanted in ("", "local"):
        from sagent.providers.local import CATALOGUE  # noqa: PLC0415  # the same

        yield from (Word(name, "Local") for name in CATALOGUE)
    table: _Table = json.loads(_PRICES.read_bytes())
    for vendor, (provider, beginnings) in _VENDORS.items():
        if wanted in ("", provider.lower()):
            rows = table["vendors"].get(vendor, [])
            names = (name for row in rows for name in row["names"])
            yield from (Word(name, provider) for name in names if name.startswith(beginnings))


def _aliases() -> Iterator[Word]:
    from sagent.cli._config import Sources, load_config  # noqa: PLC0415  # few words need it

    try:
        settings = load_config(Sources()).settings
    except SagentError:  # told when the command is run
        return
    for name in settings:
        if name.startswith("aliases."):
            yield Word(name.removeprefix("aliases."), "an alias")


def _tools(value: str, said: Said) -> Iterator[Word]:
    """Give the tools that are not named yet, in a list with commas."""
    before, comma, _ = value.rpartition(",")
    named = {name for word in (before, *said.get("tools", ())) for name in word.split(",")}
    yield from (Word(f"{before}{comma}{name}") for name in TOOLS if name not in named)
    if not named - {""}:
        yield Word("none", "no tools")


def _agents() -> Iterator[Word]:
    from sagent.prompt import load_agent_files  # noqa: PLC0415  # few words need it

    for agent in load_agent_files(Path.cwd(), Home.default()).found:
        yield Word(agent.name, agent.description)


def _sessions() -> Iterator[Word]:
    from sagent.session import list_sessions  # noqa: PLC0415  # few words need it

    for session in list_sessions(Home.default(), Path.cwd())[:MOST_SESSIONS]:
        yield Word(session.id, session.name or session.first_prompt)


def _running() -> Iterator[Word]:
    import trio  # noqa: PLC0415  # few words need it

    from sagent.control.client import find_runs  # noqa: PLC0415  # the same

    async def found() -> list[Word]:
        with trio.move_on_after(ASKING_S):
            return [
                Word(agent.name, f"process {run.pid}")
                for run in await find_runs()
                for agent in (run.run.agents if run.run else ())
            ]
        return []

    yield from trio.run(found)


_KNOWN: Mapping[str, Callable[[str, Said], Iterator[Word]]] = {
    "provider": _providers,
    "model": _models,
    "advisor": _models,
    "tools": _tools,
}
"""What options may be set to, of words that come with sagent."""
_FOUND: Mapping[str, Callable[[], Iterator[Word]]] = {
    "agent": _agents,
    "resume": _sessions,
    "id": _sessions,
    "session_ids": _sessions,
    "target": _running,
}
"""What they may be set to, of what is looked for."""
