import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import assert_never

from sagent.session._telling import (
    Call,
    Entry,
    Picture,
    Piece,
    Result,
    Speaker,
    Thinking,
    Words,
    told,
)
from sagent.session._transcript import Transcript

_HEADS: Mapping[Speaker, str] = {"user": "User", "model": "Model", "tool": "Tool", "note": "Note"}


def to_markdown(transcript: Transcript) -> str:
    """Write the conversation of *transcript* as Markdown (CommonMark).

    What was said stands as it was said; calls of tools and their results are fenced.
    """
    header, state = transcript.header, transcript.state
    facts = [f"- session: `{header.id}`"]
    if header.created_ns:
        facts.append(f"- begun: {when(header.created_ns)}")
    if state.model_id:
        facts.append(f"- model: `{state.model_id}`")
    title = " ".join((state.name or "Conversation").split())
    blocks = [f"# {title}", "\n".join(facts)]
    for entry in told(transcript.conversation):
        blocks += _blocks(entry)
    return "\n\n".join(blocks).encode(errors="replace").decode() + "\n"


def when(timestamp_ns: int) -> str:
    """Write a time of nanoseconds since the epoch for people, in UTC; "" if it is out of range."""
    try:
        moment = datetime.fromtimestamp(timestamp_ns // 10**9, UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _blocks(entry: Entry) -> list[str]:
    speaker = _HEADS[entry.speaker]
    head = f"## {speaker}" if entry.source is None else f"## {speaker} `{entry.source}`"
    return [head, *(_block(piece) for piece in entry.pieces)]


def _block(piece: Piece) -> str:
    match piece:
        case Words(text):
            return text.strip("\n")
        case Thinking(text):
            return "\n".join(f"> {line}".rstrip() for line in text.splitlines())
        case Picture(mime, octets):
            url = piece.url
            return f"![{mime}]({url})" if url else f"[{mime}, {len(octets)} bytes]"
        case Call():
            return f"Calls **{piece.tool}**:\n\n{_fenced(piece.arguments, 'json')}"
        case Result():
            verb = "failed" if piece.failed else "gave"
            return f"**{piece.tool}** {verb}:\n\n{_fenced(piece.text)}"
        case _:
            assert_never(piece)


def _fenced(text: str, language: str = "") -> str:
    """Put *text* into a fence longer than any in it (CommonMark 0.31, 4.5)."""
    longest = max(map(len, re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"
