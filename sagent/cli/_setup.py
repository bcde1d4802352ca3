"""From options to an agent."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from sagent import providers
from sagent.agent import Agent
from sagent.cli._parser import Options
from sagent.errors import MissingKeyError, UnknownNameError, UsageError
from sagent.prompt import system_prompt
from sagent.providers import KEY_VARIABLES, HttpProvider, build_provider, infer_provider
from sagent.providers._progress import OnProgress
from sagent.tool import Tool
from sagent.tools import TOOLS, build_tools

if TYPE_CHECKING:  # whose module is loaded by those who use it
    from sagent.providers import Local

LOCAL_TOOLS = ("Read",)
"""What a small model can choose among without fail."""
LOCAL_ROUNDS = 12
"""A small model that is not done by then is lost."""


def build_agent(options: Options, *, on_progress: OnProgress) -> Agent:
    """Make the agent that *options* ask for.

    Raises:
        UsageError: a name or a value cannot be meant.
        MissingKeyError: the provider needs a key that is not in the environment.
    """
    provider = _provider(options, on_progress)
    local = not isinstance(provider, HttpProvider)
    names = options.tools if options.tools is not None else (LOCAL_TOOLS if local else TOOLS)
    system = "" if local else system_prompt(Path.cwd())
    rounds = options.max_tool_call_rounds or (LOCAL_ROUNDS if local else None)
    return Agent(
        model=provider.model(options.model or ""),
        system="\n\n".join(part for part in (system, options.system) if part),
        tools=_tools(names),
        max_tool_call_rounds=rounds,
    )


def _tools(names: Iterable[str]) -> list[Tool]:
    for name in names:
        if " " in name:
            raise UnknownNameError(
                f"unknown tool: {name!r}; if that is the prompt, put it first, or write --tools A,B"
            )
    return build_tools(names)


def _provider(options: Options, on_progress: OnProgress) -> "HttpProvider | Local":
    name = options.provider or _implied_provider(options)
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
