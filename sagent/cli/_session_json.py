"""Sessions in JSON, for programs."""

import json
from datetime import UTC, datetime

from sagent.lib.json import JsonValue
from sagent.session import SearchHit, SessionInfo


def session_json(session: SessionInfo) -> dict[str, JsonValue]:
    """Tell *session* to programs; times are ISO 8601, the cost is a decimal in a string."""
    return {
        "id": session.id,
        "title": session.name,
        "first_prompt": session.first_prompt,
        "messages": session.messages,
        "created": _iso(session.created_ns),
        "updated": _iso(session.updated_ns),
        "cost_usd": f"{session.cost_usd:f}",
        "agent": session.agent,
        "model": session.model_id,
        "cwd": None if session.cwd is None else str(session.cwd),
        "directory": str(session.directory),
    }


def hit_json(hit: SearchHit) -> dict[str, JsonValue]:
    """Tell *hit* to programs."""
    return {
        "session_id": hit.session.id,
        "message_id": hit.message_id,
        "snippet": hit.snippet,
        "title": hit.session.name,
        "cwd": None if hit.session.cwd is None else str(hit.session.cwd),
        "directory": str(hit.session.directory),
    }


def json_line(value: dict[str, JsonValue]) -> str:
    """Write *value* as a line of JSON."""
    return json.dumps(value) + "\n"


def _iso(ns: int) -> str | None:
    return datetime.fromtimestamp(ns / 1e9, UTC).isoformat(timespec="seconds") if ns else None
