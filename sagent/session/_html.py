from html import escape
from typing import assert_never

from sagent.session._markdown import when
from sagent.session._telling import (
    Call,
    Entry,
    Picture,
    Piece,
    Result,
    Thinking,
    Words,
    told,
)
from sagent.session._transcript import Transcript

_STYLE = """
:root { color-scheme: light dark; --ink: #1c1e21; --dim: #65696f; --paper: #fff; --box: #f3f4f6;
  --line: #d9dce1; --user: #1a66c2; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e6ea; --dim: #9aa0a8; --paper: #16181c;
  --box: #20242a; --line: #343a42; --user: #7fb2f0; --bad: #f2928c; } }
body { margin: 0 auto; max-width: 52rem; padding: 2rem 1.25rem 4rem; background: var(--paper);
  color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0; }
.facts, time, summary, .source { color: var(--dim); font-size: .85rem; }
article { border-top: 1px solid var(--line); margin-top: 1.25rem; padding-top: .75rem; }
h2 { display: inline; font-size: .9rem; margin-right: .5rem; }
.user h2 { color: var(--user); }
.words { margin: .5rem 0; overflow-wrap: anywhere; white-space: pre-wrap; }
.user .words { border-left: 3px solid var(--user); padding-left: .75rem; }
details { margin: .5rem 0; }
summary { cursor: pointer; }
.failed summary { color: var(--bad); }
pre { background: var(--box); border-radius: 6px; font-size: .85rem; margin: .4rem 0;
  overflow: auto; padding: .7rem; max-height: 32rem; }
img { border-radius: 6px; display: block; margin: .5rem 0; max-width: 100%; }
"""


def to_html(transcript: Transcript) -> str:
    """Write the conversation of *transcript* as one HTML file that needs no other.

    It has no script and loads nothing; its policy forbids both. It is light or dark as its
    reader's system is. Tools' calls and results, and thinking, are folded.
    """
    header, state = transcript.header, transcript.state
    title = escape(state.name or "Conversation")
    facts = [f"session {header.id}", when(header.created_ns) if header.created_ns else None]
    told_facts = escape(" · ".join(fact for fact in (*facts, state.model_id) if fact))
    articles = "\n".join(_article(entry) for entry in told(transcript.conversation))
    page = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>{title}</title>
<style>{_STYLE}</style>
</head>
<body>
<header>
<h1>{title}</h1>
<p class="facts">{told_facts}</p>
</header>
<main>
{articles}
</main>
</body>
</html>
"""
    return page.encode(errors="replace").decode()


def _article(entry: Entry) -> str:
    source = "" if entry.source is None else f'<span class="source">{escape(entry.source)}</span> '
    pieces = "\n".join(_piece(piece) for piece in entry.pieces)
    return (
        f'<article class="{entry.speaker}">\n<h2>{entry.speaker.capitalize()}</h2>'
        f"{source}<time>{when(entry.timestamp_ns)}</time>\n{pieces}\n</article>"
    )


def _piece(piece: Piece) -> str:
    match piece:
        case Words(text):
            return f'<div class="words">{escape(text)}</div>'
        case Thinking(text):
            return _folded("Thinking", text)
        case Picture(mime, octets):
            if url := piece.url:
                return f'<img alt="{escape(mime)}" src="{escape(url)}">'
            return f'<div class="words">[{escape(mime)}, {len(octets)} bytes]</div>'
        case Call():
            return _folded(f"Calls {piece.tool}", piece.arguments)
        case Result(tool=tool, text=text, failed=failed):
            verb, attributes = ("failed", ' class="failed"') if failed else ("gave", "")
            return _folded(f"{tool} {verb}", text, attributes)
        case _:
            assert_never(piece)


def _folded(head: str, text: str, attributes: str = "") -> str:
    return (
        f"<details{attributes}><summary>{escape(head)}</summary><pre>{escape(text)}</pre></details>"
    )
