"""Words of a command line as values; each raises `argparse.ArgumentTypeError` with a remedy."""

import argparse
import os
import re

USER_ID = "[UW][A-Z0-9]{2,}"
"""How Slack names a user."""
CHANNEL_ID = "[CDG][A-Z0-9]{2,}"
"""How Slack names a channel, or a direct conversation."""
_MOST_DIGITS = 18
_DECIMAL = re.compile(r"[0-9]+(\.[0-9]+)?|\.[0-9]+")


def tool_names(words: list[str] | None) -> list[str] | None:
    """Give the names that stand in *words*, with commas or without; none for ``none``."""
    if words is None:
        return None
    names = [name for word in words for name in word.split(",") if name]
    return [] if names == ["none"] else names


def rounds(text: str) -> int:
    """Read how often the model may be asked."""
    return _count(text, "rounds")


def times(text: str) -> int:
    """Read how often something may be done."""
    return _count(text, "times")


def items(text: str) -> int:
    """Read how many items are worked on."""
    return _count(text, "items")


def tokens(text: str) -> int:
    """Read a number of tokens."""
    return _count(text, "tokens")


def usd(text: str) -> str:
    """Read an amount of US dollars."""
    if not _DECIMAL.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no amount of US dollars: write it like 2.50")
    return text


def seconds(text: str) -> float:
    """Read a number of seconds."""
    if not _DECIMAL.fullmatch(text) or not 0 < float(text) < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds: write it like 90")
    return float(text)


def agent_name(text: str) -> str:
    """Read what an agent is to be called."""
    if not text.strip() or "/" in text or "#" in text:
        raise argparse.ArgumentTypeError(f"{text!r} is no name of an agent: no / and no # in it")
    return text


def directory(text: str) -> str:
    """Read a directory that is there."""
    if not os.path.isdir(text):  # noqa: PTH112  # pathlib takes as long as all of --help
        raise argparse.ArgumentTypeError(
            f"{text!r} is no directory; if that is the prompt, put it first"
        )
    return text


def place(text: str) -> str:
    """Read where a session is."""
    if not text:
        raise argparse.ArgumentTypeError("it is empty: name the session's directory")
    return text


def _count(text: str, noun: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < len(text.lstrip("0")) <= _MOST_DIGITS):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of {noun}: allow at least 1")
    return int(text)
