import hashlib
import os
from pathlib import Path
from typing import Self

import attrs

from sagent.actors import Inbox, Restart
from sagent.errors import ServerStartError, UnknownNameError, WeightsError
from sagent.model import Price
from sagent.providers._connections import Connections
from sagent.providers._fault import Endpoint
from sagent.providers._model import WireModel
from sagent.providers._service import ProviderActor, Work
from sagent.providers._wires.chat.constrained_wire import ConstrainedWire
from sagent.providers._wires.chat.dialect import ANY_SERVER
from sagent.providers.local import (
    CATALOGUE,
    DEFAULT_CONTEXT_TOKENS,
    LocalModel,
    OnProgress,
    default_cache_dir,
    doubt_weights,
    find_server,
    in_silence,
    obtain_weights,
    open_llama_server,
)

# Small models wander: the likeliest token is the best they have, and a page is a long answer.
_BLIND = attrs.evolve(ANY_SERVER, image_types=frozenset[str](), effort={})
_OPTIONS = {"temperature": 0, "max_tokens": 1024}


@attrs.frozen(kw_only=True)
class Local:
    """Open models on this machine: no key, and no network after the first use of each.

    Args:
        cache_dir: where the models' files are kept; None for ``SAGENT_CACHE_DIR``, else the
            user's cache.
        context_tokens: how long a conversation may be; memory is taken for all of it.
        on_progress: told how far a download has come.
    """

    cache_dir: Path | None = None
    context_tokens: int = DEFAULT_CONTEXT_TOKENS
    on_progress: OnProgress = attrs.field(default=in_silence, repr=False, eq=False)

    @classmethod
    def from_env(cls) -> Self:
        """Make the provider; it needs nothing of the environment."""
        return cls()

    @classmethod
    def from_key(cls, key: str) -> Self:  # noqa: ARG003  # the contract's
        """Make the provider; it needs no key."""
        return cls()

    def model(self, name: str = "") -> WireModel:
        """Make the model *name*: one of the catalogue, or the path of a GGUF file.

        Raises:
            UnknownNameError: it is neither.
        """
        name = name or next(iter(CATALOGUE))
        file = CATALOGUE.get(name) or Path(name).expanduser()
        if isinstance(file, Path) and file.suffix != ".gguf":
            raise UnknownNameError(
                f"Local has no model {name!r}: choose {' or '.join(CATALOGUE)}, or a .gguf file"
            )
        return WireModel(
            model_id=name,
            known_window=self.context_tokens,
            known_price=Price(),
            provider=_LocalService(provider=self, file=file),
            wire=ConstrainedWire.of(name, _OPTIONS, dialect=_BLIND, guidance="close"),
            endpoint=Endpoint(provider="Local", base_url="this machine", model_id=name),
        )


@attrs.frozen(kw_only=True)
class _LocalService:
    """One model's server, shared by all agents of a system that use the model."""

    provider: Local
    file: LocalModel | Path

    @property
    def service_name(self) -> str:
        what = f"{self.file}\0{self.provider.context_tokens}\0{self.provider.cache_dir}"
        return f"provider:Local-{hashlib.sha256(what.encode()).hexdigest()[:12]}"

    @property
    def restart(self) -> Restart:
        return "temporary"  # what keeps a server from starting is nothing that passes

    def actor(self) -> "_LocalActor":
        return _LocalActor(self)


class _LocalActor(ProviderActor):
    """Keeps the server for as long as it runs; requests that come meanwhile wait in its inbox."""

    def __init__(self, service: _LocalService) -> None:
        super().__init__(Connections("http://127.0.0.1/", {}), concurrency=1)
        self._service = service

    async def run(self, inbox: Inbox[Work]) -> None:
        binary = find_server()  # before half a gigabyte is downloaded that nothing could run
        path = await self._weights()
        tokens = self._service.provider.context_tokens
        try:
            async with open_llama_server(path, context_tokens=tokens, binary=binary) as server:
                key = {"Authorization": f"Bearer {server.api_key}"}
                self._connections = Connections(server.base_url, key)
                await super().run(inbox)
        except* ServerStartError as errors:
            error: BaseException = errors
            while isinstance(error, BaseExceptionGroup):
                error = error.exceptions[0]
            self._why = str(error)
            raise self._explained(error) from errors

    def _explained(self, error: BaseException) -> ServerStartError:
        if isinstance(self._service.file, LocalModel):
            cache_dir = self._service.provider.cache_dir or default_cache_dir(os.environ)
            doubt_weights(self._service.file, cache_dir=cache_dir)
            return ServerStartError(f"{error}; run again, and the model's file is checked anew")
        return ServerStartError(f"{error}; check that {self._service.file} is a whole GGUF file")

    async def _weights(self) -> Path:
        file, provider = self._service.file, self._service.provider
        if isinstance(file, LocalModel):
            cache_dir = provider.cache_dir or default_cache_dir(os.environ)
            return await obtain_weights(file, cache_dir=cache_dir, on_progress=provider.on_progress)
        if not file.is_file():
            raise WeightsError(f"there is no model file {file}: check the path given to --model")
        return file
