import base64
from html.parser import HTMLParser
from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sessions import called, resulted, said

from sagent.home import Home
from sagent.message import (
    BytesMessage,
    Descriptor,
    Message,
    MultipartMessage,
    TextMessage,
    error_message,
    tool_call_message,
    tool_result_message,
)
from sagent.session import (
    MessageRecord,
    Transcript,
    create_session,
    read_session,
    to_html,
    to_markdown,
)
from sagent.session._line import Envelope, Line

PNG = b"\x89PNG\r\n\x1a\n"


class Page(HTMLParser):
    """What a browser makes of a page: its tags, with attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def transcript(home: Home) -> Transcript:
    asked = MultipartMessage(
        (TextMessage("look at <this>"), BytesMessage(PNG)), Descriptor.USER_PARTS
    )
    thought = TextMessage("hmm & so on", Descriptor.THINKING)
    model = attrs.evolve(called("1", parent=asked), content=(thought, *called("1").content))
    result = resulted("1", model, "```\nfenced\n```")
    failing = tool_call_message("Bash", {"command": "false"}, call_id="2")
    again = MultipartMessage((failing,), Descriptor.MODEL, parent_id=result.id)
    failed = attrs.evolve(
        tool_result_message(failing, error_message("it failed")), parent_id=again.id
    )
    with create_session(home, cwd=Path.cwd(), name="A <b>title</b>") as session:
        session.append(*map(MessageRecord, (asked, model, result, again, failed)))
    return read_session(session.directory)


def test_markdown_tells_who_said_what(transcript: Transcript) -> None:
    page = to_markdown(transcript)

    assert page.startswith("# A <b>title</b>\n\n- session: `")
    heads = [line for line in page.splitlines() if line.startswith("## ")]
    assert heads == ["## User", "## Model", "## Tool", "## Model", "## Tool"]
    assert f"![image/png](data:image/png;base64,{base64.b64encode(PNG).decode()})" in page
    assert "> hmm & so on" in page
    assert 'Calls **Read**:\n\n```json\n{\n  "file_path": "/a"\n}\n```' in page
    assert "**Read** gave:\n\n````\n```\nfenced\n```\n````" in page
    assert "**Bash** failed:\n\n```\nit failed\n```" in page


def test_html_tells_who_said_what(transcript: Transcript) -> None:
    page = Page(to_html(transcript))

    tags = [tag for tag, _ in page.tags]
    assert [a["class"] for tag, a in page.tags if tag == "article"] == [
        "user",
        "model",
        "tool",
        "model",
        "tool",
    ]
    assert tags.count("details") == 5
    assert "look at <this>" in page.text
    assert "A <b>title</b>" in page.text
    (picture,) = [a for tag, a in page.tags if tag == "img"]
    assert picture["src"] == f"data:image/png;base64,{base64.b64encode(PNG).decode()}"


def test_html_needs_nothing_else_and_runs_nothing(transcript: Transcript) -> None:
    page = to_html(transcript)

    tags = {tag for tag, _ in Page(page).tags}
    assert not tags & {"script", "link", "iframe", "object", "a"}
    assert "http" not in page.replace("http-equiv", "")
    assert "prefers-color-scheme: dark" in page


@settings(deadline=None)
@given(st.text(st.characters(codec=None, categories=None)))
def test_no_text_breaks_out_of_the_page(text: str) -> None:
    hostile: list[Message] = [
        said(f"<script>alert(1)</script>{text}"),
        TextMessage(text, "text/x-odd"),
        BytesMessage(b"<svg onload=x>", f'image/"><script>{text}'),
        BytesMessage(b"<svg/>", "image/svg+xml"),
        MultipartMessage(
            (tool_call_message(f"<i>{text}", {text: f"</pre><b>{text}"}, call_id=text),),
            Descriptor.MODEL,
            source=f'"><u>{text}',
        ),
    ]

    page = to_html(transcript_of(hostile))
    to_markdown(transcript_of(hostile)).encode()

    allowed = {"html", "head", "meta", "title", "style", "body", "header", "h1", "p", "main"}
    allowed |= {"article", "h2", "time", "div", "details", "summary", "pre", "span"}
    page.encode()
    assert {tag for tag, _ in Page(page).tags} <= allowed


def transcript_of(messages: list[Message]) -> Transcript:
    transcript = Transcript("made")
    parent: str | None = None
    for message in messages:
        content = attrs.evolve(message, parent_id=parent)
        transcript.add(Line(Envelope(message.id, parent, 1, 0), MessageRecord(content)))
        parent = message.id
    return transcript


def test_a_time_out_of_range_is_left_out(home: Home) -> None:
    message = TextMessage("from afar", Descriptor.USER, timestamp=10**40)
    with create_session(home, cwd=Path.cwd()) as session:
        session.append(MessageRecord(message))

    assert "<time></time>" in to_html(session.transcript)
