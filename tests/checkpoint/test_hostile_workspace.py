"""Nothing that a workspace configures is executed, and the user's repository is left alone."""

import hashlib
import shutil
from pathlib import Path

import pytest
import trio
from kept_workspace import KeptWorkspace

from sagent.checkpoint import Changes, open_checkpoints

HOOKS = ("post-index-change", "reference-transaction", "pre-auto-gc", "post-checkout", "pre-commit")


def arm(place: KeptWorkspace, repository: str, witness: Path) -> None:
    """Make a repository that creates *witness* wherever git can be made to run something."""
    place.write(f"{repository}/a.txt", "one\r\n")
    place.git("init", "-q", cwd=repository)
    place.git("add", ".", cwd=repository)
    place.git("commit", "-qm", "one", cwd=repository)
    place.write(
        f"{repository}/.gitattributes",
        "* filter=evil diff=evil merge=evil ident text eol=crlf working-tree-encoding=UTF-16\n",
    )
    bad = place.write(f"{repository}/.git/evil", f"#!/bin/sh\ntouch '{witness}'\ncat\n")
    bad.chmod(0o755)
    for hook in HOOKS:
        shutil.copy(bad, place.root / repository / ".git/hooks" / hook)
    place.write(f"{repository}/.git/more", config(bad))
    with (place.root / repository / ".git/config").open("a") as file:
        file.write(config(bad) + "[include]\n\tpath = more\n")


def config(bad: Path) -> str:
    return f"""
[core]
    fsmonitor = {bad}
    hooksPath = {bad.parent}/hooks
    pager = {bad}
    autocrlf = true
[filter "evil"]
    clean = {bad}
    smudge = {bad}
    process = {bad}
    required = true
[diff]
    external = {bad}
[diff "evil"]
    textconv = {bad}
    command = {bad}
"""


def digest(directory: Path) -> str:
    sums = hashlib.sha256()
    for path in sorted(directory.rglob("*")):
        status = path.lstat()
        sums.update(f"{path} {status.st_mode} {status.st_mtime_ns}".encode())
        sums.update(path.read_bytes() if path.is_file() else b"")
    return sums.hexdigest()


async def use_all_of_it(place: KeptWorkspace) -> None:
    async with open_checkpoints(place.store, place.root) as checkpoints:
        before = await checkpoints.take()
        place.write("a.txt", "two\r\n")
        place.write("sub/a.txt", "two\n")
        place.write("sub/new", "two\n")
        after = await checkpoints.take()
        await checkpoints.changes(before)
        await checkpoints.keep(place.root / "elsewhere")
        await checkpoints.diff(before, after)
        await checkpoints.restore(before)
        assert await checkpoints.changes(before) == Changes()


async def test_a_hostile_repository_executes_nothing(place: KeptWorkspace, tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    arm(place, ".", witness)
    arm(place, "sub", witness)
    witness.unlink(missing_ok=True)

    await use_all_of_it(place)

    assert not witness.exists()
    assert (place.root / "a.txt").read_bytes() == b"one\r\n"
    assert (place.root / "sub/a.txt").read_bytes() == b"one\r\n"


async def test_the_hostile_repository_would_have(place: KeptWorkspace, tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    arm(place, ".", witness)
    witness.unlink(missing_ok=True)

    await trio.run_process(
        ["git", "status"], cwd=place.root, check=False, capture_stdout=True, capture_stderr=True
    )

    assert witness.exists()


async def test_the_environment_and_the_users_configuration_execute_nothing(
    place: KeptWorkspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    witness = tmp_path / "witness"
    bad = tmp_path / "bad"
    bad.write_text(f"#!/bin/sh\ntouch '{witness}'\ncat\n")
    bad.chmod(0o755)
    home = tmp_path / "home"
    (home / ".config/git").mkdir(parents=True)
    (home / ".gitconfig").write_text(config(bad))
    (home / ".config/git/ignore").write_text("*.txt\n")
    (home / ".config/git/attributes").write_text("* filter=evil diff=evil\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(bad))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.fsmonitor")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(bad))
    place.write("a.txt", "one\r\n")

    await use_all_of_it(place)

    assert not witness.exists()
    assert (place.root / "a.txt").read_bytes() == b"one\r\n"


async def test_a_store_that_someone_configured_executes_nothing(
    place: KeptWorkspace, tmp_path: Path
) -> None:
    witness = tmp_path / "witness"
    bad = tmp_path / "bad"
    bad.write_text(f"#!/bin/sh\ntouch '{witness}'\ncat\n")
    bad.chmod(0o755)
    place.write("a.txt", "one\r\n")
    async with open_checkpoints(place.store, place.root) as checkpoints:
        await checkpoints.take()
    (tmp_path / "hooks").mkdir()
    for hook in HOOKS:
        shutil.copy(bad, tmp_path / "hooks" / hook)
    with (place.store / "config").open("a") as file:
        file.write(config(bad))
    (place.store / "info").mkdir(exist_ok=True)
    (place.store / "info/attributes").write_text("* filter=evil diff=evil\n")

    await use_all_of_it(place)

    assert not witness.exists()
    assert (place.root / "a.txt").read_bytes() == b"one\r\n"


async def test_the_users_repository_stays_as_it_is(place: KeptWorkspace) -> None:
    place.write("a.txt", "one")
    place.write("sub/a.txt", "one")
    for repository in (".", "sub"):
        place.git("init", "-q", cwd=repository)
        place.git("add", "a.txt", cwd=repository)
        place.git("commit", "-qm", "one", cwd=repository)
    place.write("a.txt", "staged")
    place.git("stash")
    place.write("b.txt", "staged")
    place.git("add", "b.txt")
    before = digest(place.root / ".git"), digest(place.root / "sub/.git")

    await use_all_of_it(place)

    assert (digest(place.root / ".git"), digest(place.root / "sub/.git")) == before


async def test_a_worktree_of_another_repository_is_files(
    place: KeptWorkspace, tmp_path: Path
) -> None:
    place.write("tree/a", "1")
    (place.root / "tree/.git").write_text(f"gitdir: {tmp_path}/nowhere\n")
    async with open_checkpoints(place.store, place.root) as checkpoints:
        before = await checkpoints.take()
        place.write("tree/a", "2")

        assert (await checkpoints.changes(before)).modified == (Path("tree/a"),)
