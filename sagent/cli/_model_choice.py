"""From options, and what a session used, to a model."""

import os
from typing import TYPE_CHECKING

import attrs

from sagent import providers
from sagent.cli._options import Options
from sagent.cli._streams import complain
from sagent.errors import MissingKeyError, UsageError
from sagent.providers import (
    KEY_VARIABLES,
    HttpProvider,
    WireModel,
    build_provider,
    infer_provider,
)
from sagent.providers._progress import OnProgress
from sagent.session import SessionState

if TYPE_CHECKING:  # whose module is loaded by those who use it
    from sagent.providers import Local


@attrs.frozen(kw_only=True)
class ModelChoice:
    """A model, and whose it is.

    Attributes:
        provider: the provider's name.
    """

    model: WireModel
    provider: str

    @property
    def is_small(self) -> bool:
        """Whether it is one that keeps to a short prompt and few tools only."""
        return self.provider == "Local"


def choose_model(options: Options, known: SessionState, on_progress: OnProgress) -> ModelChoice:
    """Take the model that *options* name, else the session's own, else the default.

    Raises:
        UsageError: a name or a value cannot be meant.
        MissingKeyError: the provider needs a key that is not in the environment.
    """
    if options.provider or options.model or options.base_url or not known.provider:
        name = options.provider or _implied_provider(options)
        return _choice(options, name, known, on_progress)
    try:
        return _choice(options, known.provider, known, on_progress)
    except (UsageError, MissingKeyError) as error:
        try:
            choice = _choice(options, _implied_provider(options), SessionState(), on_progress)
        except (UsageError, MissingKeyError):
            raise error from None
        complain(
            f"{known.model_id} of {known.provider}, which this session used, is not at hand: "
            f"{error}; going on with {choice.model.model_id} of {choice.provider}"
        )
        return choice


def _choice(
    options: Options, name: str, known: SessionState, on_progress: OnProgress
) -> ModelChoice:
    provider = _provider(options, name, on_progress)
    own = provider.NAME if isinstance(provider, HttpProvider) else "Local"
    known_model = known.model_id if known.provider == own else None
    model = provider.model(options.model or known_model or "")
    return ModelChoice(model=model, provider=own)


def _provider(options: Options, name: str, on_progress: OnProgress) -> "HttpProvider | Local":
    if name.lower() == "local":
        for flag, value in (
            ("--base-url", options.base_url),
            ("--tool-protocol", options.tool_protocol),
        ):
            if value:
                raise UsageError(
                    f"{flag} does not go with --provider Local, which runs its own server"
                )
        return providers.Local(on_progress=on_progress)
    provider = build_provider(name, base_url=options.base_url or "")
    if options.tool_protocol:
        if not isinstance(provider, providers.OpenAICompat):
            raise UsageError("--tool-protocol goes with --provider OpenAICompat or SelfHosted")
        provider = attrs.evolve(provider, tool_protocol=options.tool_protocol)
    return provider


def _implied_provider(options: Options) -> str:
    if options.base_url or os.environ.get("OPENAI_COMPAT_BASE_URL"):
        return "OpenAICompat"
    if options.model:
        return infer_provider(options.model)
    if os.environ.get("SAGENT_SELFHOSTED_MODEL"):
        return "SelfHosted"
    looked_for: list[str] = []
    for name, variables in KEY_VARIABLES.items():
        if any(map(os.environ.get, variables)):
            return name
        looked_for += variables[:1]
    raise MissingKeyError(
        f"no provider was named and no key found: looked for {', '.join(looked_for)}; set one, or "
        "run a model on this machine with --provider Local"
    )
