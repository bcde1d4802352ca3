from collections.abc import Iterable
from pathlib import Path

from sagent.agent._agent import Agent
from sagent.budget import Budget
from sagent.errors import UnknownNameError, UsageError
from sagent.model import Model
from sagent.prompt import AgentFile
from sagent.session import Session
from sagent.tool import Tool

_NO_DESCRIPTION = "An AI agent."


def agent_from(
    file: AgentFile,
    *,
    model: Model | None = None,
    tools: Iterable[Tool] = (),
    budget: Budget | None = None,
    cwd: Path | None = None,
    session: Session | None = None,
) -> Agent:
    """Make the agent that *file* describes.

    Args:
        file: what it is, from `sagent.prompt.load_agent_files`.
        model: what answers, in place of the one that *file* names.
        tools: those at hand, of which it gets the ones that *file* names, or else all.
        budget: what binds it, beside the limits of its own.
        cwd: where its tools start; None for the process's directory.
        session: where the conversation is kept; None to keep it in memory.

    Raises:
        UnknownNameError: *file* names a tool that is not at hand, or an unknown provider.
        UsageError: no model is named, here or there.
        MissingKeyError: there is no key for the model's provider.
    """
    return Agent(
        model=model or _model_of(file),
        system=file.system,
        tools=_named(file, tools),
        name=file.name,
        description=file.description or _NO_DESCRIPTION,
        max_tool_call_rounds=file.limits.max_tool_call_rounds,
        budget=file.limits.budget(file.name, above=budget),
        cwd=cwd,
        session=session,
        effort=file.effort,
    )


def _model_of(file: AgentFile) -> Model:
    from sagent.providers import build_provider, infer_provider  # noqa: PLC0415  # they take long to load, and a model may be at hand

    if not file.model and not file.provider:
        raise UsageError(f"{file.path} names no model: name one there, or pass model=...")
    return build_provider(file.provider or infer_provider(file.model)).model(file.model)


def _named(file: AgentFile, tools: Iterable[Tool]) -> tuple[Tool, ...]:
    at_hand = {tool.name: tool for tool in tools}
    if file.tools is None:
        return tuple(at_hand.values())
    if unknown := [name for name in file.tools if name not in at_hand]:
        raise UnknownNameError(
            f"{file.path} names tools that are not at hand: {', '.join(unknown)}; there are: "
            f"{', '.join(at_hand) or 'none'}; pass tools=..."
        )
    return tuple(at_hand[name] for name in dict.fromkeys(file.tools))
