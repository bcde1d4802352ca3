"""What tools and Slack ask, and whether their keys are there."""

import os
from collections.abc import Iterable, Iterator

from sagent.cli._doctor._finding import Finding, absent, ok, warning
from sagent.tools.web._search_variables import VARIABLES

_PAPERS = ("SEMANTIC_SCHOLAR_API_KEY", "OPENALEX_API_KEY", "OPENALEX_EMAIL")
_SLACK = ("SLACK_APP_TOKEN", "SLACK_BOT_TOKEN")


def look_at_services() -> Iterator[Finding]:
    """Tell which keys of tools and of Slack are set; nobody is asked."""
    if searching := _set(VARIABLES.values()):
        yield ok(f"WebSearch: {' and '.join(searching)} set")
    else:
        yield absent(
            "WebSearch asks DuckDuckGo without a key, which soon refuses; "
            f"{' or '.join(VARIABLES.values())} lets it ask another"
        )
    if papers := _set(_PAPERS):
        yield ok(f"papers: {' and '.join(papers)} set")
    else:
        yield absent(f"papers are searched without a key, slowly; {_PAPERS[0]} makes it faster")
    tokens = _set(_SLACK)
    if len(tokens) == 1:
        lacking = next(name for name in _SLACK if name not in tokens)
        yield warning(
            f"sagent-slack has {tokens[0]} alone", f"set {lacking}, too, or unset {tokens[0]}"
        )
    elif tokens:
        yield ok(f"sagent-slack: {' and '.join(tokens)} set")


def _set(names: Iterable[str]) -> list[str]:
    return list(filter(os.environ.get, names))
