"""From options, and what a session used, to a model."""

import os
from copy import copy
from typing import TYPE_CHECKING

import attrs

from sagent import providers
from sagent.cli._config import Config, Naming, config_of
from sagent.cli._options import Options
from sagent.cli._streams import complain
from sagent.errors import MissingKeyError, UnknownNameError, UsageError
from sagent.providers import (
    KEY_VARIABLES,
    PROVIDER_NAMES,
    HttpProvider,
    OnProgress,
    WireModel,
    build_provider,
    infer_provider,
)
from sagent.session import SessionState

if TYPE_CHECKING:  # whose module is loaded by those who use it
    from sagent.providers import Local


_PROJECT = "proj_"
"""How OpenAI's names of projects begin."""


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
    asked, config = _asked(options), config_of(options)
    usual = asked.over(config.naming, provider_of)
    if asked.provider or asked.model or asked.base_url or not known.provider:
        return _choice(options, usual, known, on_progress)
    own = Naming(provider=known.provider, tool_protocol=asked.tool_protocol)
    try:
        return _choice(options, own, known, on_progress)
    except (UsageError, MissingKeyError) as error:
        try:
            choice = _choice(options, usual, SessionState(), on_progress)
        except (UsageError, MissingKeyError):
            raise error from None
        complain(
            f"{known.model_id} of {known.provider}, which this session used, is not at hand: "
            f"{error}; going on with {choice.model.model_id} of {choice.provider}"
        )
        return choice


def choose_advisor(
    options: Options, chosen: ModelChoice, named: str, on_progress: OnProgress
) -> WireModel:
    """Take the model *named*, as ``PROVIDER:MODEL`` or by a name that tells the provider.

    One whose name tells none is of the provider of the model that was *chosen*. Where it is of that
    one, it has its address and its key.

    Raises:
        UsageError: a name or a value cannot be meant.
        MissingKeyError: the provider needs a key that is not in the environment.
    """
    named = config_of(options).model_of(named)
    head, colon, rest = named.partition(":")
    known = {name.lower(): name for name in PROVIDER_NAMES}
    if colon and head.lower() in known:
        name, model = known[head.lower()], rest
    else:
        name, model = provider_of(named) or chosen.provider, named
    other = copy(options)
    other.tool_protocol = None
    naming = Naming(provider=name, model=model)
    if name == chosen.provider:
        usual = _asked(options).over(config_of(options).naming, provider_of)
        naming = attrs.evolve(naming, base_url=usual.base_url)
    else:
        other.base_url = None
        _forget_key(other)
    return _choice(other, naming, SessionState(), on_progress).model


def for_another(options: Options, chosen: str, named: str) -> Options:
    """Ask in *options* for the model *named*, where one of the provider *chosen* was asked for.

    A key that was given is for that provider: another one, which the name tells, never sees it.
    """
    other, named = copy(options), config_of(options).model_of(named)
    other.model = named
    usual = _asked(other).over(config_of(options).naming, provider_of)
    if (usual.runner or provider_of(named) or chosen).lower() != chosen.lower():
        _forget_key(other)
    return other


def _forget_key(options: Options) -> None:
    options.auth, options.key, options.account = None, "", None


def provider_of(model: str) -> str | None:
    """Tell whose own API has *model*; None if nobody's is known to."""
    try:
        return infer_provider(model)
    except UnknownNameError:
        return None


def _asked(options: Options) -> Naming:
    """Give what the command line, or an agent's file that it names, says of the model."""
    model = options.model and config_of(options).model_of(options.model)
    return Naming(
        provider=options.provider,
        model=model,
        base_url=options.base_url,
        tool_protocol=options.tool_protocol,
    )


def _choice(
    options: Options, usual: Naming, known: SessionState, on_progress: OnProgress
) -> ModelChoice:
    config = config_of(options)
    if usual.model:
        usual = attrs.evolve(usual, model=config.model_of(usual.model))
    if options.key and not options.model and not usual.provider and config.is_of_project("model"):
        raise UsageError("--auth needs --provider or --model: a project's file tells no one's key")
    name = usual.provider or _implied_provider(usual, options.key)
    of_provider = config.naming_of(name)
    base_url = usual.base_url or of_provider.base_url
    provider = _provider(
        options, attrs.evolve(usual, provider=name, base_url=base_url), on_progress
    )
    own = provider.NAME if isinstance(provider, HttpProvider) else "Local"
    known_model = known.model_id if known.provider == own else None
    words = usual.model or known_model or config.model_of(of_provider.model or "")
    if own == "Local":
        _check_local(words, config)
    window = config.get(f"providers.{own}.context_window", int)
    return ModelChoice(model=_with_window(provider, words, window), provider=own)


def _with_window(provider: "HttpProvider | Local", name: str, window: int | None) -> WireModel:
    if window is None:
        return provider.model(name)
    if isinstance(provider, HttpProvider):
        return attrs.evolve(provider.model(name), known_window=window)
    return attrs.evolve(provider, context_tokens=window).model(name)


def _check_local(model: str, config: Config) -> None:
    """Let no project have a file of its own loaded, which would run in its server."""
    if config.is_of_project("model") and model == config.naming.model:
        origin = config.settings["model"].origin
        raise UsageError(
            f"{origin}: the model {model!r} runs on this machine, which a project's file may not "
            "ask for: name it with --model, or in your own config"
        )


def _provider(options: Options, usual: Naming, on_progress: OnProgress) -> "HttpProvider | Local":
    name = usual.provider or ""
    if name.lower() == "local":
        for flag, value in (
            ("--base-url", options.base_url),
            ("--tool-protocol", options.tool_protocol),
            ("--auth", options.auth),
            ("--account", options.account),
        ):
            if value:
                raise UsageError(
                    f"{flag} does not go with --provider Local, which runs its own server"
                )
        return providers.Local(on_progress=on_progress)
    provider = build_provider(name, key=options.key, base_url=usual.base_url or "")
    if options.account:
        provider = _paid_by(options.account, provider)
    if isinstance(provider, providers.OpenAICompat):
        protocol = usual.tool_protocol
        return attrs.evolve(provider, tool_protocol=protocol) if protocol else provider
    if options.tool_protocol:
        raise UsageError("--tool-protocol goes with --provider OpenAICompat or SelfHosted")
    return provider


def _paid_by(account: str, provider: "HttpProvider | Local") -> HttpProvider:
    if not isinstance(provider, providers.OpenAI):
        name = provider.NAME if isinstance(provider, HttpProvider) else "Local"
        raise UsageError(
            f"--account goes with --provider OpenAI: a key of {name} belongs to one account"
        )
    organization, _, project = account.partition("/")
    if not project and organization.startswith(_PROJECT):
        organization, project = "", organization
    return attrs.evolve(
        provider,
        organization=organization or provider.organization,
        project=project or provider.project,
    )


def _implied_provider(usual: Naming, key: str) -> str:
    if usual.base_url or os.environ.get("OPENAI_COMPAT_BASE_URL"):
        return "OpenAICompat"
    if usual.model:
        return infer_provider(usual.model)
    if os.environ.get("SAGENT_SELFHOSTED_MODEL"):
        return "SelfHosted"
    if key:
        raise UsageError("--auth needs --provider or --model: say whose key it is")
    looked_for: list[str] = []
    for name, variables in KEY_VARIABLES.items():
        if any(map(os.environ.get, variables)):
            return name
        looked_for += variables[:1]
    raise MissingKeyError(
        f"no provider was named and no key found: looked for {', '.join(looked_for)}; set one, "
        "run a model on this machine with --provider Local, or name a server of yours with "
        "--base-url and --model"
    )
