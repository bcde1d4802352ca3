"""Files that are named in a prompt, as the model gets them with it."""

import os
import re
from collections.abc import Iterable

import attrs
import trio

from sagent.agent import Agent, Attachment, Prompt
from sagent.errors import UsageError
from sagent.lib.json import JSON
from sagent.message import (
    BytesMessage,
    Descriptor,
    JsonMessage,
    Message,
    MultipartMessage,
    TextMessage,
    is_error,
    result_text,
)
from sagent.model import Model, check_media
from sagent.tool import Binding, SeenFile, Workspace, bind_tool
from sagent.tools._list import List
from sagent.tools._mention import Meanings, Mention, mentions_in
from sagent.tools._place import place_of, short
from sagent.tools._read import Read
from sagent.tools._refusal import Refusal

MOST_CHARS = 300_000
"""How much text comes with one prompt; each file is bounded as `Read` bounds it."""
_NUMBERED = re.compile(r"^\d+\t", re.MULTILINE)


@attrs.frozen(kw_only=True)
class Attached:
    """What comes with a prompt.

    Attributes:
        parts: what the model gets.
        seen: the files among it, as they were read.
        rows: what was attached, a line each, for people.
        faults: what was not, and why, likewise.
    """

    parts: tuple[Attachment, ...] = ()
    seen: tuple[SeenFile, ...] = ()
    rows: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    def prompt(self, text: str) -> Prompt:
        """Make a prompt of *text* and what comes with it."""
        return Prompt(text, attachments=self.parts, seen=self.seen)


async def attach_named(text: str, workspace: Workspace, model: Model | None) -> Attached:
    """Read the files that *text* names; see `attach`."""
    return await attach(mentions_in(text), workspace, model)


async def attach(words: Iterable[Meanings], workspace: Workspace, model: Model | None) -> Attached:
    """Read the files that *words* mean, as `Read` and `List` show them; words that mean none stay.

    Args:
        words: what may name files.
        workspace: where they are; what may be read is what the tools would read in it.
        model: who looks at them; None for one that is not known.
    """
    places = await trio.to_thread.run_sync(_places, tuple(words), workspace)
    attached, chars = Attached(), 0
    for mention in places:
        one = await _attached(mention, workspace, model)
        size = sum(len(part.content) for part in one.parts if isinstance(part, TextMessage))
        if (chars := chars + size) > MOST_CHARS:
            fault = f"{mention.name} is not attached: that is too much text for one prompt"
            one = Attached(faults=(fault,))
        attached = Attached(
            parts=attached.parts + one.parts,
            seen=(),
            rows=attached.rows + one.rows,
            faults=attached.faults + one.faults,
        )
    seen = [
        SeenFile(path=path, stamp=stamp, content=workspace.seen_content(path))
        for path, stamp in workspace.seen.items()
    ]
    return attrs.evolve(attached, seen=tuple(seen))


def _places(words: Iterable[Meanings], workspace: Workspace) -> list[Mention]:
    """Give what there is, once; in a thread."""
    found = dict[Mention, None]()
    for meanings in words:
        for mention in meanings:
            if _is_there(mention.name, workspace):
                found[mention] = None
                break
    return list(found)


def _is_there(name: str, workspace: Workspace) -> bool:
    try:
        return os.path.exists(place_of(workspace, name))  # noqa: PTH110  # Path.exists may raise
    except Refusal:
        return False


async def _attached(mention: Mention, workspace: Workspace, model: Model | None) -> Attached:
    place = place_of(workspace, mention.name)
    is_folder = await trio.to_thread.run_sync(os.path.isdir, place)
    directive: dict[str, JSON] = {"path" if is_folder else "file_path": str(place)}
    if mention.first is not None and not is_folder:
        last = mention.first if mention.last is None else max(mention.first, mention.last)
        directive |= {"offset": mention.first, "limit": last - mention.first + 1}
    tool = bind_tool(List() if is_folder else Read(), Binding(agent="", workspace=workspace))
    result = await tool.run(JsonMessage(directive, tool.tool_id))
    unit = ("entry", "entries") if is_folder else ("line", "lines")
    name = short(place, workspace) + ("/" if is_folder else "")
    if is_error(result):
        return Attached(faults=(f"{name} is not attached: {result_text(result)}",))
    parts = tuple(_parts(result, f"[attached by the user: {name}]"))
    try:
        for part in parts:
            if isinstance(part, BytesMessage) and model is not None:
                check_media(model, part.descriptor)
    except UsageError as error:
        return Attached(faults=(f"{name} is not attached: {error}",))
    return Attached(parts=parts, rows=(f"attached {name} ({_size(result, unit)})",))


def _parts(result: Message, head: str) -> list[Attachment]:
    shown = result.content if isinstance(result, MultipartMessage) else (result,)
    texts = [part.content for part in shown if isinstance(part, TextMessage)]
    told = TextMessage("\n".join([head, *texts]), Descriptor.ATTACHED)
    return [told, *(part for part in shown if isinstance(part, BytesMessage))]


def _size(result: Message, unit: tuple[str, str]) -> str:
    """Tell how much *result* is, in a few words."""
    shown = result.content if isinstance(result, MultipartMessage) else (result,)
    images = [part for part in shown if isinstance(part, BytesMessage)]
    if len(images) == 1:
        return f"{len(images[0].content):,} bytes"
    text = result_text(result)
    lines = len(_NUMBERED.findall(text)) or len(text.splitlines())
    return f"{lines} {unit[lines != 1]}"


def place_for(agent: Agent) -> Workspace:
    """Give a place like the one that *agent* begins in, for what its user names."""
    workspace = Workspace() if agent.cwd is None else Workspace(agent.cwd)
    for directory in agent.extra_dirs:
        workspace.add_root(directory)
    if agent.session is not None:
        workspace.guard(agent.session.directory)
    return workspace
