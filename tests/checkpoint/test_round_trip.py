"""Whatever is in a workspace comes back byte for byte."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st
from kept_workspace import KeptWorkspace

from sagent.checkpoint import Changes, open_checkpoints

FORBIDDEN = {b".", b"..", b".git", b".gitignore"}


@attrs.frozen
class File:
    content: bytes
    permissions: int

    def put(self, path: bytes) -> None:
        with open(path, "wb") as file:  # noqa: PTH123  # paths are bytes
            file.write(self.content)
        os.chmod(path, self.permissions)  # noqa: PTH101  # paths are bytes


@attrs.frozen
class Link:
    target: bytes

    def put(self, path: bytes) -> None:
        os.symlink(self.target, path)  # noqa: PTH211  # paths are bytes


type Nodes = Mapping[bytes, File | Link | Nodes]

NAMES = (
    st.one_of(
        st.binary(min_size=1, max_size=6).map(lambda name: name.translate(None, b"/\0")),
        st.sampled_from(
            [b"a", b"b", b"c", b".gitattributes", b"git~1", b'"', b"a\nb", b"\\", b"\xff"]
        ),
    )
    .filter(bool)
    .filter(lambda name: name.lower() not in FORBIDDEN)
)
CONTENTS = st.one_of(
    st.binary(max_size=50),
    st.sampled_from(
        [
            b"a\r\nb\r\n",
            b"$Id: x $\n",
            b"\xff\xfea\0",
            b"* text=auto eol=crlf\n",
            b"* filter=evil ident\n",
        ]
    ),
)
NODES = st.one_of(
    st.builds(File, CONTENTS, st.sampled_from([0o644, 0o755])),
    st.builds(Link, st.sampled_from([b"a", b"..", b"/nowhere", b"\xff\n"])),
)
WORKSPACES: st.SearchStrategy[Nodes] = st.dictionaries(
    NAMES,
    st.recursive(
        NODES, lambda nodes: st.dictionaries(NAMES, nodes, min_size=1, max_size=3), max_leaves=6
    ),
    max_size=4,
)


def fill(directory: bytes, nodes: Nodes) -> None:
    for name, node in nodes.items():
        path = os.path.join(directory, name)  # noqa: PTH118  # paths are bytes
        if isinstance(node, File | Link):
            node.put(path)
        else:
            os.mkdir(path)  # noqa: PTH102  # paths are bytes
            fill(path, node)


RULED = st.dictionaries(
    st.sampled_from(["a", "b", "d/a", "d/b", "d/e/a", "d/e/b", ".git/a", "d/.git/HEAD"]),
    st.sampled_from(["1", "2"]),
)
RULES = st.dictionaries(
    st.sampled_from([".gitignore", "d/.gitignore", "d/e/.gitignore"]),
    st.lists(st.sampled_from(["a", "b", "!a", "e/", "/d/", "*a", "e/*"]), max_size=3).map(
        "\n".join
    ),
)


@given(RULED, RULES, RULED, RULES)
@settings(max_examples=10, deadline=None)
async def test_rules_that_come_and_go_lose_nothing(
    one: Mapping[str, str],
    its_rules: Mapping[str, str],
    other: Mapping[str, str],
    other_rules: Mapping[str, str],
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        place = KeptWorkspace.below(Path(directory))
        for name, content in {**one, **its_rules}.items():
            place.write(name, content)
        async with open_checkpoints(place.store, place.root) as checkpoints:
            snapshot = await checkpoints.take()
            for name in its_rules:
                (place.root / name).unlink()
            for name, content in {**other, **other_rules}.items():
                place.write(name, content)
            after = place.files()

            restored = await checkpoints.restore(snapshot)

            changes = await checkpoints.changes(snapshot)
            assert (restored.unrestorable, changes.modified, changes.deleted) == ({}, (), ())
            await checkpoints.restore(restored.undo)
            assert place.files() == after


@given(WORKSPACES, WORKSPACES)
@settings(max_examples=10, deadline=None)
async def test_a_workspace_comes_back_byte_for_byte(one: Nodes, other: Nodes) -> None:
    with tempfile.TemporaryDirectory() as directory:
        place = KeptWorkspace.below(Path(directory))
        fill(os.fsencode(place.root), one)
        before = place.files()
        async with open_checkpoints(place.store, place.root) as checkpoints:
            snapshot = await checkpoints.take()
            shutil.rmtree(place.root)
            place.root.mkdir()
            fill(os.fsencode(place.root), other)
            after = place.files()

            restored = await checkpoints.restore(snapshot)

            assert (place.files(), restored.unrestorable) == (before, {})
            assert await checkpoints.changes(snapshot) == Changes()
            assert await checkpoints.take() == snapshot
            await checkpoints.restore(restored.undo)
            assert place.files() == after
