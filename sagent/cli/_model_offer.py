"""What providers have: what they say themselves, and what is known of it beside."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

import attrs
import trio

from sagent.cli._provider_setting import http_provider
from sagent.cli._streams import complain
from sagent.errors import (
    MissingKeyError,
    SagentError,
    ServerStartError,
    UnknownNameError,
    UsageError,
)
from sagent.model import Effort, ModelInfo
from sagent.providers import HttpProvider, Local, infer_provider
from sagent.providers._price_table import models_of
from sagent.providers._prices import usual_rates
from sagent.providers._vendor import vendor_at
from sagent.providers.local import CATALOGUE, find_server

ANSWER_S = 5.0
"""How long a provider may take to list its models."""
_ANYWHERE = "http://127.0.0.1/v1"
"""Stands for the address of a server of one's own, where none is named: nobody is asked there."""
_WHOLE_NAME = re.compile(r"[\w.-]*\w")
"""What is sold by a name alone, and not as a variant of it, nor by how it begins."""
_NO_TEXT = re.compile(
    r"audio|babbage|computer-use|dall-e|davinci|embed|image|imagen|live|lyria|moderation|realtime"
    r"|robotics|sora|speech|transcri|tts|veo|video|vision-exp|whisper"
)
"""What models have in their names that answer with something else than text."""


@attrs.frozen(kw_only=True)
class Offer:
    """A model that can be had.

    Attributes:
        provider: whose it is.
        model_id: its name there.
        context_window: how many tokens request and answer may have; None if that is not known.
        max_output_tokens: how many an answer may have; likewise.
        input_usd: what a million tokens cost that are sent; likewise.
        output_usd: what a million tokens cost that are written; likewise.
        tools: how it calls tools.
        media_types: what it looks at beside text.
        efforts: how hard it can be told to think.
    """

    provider: str
    model_id: str
    context_window: int | None
    max_output_tokens: int | None = None
    input_usd: Decimal | None = None
    output_usd: Decimal | None = None
    tools: str = "native"
    media_types: frozenset[str] = frozenset()
    efforts: Sequence[Effort] = ()


@attrs.frozen(kw_only=True)
class Shelf:
    """What a provider has.

    Attributes:
        provider: its name.
        key_variables: where its key is looked for; none if it needs none.
        is_ready: whether it can be used as things are.
        offers: its models.
    """

    provider: str
    key_variables: tuple[str, ...]
    is_ready: bool
    offers: tuple[Offer, ...]


async def look_over(names: Iterable[str], *, asked: Iterable[str]) -> tuple[Shelf, ...]:
    """Look what each provider of *names* has; those of *asked* are asked, all at once.

    One that fails is told in a line on standard error, and what is known of it is listed.
    """
    names, asked = tuple(names), frozenset(asked)
    shelves: dict[str, Shelf] = {}

    async def look(name: str) -> None:
        kind = http_provider(name)
        if kind is None:
            shelves[name] = _local_shelf()
        else:
            shelves[name] = await _shelf(kind, await _listed(kind) if name in asked else None)

    async with trio.open_nursery() as nursery:
        for name in names:
            nursery.start_soon(look, name)
    return tuple(shelves[name] for name in names)


async def _listed(kind: type[HttpProvider]) -> tuple[ModelInfo, ...] | None:
    """Ask for a provider's models; None where that fails."""
    try:
        with trio.fail_after(ANSWER_S):
            return await kind.from_env().models()
    except trio.TooSlowError:
        complain(f"{kind.NAME} has not listed its models within {ANSWER_S:g} s")
    except SagentError as error:
        complain(f"{error}")
    return None


async def _shelf(kind: type[HttpProvider], listed: tuple[ModelInfo, ...] | None) -> Shelf:
    await trio.lowlevel.checkpoint()
    try:
        provider, is_ready = kind.from_env(), True
    except (MissingKeyError, UsageError):
        provider, is_ready = kind.from_key("-", base_url=kind.BASE_URL or _ANYWHERE), False
    known = _known(provider) if listed is None else listed
    return Shelf(
        provider=kind.NAME,
        key_variables=kind.KEY_VARIABLES,
        is_ready=is_ready,
        offers=tuple(_offer(provider, info) for info in known if _writes(info.model_id)),
    )


def _known(provider: HttpProvider) -> tuple[ModelInfo, ...]:
    """List the models that a vendor's own API is known to have."""
    names = {
        model.name: model.name
        for model in models_of(vendor_at(provider.base_url))
        if _WHOLE_NAME.fullmatch(model.name) and _is_of(provider.NAME, model.name)
    }
    if default := provider.DEFAULT_MODEL:
        names[default.lower()] = default  # as the vendor spells it
    return tuple(ModelInfo(model_id=name) for name in names.values())


def _is_of(provider: str, model_id: str) -> bool:
    try:
        return infer_provider(model_id) == provider
    except UnknownNameError:
        return False


def _writes(model_id: str) -> bool:
    return not _NO_TEXT.search(model_id.lower())


def _offer(provider: HttpProvider, info: ModelInfo) -> Offer:
    model = provider.model(info.model_id)
    rates = usual_rates(model.vendor, info.model_id)
    return Offer(
        provider=provider.NAME,
        model_id=info.model_id,
        context_window=info.context_window or model.context_window,
        max_output_tokens=info.max_output_tokens,
        input_usd=None if rates is None else rates[0],
        output_usd=None if rates is None else rates[1],
        media_types=model.media_types,
        efforts=model.efforts,
    )


def _local_shelf() -> Shelf:
    models = [Local().model(name) for name in CATALOGUE]
    return Shelf(
        provider="Local",
        key_variables=(),
        is_ready=_has_server(),
        offers=tuple(
            Offer(
                provider="Local",
                model_id=model.model_id,
                context_window=model.context_window,
                input_usd=Decimal(0),
                output_usd=Decimal(0),
                tools="constrained",
                media_types=model.media_types,
                efforts=model.efforts,
            )
            for model in models
        ),
    )


def _has_server() -> bool:
    try:
        find_server()
    except ServerStartError:
        return False
    return True
