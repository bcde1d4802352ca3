"""From options to an agent."""

from pathlib import Path

from sagent.agent import Agent, Answerer
from sagent.budget import Budget
from sagent.cli._agent_choice import with_agent_file
from sagent.cli._credential import with_key
from sagent.cli._instructions import brief, brief_small, directory_of
from sagent.cli._model_choice import choose_advisor, choose_model
from sagent.cli._options import Options
from sagent.cli._tool_choice import HEADLESS_TOOLS, LOCAL_TOOLS, PEOPLES_TOOLS, choose_tools
from sagent.compaction import SummaryCompactor
from sagent.model import check_effort
from sagent.providers import OnProgress
from sagent.session import Session, SessionState, StateRecord
from sagent.tools import Advisor

LOCAL_ROUNDS = 12
"""A small model that is not done by then is lost."""


async def build_agent(
    options: Options,
    session: Session | None,
    *,
    on_progress: OnProgress,
    answerer: Answerer | None = None,
) -> tuple[Agent, StateRecord]:
    """Make the agent that *options* ask for, and tell what its session is to know of it.

    It has the tools that ask people where *answerer* is there to be asked.

    Raises:
        UsageError: a name or a value cannot be meant.
        MissingKeyError: the provider needs a key that is not in the environment.
    """
    asked = options.effort
    options = await with_key(await with_agent_file(options, session))
    known = SessionState() if session is None else session.transcript.state
    choice = choose_model(options, known, on_progress)
    if asked is not None:  # what a file says is for many models, and sent as the nearest
        check_effort(choice.model, asked)
    small = choice.is_small
    told = brief_small(options) if small else await brief(options, session, choice.model.model_id)
    usual = LOCAL_TOOLS if small else HEADLESS_TOOLS if answerer is None else PEOPLES_TOOLS
    tools = await choose_tools(options, session, usual)
    if options.advisor is not None:
        advisor = choose_advisor(options, choice, options.advisor, on_progress)
        tools.append(Advisor(model=advisor, max_uses=options.advisor_max_uses))
    agent = Agent(
        model=choice.model,
        system=told.system,
        rules=told.rules,
        tools=tools,
        name=options.name or known.agent or "Agent",
        max_tool_call_rounds=options.max_tool_call_rounds or (LOCAL_ROUNDS if small else None),
        cwd=directory_of(session),
        extra_dirs=tuple(map(Path, options.add_dir)),
        session=session,
        compactor=None if options.no_compact else SummaryCompactor(),
        budget=_budget(options),
        answerer=answerer,
        effort=options.effort,
        max_response_tokens=options.max_response_tokens,
    )
    return agent, StateRecord(
        agent=agent.name, model_id=choice.model.model_id, provider=choice.provider, effort=asked
    )


def _budget(options: Options) -> Budget | None:
    usd, tokens = options.max_budget_usd, options.max_budget_tokens
    seconds = options.max_budget_seconds
    if usd is None and tokens is None and seconds is None:
        return None
    return Budget(usd=usd, tokens=tokens, seconds=seconds)
