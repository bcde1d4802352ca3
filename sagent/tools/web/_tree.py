"""The tree of a page, walked without recursion: it may be as deep as its author likes."""

from collections.abc import Iterator
from typing import cast

from justhtml import Element, JustHTML, Text

type Node = Element | Text


def body_of(document: JustHTML) -> Element | None:
    """Give the body of *document*; the parser makes one of whatever it is fed."""
    for child in _children(document.root):
        if child.name == "html" and isinstance(child, Element):
            for part in _children(child):
                if part.name == "body" and isinstance(part, Element):
                    return part
    return None


def walk(root: Element, skipped: frozenset[int] = frozenset()) -> Iterator[tuple[Node, bool]]:
    """Give each node of *root* as it begins, and each element again as it ends, with True.

    What has its id() in *skipped* is passed over, with all that it holds.
    """
    stack: list[tuple[Node, bool]] = [(root, False)]
    while stack:
        node, ends = stack.pop()
        if ends:
            yield node, True
        elif id(node) not in skipped:
            yield node, False
            if isinstance(node, Element):
                stack.append((node, True))
                stack.extend((child, False) for child in reversed(_children(node)))


def _children(node: object) -> list[Node]:
    children = cast("list[object]", getattr(node, "children", None) or [])  # untyped there
    return [child for child in children if isinstance(child, Element | Text)]
