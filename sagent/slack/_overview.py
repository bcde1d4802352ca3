"""What an agent in a thread and those below it are at and have cost, kept up to date."""

import attrs
import trio

from sagent.actors import Ref, System
from sagent.agent import Mail
from sagent.cli._control_rows import find_node, tree_rows
from sagent.control._snapshot import Snapshot
from sagent.control.client import NodeView
from sagent.lib.json import JSON
from sagent.slack._board import Board
from sagent.slack._envelope import HALT, QUESTION_PREFIX
from sagent.slack._heard import Place
from sagent.slack._mrkdwn import escape
from sagent.slack._pages import pages

REFRESH_S = 5.0
_MOST_CHARS = 2_900
"""A section of a message has 3,000 at most."""


@attrs.frozen(eq=False)
class Overview:
    """The tree of one agent, in the thread where it talks.

    Args:
        board: writes it.
        system: where agents live.
        place: the thread.
        label: the agent, as people know it.
    """

    _board: Board
    _system: System
    _place: Place
    _label: str

    async def show(self, ref: Ref[Mail]) -> None:
        """Show it for as long as one of them is at work; there is a button to stop that.

        Raises:
            SlackError: it cannot be shown.
        """
        ts, shown = "", ""
        while True:
            node = await self._node(ref)
            is_busy = node is not None and _is_busy(node)
            text = _text(self._label, node)
            blocks = self._blocks(text, is_busy=is_busy)
            if not ts:
                ts = await self._board.post(self._place, text, author=self._label, blocks=blocks)
            elif text != shown or not is_busy:
                await self._board.update(self._place.channel, ts, text, blocks=blocks)
            if not is_busy:
                return
            shown = text
            await trio.sleep(REFRESH_S)

    async def _node(self, ref: Ref[Mail]) -> NodeView | None:
        snapshot = await Snapshot.of(self._system)
        return find_node(snapshot.tree(self._system.tree()), ref.path)

    def _blocks(self, text: str, *, is_busy: bool) -> list[JSON]:
        section: JSON = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
        button: JSON = {
            "type": "button",
            "action_id": self._label,
            "style": "danger",
            "text": {"type": "plain_text", "text": "Stop"},
        }
        actions: JSON = {
            "type": "actions",
            "block_id": f"{QUESTION_PREFIX}{HALT}/buttons",
            "elements": [button],
        }
        return [section, actions] if is_busy else [section]


def _is_busy(node: NodeView) -> bool:
    own = node.agent is not None and (node.agent.phase != "idle" or node.agent.tasks > 0)
    return own or any(map(_is_busy, node.children))


def _text(label: str, node: NodeView | None) -> str:
    if node is None:
        return f"*{label}* has left this thread; a word brings it back"
    rows = escape("\n".join(tree_rows(node)).replace("```", "'''"))
    first, *more = pages(rows, _MOST_CHARS - 20)
    return f"```\n{first}\n```" + (f"\n_… {len(more)} more of it_" if more else "")
