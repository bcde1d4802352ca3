"""From an agent's file to options, as if all that it says had been on the command line."""

from copy import copy

import trio

from sagent.cli._instructions import directory_of
from sagent.cli._options import Options
from sagent.cli._streams import complain
from sagent.errors import UnknownNameError
from sagent.home import Home
from sagent.prompt import AgentFile, AgentFiles, ProjectInstructions, load_agent_files
from sagent.session import Session
from sagent.tools import TOOLS


async def with_agent_file(options: Options, session: Session | None) -> Options:
    """Fill in what the file of the agent says that *options* name, where a flag does not.

    Raises:
        UnknownNameError: there is no such agent, or it names a tool that there is not.
    """
    if options.agent is None:
        return options
    files = await find_agents(options, session)
    file = files.find(options.agent)
    for warning in files.warnings:
        if warning.startswith(f"{file.path}"):
            complain(warning)
    return _filled(options, file)


async def find_agents(options: Options, session: Session | None) -> AgentFiles:
    """Find the agents that are written down for the run's directory, and the user's."""
    return await trio.to_thread.run_sync(_load, options, session)


def _load(options: Options, session: Session | None) -> AgentFiles:
    project: ProjectInstructions = "ignore" if options.no_project_instructions else "read"
    return load_agent_files(directory_of(session), Home.default(), project_instructions=project)


def _filled(options: Options, file: AgentFile) -> Options:
    if unknown := [name for name in file.tools or () if name not in TOOLS]:
        raise UnknownNameError(
            f"{file.path}: unknown tool: {', '.join(unknown)}. Known: {', '.join(TOOLS)}"
        )
    filled, limits = copy(options), file.limits
    filled.name = options.name or file.name
    if options.system is None:
        filled.system = file.system or None
    if options.tools is None and file.tools is not None:
        filled.tools = list(file.tools)
    if _takes_model(options, file):
        filled.provider = options.provider or file.provider or None
        filled.model = options.model or file.model or None
    if options.max_tool_call_rounds is None:
        filled.max_tool_call_rounds = limits.max_tool_call_rounds
    if options.max_budget_usd is None and limits.max_budget_usd is not None:
        filled.max_budget_usd = f"{limits.max_budget_usd:f}"
    if options.max_budget_tokens is None:
        filled.max_budget_tokens = limits.max_budget_tokens
    if options.max_budget_seconds is None:
        filled.max_budget_seconds = limits.max_budget_seconds
    return filled


def _takes_model(options: Options, file: AgentFile) -> bool:
    """Tell whether *file* has a say in the model: not when flags name one, or another's."""
    if options.model:
        return False
    if options.provider:
        return options.provider.lower() == file.provider.lower()
    return not options.base_url or not file.provider
