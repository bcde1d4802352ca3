from collections.abc import Mapping

from rich.text import Text
from rich.tree import Tree

from sagent.actors._tree import Node, State

_STYLES: Mapping[State, str] = {
    "idle": "green",
    "busy": "bold cyan",
    "backing off": "yellow",
    "terminated": "red",
    "suspended": "magenta",
}


def rich_tree(node: Node) -> Tree:
    """Draw *node* and all below it for rich."""
    tree = Tree(_label(node), guide_style="dim")
    for child in node.children:
        tree.add(rich_tree(child))
    return tree


def _label(node: Node) -> Text:
    label = Text()
    label.append(node.name, "bold")
    label.append(" ").append(node.state, _STYLES.get(node.state, "yellow"))
    for fact in node.facts():
        label.append(" ").append(fact, "dim")
    for frame in node.frames:
        label.append("\n").append(frame, "dim")
    return label
