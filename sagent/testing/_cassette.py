from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import httpx

from sagent.errors import UsageError
from sagent.testing._cassette_record import NewTransport, Recorder
from sagent.testing._cassette_replay import Match, Player
from sagent.testing._cassette_secrets import SHORTEST
from sagent.testing._cassette_tape import load

type Mode = Literal["replay", "record", "auto"]


class Cassette:
    """Exchanges with a vendor in a file: recorded once, replayed without a network.

    A provider with ``new_transport=cassette.transport`` speaks to it, while its block lasts:

        with Cassette("tapes/weather.json", mode="auto") as cassette: ...

    A recording is written when its block ends without an error; the key and what looks like one
    are not in it. A replay gives each request the first answer that is left for its method, path
    and body, in the pieces in which it came and without its pauses; where the reader of the
    recording went away, it is silent.

    Args:
        path: the file; JSON, and its directory is made.
        mode: "record" asks the vendor and replaces the file, "replay" asks nobody, "auto"
            replays if the file exists and records if not.
        match: what of a request must be as on the tape; "path" is method and path alone, a
            function gives what counts of a body.
        secrets: further texts that the file may not hold, from 6 characters on.
        new_transport: how a recording reaches the vendor, if not as httpx does by itself.

    Raises:
        UsageError: at the start of the block, if there is no such cassette or it is broken; in a
            request that is not on the tape; at the end of the block, if there was such a request,
            one on the tape was not made, or there was none to record.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        mode: Mode = "replay",
        match: Match = "body",
        secrets: Sequence[str] = (),
        new_transport: NewTransport | None = None,
    ) -> None:
        if mode not in {"replay", "record", "auto"}:
            raise UsageError(f"mode={mode!r}: a cassette is for replay, record or auto")
        if any(len(secret) < SHORTEST for secret in secrets):
            raise UsageError(f"a secret has {SHORTEST} characters: less would tear words apart")
        self.path = Path(path)
        self.mode: Mode = mode
        self._match: Match = match
        self._secrets = tuple(secrets)
        self._new_transport = new_transport
        self._running: Recorder | Player | None = None

    def __repr__(self) -> str:
        return f"<Cassette {self.path} {self.mode}>"

    def __enter__(self) -> Self:
        if self._running is not None:
            raise UsageError(f"the cassette {self.path} is in use: a block at a time")
        if self.mode == "record" or (self.mode == "auto" and not self.path.exists()):
            self._running = Recorder(self.path, self._secrets, self._new_transport)
        else:
            self._running = Player(self.path, load(self.path), self._match, self._secrets)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        running, self._running = self._running, None
        if running is not None:
            running.close()
            if error is None:
                running.finish()

    def transport(self) -> httpx.AsyncBaseTransport:
        """Make a connection to the tape; for a provider's ``new_transport``.

        Raises:
            UsageError: it is not in use.
        """
        if self._running is None:
            raise UsageError(f"the cassette {self.path} is not in use: write `with cassette:`")
        return self._running.transport()
