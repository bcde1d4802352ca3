"""Who was there and who talked where, so that a later run goes on with it."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import attrs

from sagent.errors import JsonError, SessionError
from sagent.lib.json import JSON, json_loads
from sagent.slack._fields import Fields, fields_of, objects_of, text_of
from sagent.slack._heard import Place

MANIFEST = "manifest.json"


@attrs.frozen(kw_only=True)
class Colleague:
    """An agent, as people know it.

    Attributes:
        label: what it is called.
        persona: who it is.
        log_channel: the id of its own channel; "" for none.
    """

    label: str
    persona: str
    log_channel: str = ""


@attrs.frozen(kw_only=True)
class Talk:
    """A conversation of an agent.

    Attributes:
        label: whose.
        place: where.
        directory: of its session, below the run's.
        owns: whether what is said there without a name is for this agent.
        is_cut: whether it answers something; in what an earlier run has left, that it was cut off.
    """

    label: str
    place: Place
    directory: str
    owns: bool = True
    is_cut: bool = False


@attrs.frozen(kw_only=True)
class Manifest:
    """All that a run remembers beside what was said."""

    colleagues: tuple[Colleague, ...] = ()
    talks: tuple[Talk, ...] = ()


def read_manifest(directory: Path) -> Manifest:
    """Read the manifest of the run in *directory*. Blocks.

    Raises:
        SessionError: it cannot be read.
    """
    path = directory / MANIFEST
    try:
        content = json_loads(path.read_bytes())
    except OSError as error:
        raise SessionError(f"{path} cannot be read: {error.strerror}") from error
    except JsonError as error:
        raise SessionError(
            f"{path} is {error}: mend it, or begin anew without --continue"
        ) from error
    if not isinstance(content, Mapping):
        raise SessionError(f"{path} is no manifest: mend it, or begin anew without --continue")
    return _manifest(content)


def write_manifest(directory: Path, manifest: Manifest) -> None:
    """Put *manifest* in the place of the one before, whole or not at all. Blocks.

    Raises:
        SessionError: it cannot be written.
    """
    path, fresh = directory / MANIFEST, directory / f"{MANIFEST}.new"
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(_json(manifest), file, indent=1)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        raise SessionError(f"{path} cannot be written: {error.strerror}") from error


def _json(manifest: Manifest) -> JSON:
    return {
        "version": 1,
        "colleagues": [attrs.asdict(one) for one in manifest.colleagues],
        "talks": [attrs.asdict(talk) for talk in manifest.talks],
    }


def _manifest(content: Fields) -> Manifest:
    colleagues = [
        Colleague(
            label=text_of(one, "label"),
            persona=text_of(one, "persona"),
            log_channel=text_of(one, "log_channel"),
        )
        for one in objects_of(content, "colleagues")
    ]
    talks = map(_talk, objects_of(content, "talks"))
    return Manifest(
        colleagues=tuple(one for one in colleagues if one.label and one.persona),
        talks=tuple(talk for talk in talks if talk.label and _is_plain(talk.directory)),
    )


def _talk(fields: Fields) -> Talk:
    place = fields_of(fields, "place")
    return Talk(
        label=text_of(fields, "label"),
        place=Place(channel=text_of(place, "channel"), thread=text_of(place, "thread")),
        directory=text_of(fields, "directory"),
        owns=fields.get("owns") is True,
        is_cut=fields.get("is_cut") is True,
    )


def _is_plain(name: str) -> bool:
    """Tell whether *name* is one of a directory right below."""
    return bool(name) and "/" not in name and name not in {".", ".."}
