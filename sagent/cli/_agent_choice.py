"""From an agent's file to options, as if all that it says had been on the command line."""

from copy import copy
from decimal import Decimal

import trio

from sagent.cli._config import Config, as_option, config_of, fill
from sagent.cli._instructions import directory_of, home_at_hand
from sagent.cli._options import Options
from sagent.cli._streams import complain
from sagent.errors import UnknownNameError
from sagent.model import EFFORTS
from sagent.nearness import did_you_mean
from sagent.prompt import AgentFile, AgentFiles, FileLimits, ProjectInstructions, load_agent_files
from sagent.session import Session
from sagent.tools import TOOLS

_LIMITS = (
    "max_tool_call_rounds",
    "max_budget_usd",
    "max_budget_tokens",
    "max_budget_seconds",
)


async def with_agent_file(options: Options, session: Session | None) -> Options:
    """Fill in what no flag says: what the agent's file says that is named, then what the config.

    Of the limits of these two, the lower one holds. How hard to think, a session knows better than
    the config.

    Raises:
        UnknownNameError: there is no such agent, or it names a tool that there is not.
    """
    if options.agent is None:
        return _completed(copy(options), FileLimits(), session)
    files = await find_agents(options, session)
    file = files.find(options.agent)
    for warning in files.warnings:
        if warning.startswith(f"{file.path}"):
            complain(warning)
    return _filled(options, file, session)


async def find_agents(options: Options, session: Session | None) -> AgentFiles:
    """Find the agents that are written down for the run's directory, and the user's."""
    return await trio.to_thread.run_sync(_load, options, session)


def _load(options: Options, session: Session | None) -> AgentFiles:
    project: ProjectInstructions = "ignore" if options.no_project_instructions else "read"
    return load_agent_files(directory_of(session), home_at_hand(), project_instructions=project)


def _filled(options: Options, file: AgentFile, session: Session | None) -> Options:
    if unknown := [name for name in file.tools or () if name not in TOOLS]:
        raise UnknownNameError(
            f"{file.path}: unknown tool: {', '.join(unknown)}. Known: {', '.join(TOOLS)}"
            f"{did_you_mean(unknown[0], TOOLS)}"
        )
    filled = copy(options)
    filled.name = options.name or file.name
    if options.system is None:
        filled.system = file.system or None
    if options.tools is None and file.tools is not None:
        filled.tools = list(file.tools)
    if _takes_model(options, file):
        filled.provider = options.provider or file.provider or None
        filled.model = options.model or file.model or None
    filled.effort = options.effort or file.effort
    return _completed(filled, file.limits, session)


def _completed(options: Options, limits: FileLimits, session: Session | None) -> Options:
    config = config_of(options)
    fill(options, config, ("name", "system", "tools"))
    kept = None if session is None else session.transcript.state.effort
    if kept is None:
        fill(options, config, ("effort",))
    elif options.effort is None:
        options.effort = next((effort for effort in EFFORTS if effort == kept), None)
    for name in _LIMITS:
        if getattr(options, name) is None:
            setattr(options, name, _lower(name, config, limits))
    return options


def _lower(name: str, config: Config, limits: FileLimits) -> object:
    setting = config.settings.get(name)
    known = (getattr(limits, name), None if setting is None else setting.value)
    amounts = [Decimal(str(amount)) for amount in known if amount is not None]
    return as_option(name, min(amounts)) if amounts else None


def _takes_model(options: Options, file: AgentFile) -> bool:
    """Tell whether *file* has a say in the model: not when flags name one, or another's."""
    if options.model:
        return False
    if options.provider:
        return options.provider.lower() == file.provider.lower()
    return not options.base_url or not file.provider
