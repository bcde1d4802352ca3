"""Who runs models, and whether they take the keys that are set."""

import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import httpx
import trio

from sagent.cli._doctor._finding import Finding, failed, ok, warning
from sagent.cli._doctor._network import unresolved
from sagent.cli._model_choice import choose_model
from sagent.cli._parser import parse
from sagent.cli._provider_setting import ProviderSetting, provider_settings
from sagent.errors import (
    AuthenticationError,
    ConnectionFailedError,
    MissingKeyError,
    ModelError,
    NotFoundError,
    QuotaError,
    UsageError,
)
from sagent.providers import HttpProvider, build_provider
from sagent.providers._connections import is_loopback
from sagent.providers._encounter import Encounter, meet
from sagent.providers._progress import in_silence
from sagent.providers._provider import shown
from sagent.session import SessionState

ANSWER_S = 5.0
"""How long a vendor may take to answer."""
_SKEW_S = 120


async def examine_offline() -> Iterable[Finding]:
    """Tell which keys are set, and which look as if they had been copied badly."""
    await trio.lowlevel.checkpoint()
    found: list[Finding] = []
    for setting in provider_settings():
        provider = _made(setting)
        found += (
            [provider]
            if isinstance(provider, Finding)
            else [ok(f"{setting.told}; not asked"), *_look_at_key(setting)]
        )
    return (*found, *_look_at_whole())


async def examine_online() -> Iterable[Finding]:
    """Ask each vendor that has a key for its models, all at once."""
    found: dict[str, list[Finding]] = {}
    clocks: dict[str, float] = {}
    all_settings = provider_settings()
    async with trio.open_nursery() as nursery:
        for setting in all_settings:
            nursery.start_soon(_ask, setting, found, clocks)
    in_order = [finding for setting in all_settings for finding in found[setting.name]]
    return (*in_order, *_look_at_clock(clocks), *_look_at_whole())


def _made(setting: ProviderSetting) -> HttpProvider | Finding:
    try:
        provider = build_provider(setting.name)
    except MissingKeyError as error:
        return failed(f"{setting.told}; {error}", "set the key, or unset what is set")
    except UsageError as error:
        return failed(f"{setting.told}; {error}", f"correct {' or '.join(setting.variables)}")
    assert isinstance(provider, HttpProvider)  # nothing is set for Local
    return provider


async def _ask(
    setting: ProviderSetting, found: dict[str, list[Finding]], clocks: dict[str, float]
) -> None:
    provider = _made(setting)
    if isinstance(provider, Finding):
        found[setting.name] = [provider]
        return
    where = shown(provider.base_url)
    found[setting.name] = [
        failed(
            f"{setting.told}; {where} did not answer within {ANSWER_S:g} s",
            "check the network and the proxy, or try again",
        )
    ]
    with trio.move_on_after(ANSWER_S):
        host = httpx.URL(provider.base_url).host
        if not is_loopback(provider.base_url) and (why := await unresolved(host)):
            found[setting.name] = [
                failed(f"{setting.told}; {host} has no address: {why}", "check network and DNS")
            ]
            return
        met = await meet(provider)
        if met.date is not None:
            clocks[host] = (datetime.now(UTC) - met.date).total_seconds()
        found[setting.name] = [_told(setting, where, met), *_look_at_key(setting)]


def _told(setting: ProviderSetting, where: str, met: Encounter) -> Finding:
    if met.error is None:
        return ok(f"{setting.told}; {where} takes it and has {len(met.models)} models")
    return judged(setting, met.error)


def judged(setting: ProviderSetting, error: ModelError) -> Finding:
    """Say what it means that a vendor has met a question with *error*."""
    what = f"{setting.told}; {error}"
    match error:
        case AuthenticationError():
            remedy = f"set {setting.variables[0]} to a key of {setting.name} that is valid"
        case QuotaError():
            remedy = f"add credit at {setting.name}, or use another provider"
        case ConnectionFailedError() if "certificate" in str(error).lower():
            remedy = (
                "check this machine's clock; behind a proxy that reads along, "
                "export SSL_CERT_FILE=/its/certificates.pem"
            )
        case ConnectionFailedError():
            remedy = "check the network, the proxy and the base URL; does a server run there?"
        case NotFoundError():
            remedy = "check the base URL; a server that lists no models may run some all the same"
            return warning(what, remedy)
        case _:
            return warning(what, "try again: the vendor may have trouble")
    return failed(what, remedy)


def _look_at_key(setting: ProviderSetting) -> Iterable[Finding]:
    for variable in setting.variables:
        value = os.environ.get(variable, "")
        if value.strip().strip("'\"") != value:
            yield warning(
                f"{variable} has spaces or quotes around its value", f"set {variable} without them"
            )


def _look_at_clock(clocks: Mapping[str, float]) -> Iterable[Finding]:
    """Judge how far this machine's clock is ahead of others, in seconds by host."""
    if not clocks:
        return
    host, ahead_s = min(clocks.items(), key=lambda clock: abs(clock[1]))
    if abs(ahead_s) < _SKEW_S:
        yield ok("the clock is right")
        return
    which = "ahead of" if ahead_s > 0 else "behind"
    yield warning(
        f"the clock is {abs(ahead_s):.0f} s {which} that of {host}: certificates may be refused",
        "let the machine set its clock: timedatectl set-ntp true",
    )


def _look_at_whole() -> Iterable[Finding]:
    """Tell whom sagent asks without flags."""
    try:
        choice = choose_model(parse([]), SessionState(), in_silence)
    except MissingKeyError as error:
        yield failed(f"{error}", "export a key, see docs/providers.md; or use --provider Local")
    except UsageError as error:
        yield failed(f"without flags: {error}", "correct what is set")
    else:
        yield ok(f"without flags, sagent asks {choice.model.model_id} of {choice.provider}")
