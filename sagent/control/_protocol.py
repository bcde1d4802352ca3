"""What is said through a control socket: a line of JSON for each request and each reply.

A client sends one request. ``GetRun``, ``GetTree``, ``Send`` and ``Stop`` have one reply, and the
connection ends. ``Attach`` is answered by ``Attached``, and then by what happens, until ``Ended``;
meanwhile the client may ``Say`` things, which are answered among the rest.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any, cast

import attrs
from cattrs.errors import BaseValidationError
from cattrs.preconf.json import JsonConverter, make_converter
from cattrs.strategies import configure_tagged_union

from sagent.control._view import NodeView, RunView
from sagent.errors import ControlError

VERSION = 1
"""It goes up when a line of an older sagent can no longer be read."""


@attrs.frozen
class GetRun:
    """Asks how the run stands."""


@attrs.frozen
class GetTree:
    """Asks for the tree of actors."""


@attrs.frozen
class Send:
    """Sends *text* to the agent *to*, as a user's message."""

    to: str
    text: str


@attrs.frozen
class Stop:
    """Ends an agent; the run's own is the end of the run."""

    name: str


@attrs.frozen
class Attach:
    """Asks for what happens to an agent from now on."""

    name: str


@attrs.frozen
class Say:
    """Sends *text* to the agent that the connection is attached to."""

    text: str


type Request = GetRun | GetTree | Send | Stop | Attach | Say


@attrs.frozen
class Delivered:
    """A message is in the inbox of the agent at *path*."""

    path: str


@attrs.frozen
class Stopping:
    """The agent at *path* was told to end."""

    path: str


@attrs.frozen
class Refused:
    """What was asked is not done; *message* says why.

    Attributes:
        kind: the class of the error, as `sagent.errors` has it.
    """

    message: str
    kind: str = "ControlError"


@attrs.frozen
class Attached:
    """The events of the agent at *path* follow."""

    path: str


@attrs.frozen
class Told:
    """Something happened; *event* has its descriptor, its content and what is its own."""

    event: Mapping[str, Any]  # Any: an event is what its agent makes it


@attrs.frozen
class Lost:
    """The reader was too slow: *count* events are missing here."""

    count: int


@attrs.frozen
class Ended:
    """The agent has ended, and nothing follows."""


type Reply = RunView | NodeView | Delivered | Stopping | Refused | Attached | Told | Lost | Ended

# cattrs takes unions; its hints say `type`
_REQUEST = cast("type[Request]", GetRun | GetTree | Send | Stop | Attach | Say)
_REPLY = cast(
    "type[Reply]",
    RunView | NodeView | Delivered | Stopping | Refused | Attached | Told | Lost | Ended,
)


def encode_request(request: Request) -> bytes:
    """Write *request* as a line."""
    return _line(_converter().unstructure(request, _REQUEST))


def encode_reply(reply: Reply) -> bytes:
    """Write *reply* as a line."""
    return _line(_converter().unstructure(reply, _REPLY))


def decode_request(line: bytes) -> Request:
    """Read a request.

    Raises:
        ControlError: *line* is none, or is of another version.
    """
    return _decoded(line, _REQUEST, "request")


def decode_reply(line: bytes) -> Reply:
    """Read a reply.

    Raises:
        ControlError: *line* is none, or is of another version.
    """
    return _decoded(line, _REPLY, "reply")


def _line(fields: Mapping[str, object]) -> bytes:
    return json.dumps({"version": VERSION, **fields}).encode() + b"\n"


def _decoded[T](line: bytes, union: type[T], what: str) -> T:
    try:
        fields = json.loads(line)
        version = fields.pop("version", None)
    except (ValueError, RecursionError, AttributeError, TypeError) as error:
        raise ControlError(f"this is no {what}: write an object of JSON in one line") from error
    if version != VERSION:
        raise ControlError(
            f"this {what} is of version {version!r:.20}, and this sagent speaks {VERSION}: use "
            "one sagent for both"
        )
    try:
        return _converter().structure(fields, union)
    except (BaseValidationError, KeyError, ValueError, TypeError, ArithmeticError) as error:
        raise ControlError(f"this is no {what} that sagent knows: see its type") from error


@cache
def _converter() -> JsonConverter:
    converter = make_converter()
    converter.register_structure_hook(str, lambda value, _: _text(value))
    converter.register_structure_hook(Decimal, lambda value, _: Decimal(_text(value)))
    converter.register_unstructure_hook(Decimal, str)
    configure_tagged_union(_REQUEST, converter, tag_name="type")
    configure_tagged_union(_REPLY, converter, tag_name="type")
    return converter


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected a string, not {type(value).__name__}")
    return value
