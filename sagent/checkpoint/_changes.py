import os
from collections.abc import Iterable
from pathlib import Path

import attrs

from sagent.checkpoint._contents import Contents, is_elsewhere


@attrs.frozen(kw_only=True)
class Changes:
    """What became different, each a sorted tuple of paths.

    A path is relative to the workspace, or absolute where the file is elsewhere.

    Attributes:
        added: files that were not there before.
        modified: files with another content.
        deleted: files that are gone.
    """

    added: tuple[Path, ...] = ()
    modified: tuple[Path, ...] = ()
    deleted: tuple[Path, ...] = ()


@attrs.frozen(kw_only=True)
class Plan:
    """What leads from the contents of now back to those of a snapshot, as sorted keys."""

    deletes: tuple[bytes, ...]
    writes: tuple[bytes, ...]
    unkept: tuple[bytes, ...]
    """Files that differ, or may, of which one of the two contents was not kept."""


def plan_between(target: Contents, now: Contents) -> Plan:
    """Tell what must change for *now* to become *target*."""
    unkept = {key for key in now.unkept if key in target.files or key in target.absent}
    unkept |= {key for key in target.unkept if key in now.files or key in now.absent}
    return Plan(
        deletes=_sorted(
            key
            for key in now.files
            if key not in target.files
            and key not in target.unkept
            and (not is_elsewhere(key) or key in target.absent)
        ),
        writes=_sorted(
            key
            for key, entry in target.files.items()
            if key not in now.unkept and now.files.get(key) != entry
        ),
        unkept=_sorted(unkept),
    )


def changes_between(then: Contents, now: Contents) -> Changes:
    """Tell what happened since *then*."""
    plan = plan_between(then, now)
    back = [key for key in plan.writes if key not in now.files]
    return Changes(
        added=paths(plan.deletes),
        modified=paths(_sorted({*plan.writes, *plan.unkept}.difference(back))),
        deleted=paths(back),
    )


def paths(keys: Iterable[bytes]) -> tuple[Path, ...]:
    """Give keys as paths."""
    return tuple(Path(os.fsdecode(key)) for key in keys)


def _sorted(keys: Iterable[bytes]) -> tuple[bytes, ...]:
    return tuple(sorted(keys))
