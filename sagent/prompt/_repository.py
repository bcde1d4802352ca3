import os
import re
from pathlib import Path

import attrs

from sagent.home import Home
from sagent.prompt._reach import Reach, absolute, real
from sagent.prompt._text_file import TextFile, read_text_file

_MOST_BYTES = 4096
_BRANCH = re.compile(r"ref: refs/heads/(?P<branch>[!-~]{1,200})\n?")


@attrs.frozen(kw_only=True)
class Repository:
    """A git repository as it was found, without running git.

    Attributes:
        root: the directory that holds ``.git``.
        branch: what was checked out; empty for a commit without a branch.
    """

    root: Path
    branch: str


def find_repository(cwd: Path) -> Repository | None:
    """Find the repository that *cwd*, an absolute path, is in.

    A ``.git`` counts only if it belongs to this user or to the owner of *cwd*: on a machine of
    many, anyone can put one into ``/tmp``, as git's ``safe.directory`` knows too.
    """
    trusted = {os.geteuid(), _owner(cwd)}
    for directory in (cwd, *cwd.parents):
        if (owner := _owner(directory / ".git")) is not None and owner in trusted:
            return Repository(root=directory, branch=_branch(directory / ".git"))
    return None


def directories_to(cwd: Path) -> tuple[Repository | None, tuple[Path, ...]]:
    """Give the repository that *cwd* is in, and the directories from its root down to *cwd*.

    Outside a repository that is *cwd* alone.
    """
    for place in (absolute(cwd), real(cwd)):  # a link may lead into a repository
        if repository := find_repository(place):
            above = [each for each in place.parents if each.is_relative_to(repository.root)]
            return repository, (*reversed(above), place)
    return None, (absolute(cwd),)


def project_reach(cwd: Path, home: Home) -> Reach:
    """Tell from where files of the project that *cwd* is in may be read."""
    repository, directories = directories_to(cwd)
    return Reach.of(home, *([repository.root] if repository else directories))


def _owner(path: Path) -> int | None:
    try:
        return path.lstat().st_uid
    except (OSError, ValueError):
        return None


def _branch(git: Path) -> str:
    """Read the branch; where ``.git`` is a file it names the directory (gitrepository-layout)."""
    pointer = read_text_file(git, most_bytes=_MOST_BYTES)
    if isinstance(pointer, TextFile) and pointer.text.startswith("gitdir: "):
        git = git.parent / pointer.text.removeprefix("gitdir: ").rstrip("\n")
    head = read_text_file(git / "HEAD", most_bytes=_MOST_BYTES)
    if not isinstance(head, TextFile) or not (match := _BRANCH.fullmatch(head.text)):
        return ""
    return match["branch"]
