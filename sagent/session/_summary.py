from decimal import Decimal
from pathlib import Path

import attrs

from sagent.message import Descriptor, response_text
from sagent.session._transcript import Transcript

_PROMPT_CHARS = 200


@attrs.frozen(kw_only=True)
class SessionInfo:
    """A session as a list shows it.

    Attributes:
        id: the name of its directory.
        directory: where it lives.
        cwd: where it was begun, if that is known.
        name: its title, if it has one.
        first_prompt: the user's first words, in one line of at most 200 characters.
        messages: how many there are, on all branches.
        created_ns: when it was begun, in nanoseconds since the epoch; 0 if that is lost.
        updated_ns: when it was last written to, in nanoseconds since the epoch.
        cost_usd: of the calls whose price is known.
        agent: the agent's name, if it was told.
        model_id: the model that it used last, if it was told.
    """

    id: str
    directory: Path
    cwd: Path | None = None
    name: str | None = None
    first_prompt: str = ""
    messages: int = 0
    created_ns: int = 0
    updated_ns: int = 0
    cost_usd: Decimal = Decimal(0)
    agent: str | None = None
    model_id: str | None = None

    @classmethod
    def of(cls, transcript: Transcript, directory: Path) -> "SessionInfo":
        """Sum up the session in *directory*."""
        header, state = transcript.header, transcript.state
        return cls(
            id=directory.name,
            directory=directory,
            cwd=header.cwd,
            name=state.name,
            first_prompt=_first_prompt(transcript),
            messages=len(transcript.messages),
            created_ns=header.created_ns,
            updated_ns=transcript.updated_ns,
            cost_usd=transcript.spending.cost_usd,
            agent=state.agent,
            model_id=state.model_id,
        )


def _first_prompt(transcript: Transcript) -> str:
    for message in transcript.messages.values():
        if message.descriptor in {Descriptor.USER, Descriptor.USER_PARTS}:
            return " ".join(response_text(message)[: 4 * _PROMPT_CHARS].split())[:_PROMPT_CHARS]
    return ""
