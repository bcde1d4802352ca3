"""HTML, and the Markdown that is made of it."""

import pytest
import trio
import trio.testing
from trio.testing import MockClock
from web_server import open_web_server, page

from sagent.message import JsonMessage, is_error
from sagent.tools.web import WebFetch
from sagent.tools.web._html_page import read_html

URL = "https://example.com/a/b"
PARAGRAPH = "<p>" + "Bees fly from flower to flower, and they carry what they find. " * 6 + "</p>"


def markdown(html: str) -> str:
    return read_html(html.encode(), charset="utf-8", url=URL).text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<h1>One <b>two</b></h1><h3>Three</h3>", "# One two\n\n### Three"),
        ("<p>one\n  two<p>three", "one two\n\nthree"),
        ("one<br>two<br><br>three", "one\ntwo\n\nthree"),
        ("<div>one<div>two</div>three</div>", "one\n\ntwo\n\nthree"),
        ("<ul><li>one<li><p>two<p>more</ul>", "- one\n- two\n  more"),
        ("<ol><li>one<ul><li>in</ul><li>two</ol>", "1. one\n   - in\n2. two"),
        ("<blockquote><p>one<p>two</blockquote>three", "> one\n>\n> two\n\nthree"),
        ("<pre>  a\n\n  b</pre>", "```\n  a\n\n  b\n```"),
        ("<pre><code class='x language-py'>a = 1\n</code></pre>", "```py\na = 1\n```"),
        ("<pre>```</pre>", "````\n```\n````"),
        ("Call <code>f()</code> now", "Call `f()` now"),
        ("<a href=c>see  <b>this</b> </a>and", "[see this](https://example.com/a/c) and"),
        ("<a href='/x(1)'>x</a>", "[x](https://example.com/x%281%29)"),
        ("<a href=mailto:a@b>write</a>", "[write](mailto:a@b)"),
        ("<a href='#top'>top</a> <a href='javascript:x()'>x</a> <a>bare</a>", "top x bare"),
        ("<a href='http://['>x</a><a href=data:,y>y</a>", "xy"),
        ("<a href=https://example.com/a/b>https://example.com/a/b</a>", "https://example.com/a/b"),
        (
            "<a href=c><h2>A card</h2><p>of bees</p></a>",
            "[A card of bees](https://example.com/a/c)",
        ),
        ("<base href=//cdn.example/><a href=c>x</a>", "[x](https://cdn.example/c)"),
        ("<img src=i.png alt='A bee'>", "![A bee](https://example.com/a/i.png)"),
        ("<img src=data:x alt='A bee'><img src=i.png>", "[image: A bee]"),
        (
            "<table><tr><th>A<th>B|<tr><td>1<td>2<br>3</table>",
            "| A | B\\| |\n| --- | --- |\n| 1 | 2 3 |",
        ),
        ("<table><tr><td>a<td>b<tr><td>1</table>", "| a | b |\n| --- | --- |\n| 1 |  |"),
        ("<table><tr><td>one</table>", "one"),
        ("<table><tr><td><table><tr><td>in</table><td>out</table>", "| in | out |\n| --- | --- |"),
        ("<p>1 &lt; 2 &amp; &#x1F41D;", "1 < 2 & \U0001f41d"),
    ],
)
def test_html_becomes_markdown(html: str, text: str) -> None:
    assert markdown(html) == text


@pytest.mark.parametrize(
    "frame",
    [
        "<nav><a href=/>Home</a></nav>",
        "<header><a href=/>Home</a></header>",
        "<footer>Home of bees</footer>",
        "<aside>Home</aside>",
        "<div role=navigation>Home</div>",
        "<div class='cookie-banner'>Home</div>",
        "<div id=leftSidebar>Home</div>",
        "<ul><li><a href=/>Home</a><li><a href=/a>Home</a><li><a href=/b>Home</a></ul>",
        "<script>Home</script><style>Home</style><noscript>Home</noscript>",
        "<svg><title>Home</title></svg><button>Home</button>",
        "<div style='display:none !important'>Home</div>",
        "<span style='color: red; VISIBILITY : hidden'>Home</span><i hidden>Home</i>",
        "<p style='opacity: 0.0'>Home</p><p style='font-size:0'>Home</p>",
    ],
)
def test_what_frames_a_page_is_left_out(frame: str) -> None:
    text = markdown(f"{frame}<div>{PARAGRAPH}</div>{frame}")

    assert text.startswith("Bees fly")
    assert "Home" not in text


def test_an_article_within_what_is_main_is_what_is_read() -> None:
    html = f"<main><p>Words around.</p><article>{PARAGRAPH * 2}</article></main>"

    assert markdown(html).startswith("Bees fly")


def test_the_article_is_what_is_read() -> None:
    html = f"<div>Words about the site.</div><main><h1>Bees</h1>{PARAGRAPH}</main><p>More words."

    assert markdown(html).startswith("# Bees\n\nBees fly")
    assert "ords" not in markdown(html)


@pytest.mark.parametrize("count", [2, 3, 7])
def test_of_several_articles_none_is_lost(count: int) -> None:
    html = "".join(f"<article><h2>Bee {one}</h2>{PARAGRAPH}</article>" for one in range(count))

    assert [f"## Bee {one}" in markdown(html) for one in range(count)] == [True] * count


@pytest.mark.parametrize(
    "html",
    [
        "".join(f"<p><a href=/{number}>Story {number}</a>" for number in range(20)),
        f"<div class=sidebar>{PARAGRAPH}</div>",
        "<p style='opacity: 0.5'>Half seen</p>",
        "<div hidden=until-found>Folded</div>",
    ],
)
def test_a_page_that_is_all_frame_is_shown_whole(html: str) -> None:
    assert markdown(html)


@pytest.mark.parametrize(
    "tag", ["div", "b", "ul><li", "blockquote", "table><tr><td", "a href=x", "pre"]
)
def test_a_deep_page_is_read(tag: str) -> None:
    assert "ground" in markdown(f"<{tag}>" * 2000 + "ground")


@pytest.mark.parametrize(
    "html",
    [
        "<p style='opacity:" + "0" * 1_000_000 + "x'>",
        "<meta http-equiv=refresh content='0;url=" + " " * 1_000_000 + "'>",
        "<pre>" + "`" * 1_000_000,
        "<a href='" + "../" * 300_000 + "'>x</a>",
        "<div class='" + "aB" * 500_000 + "'>",
    ],
)
def test_what_is_long_to_waste_time_is_read_at_once(html: str) -> None:
    assert markdown(f"{html}<p>honey").rstrip("`\n").endswith("honey")


def test_a_title_is_one_line() -> None:
    html = b"<title> Bees\n &amp; \x1b[1mwasps </title><svg><title>no</title></svg>"

    assert read_html(html, charset=None, url=URL).title == "Bees & [1mwasps"


async def test_a_page_that_takes_for_ever_is_given_up(mock_clock: MockClock) -> None:
    async def be_impatient() -> None:
        await trio.testing.wait_all_tasks_blocked(0.3)
        mock_clock.jump(31)

    async with (
        open_web_server({"/": page("<" * 3_000_000)}) as server,
        trio.open_nursery() as nursery,
    ):
        nursery.start_soon(be_impatient)
        result = await WebFetch(allowed_private_hosts=["127.0.0.1"]).run(
            JsonMessage({"url": server.origin})
        )

    assert is_error(result)
    assert "could not be read within 30 s" in str(result.content)
