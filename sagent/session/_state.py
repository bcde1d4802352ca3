from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import attrs

from sagent.session._records import StateRecord
from sagent.tool import FileStamp, Plan


@attrs.frozen(kw_only=True)
class SessionState:
    """What a session knows beside its conversation; None for what was never said.

    Attributes:
        name: the session's title.
        status: what the agent says it is doing.
        agent: the agent's name.
        model_id: the model that was last in use.
        provider: whose it is.
        effort: how hard the model is told to think; ``default`` for the model's own.
        cwd: the shell's directory.
        plan: what the agent has set out to do.
        starts: how many agents it and those below have started since a person has said something.
        files: the files that the agent knows, as they were when it last saw them.
        told: files whose change it was told, as they were then; None for one that was gone.
    """

    name: str | None = None
    status: str | None = None
    agent: str | None = None
    model_id: str | None = None
    provider: str | None = None
    effort: str | None = None
    cwd: Path | None = None
    plan: Plan | None = None
    starts: int | None = None
    files: Mapping[Path, FileStamp] = attrs.field(
        default=MappingProxyType[Path, FileStamp]({}), hash=False
    )
    told: Mapping[Path, FileStamp | None] = attrs.field(
        default=MappingProxyType[Path, FileStamp | None]({}), hash=False
    )

    def changed(self, change: StateRecord) -> "SessionState":
        """Give the state after *change*, but for the files."""
        changes = {name: getattr(change, name) for name in _SIMPLE}
        return attrs.evolve(
            self, **{name: value for name, value in changes.items() if value is not None}
        )


_SIMPLE = ("name", "status", "agent", "model_id", "provider", "effort", "cwd", "plan", "starts")
