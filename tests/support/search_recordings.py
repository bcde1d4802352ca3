"""Answers of services that search the web, as they were recorded, and what is found in them."""

from pathlib import Path

from web_server import page

from sagent.tools.web import Found

RECORDINGS = Path(__file__).parents[1] / "tools/web/recordings"
BEES = [
    Found(
        title="Honey bee - Wikipedia",
        url="https://en.wikipedia.org/wiki/Honey_bee",
        snippet="A honey bee is a eusocial flying insect & a maker of wax.",
    ),
    Found(title="The hive", url="https://bees.example.org/hive", snippet="How a hive works."),
    Found(title="Buy bees", url="https://shop.example.com/bees", snippet="Cheap."),
]


def recorded(name: str) -> bytes:
    kind = "text/html; charset=UTF-8" if name.endswith(".html") else "application/json"
    return page((RECORDINGS / name).read_bytes(), kind=kind)
