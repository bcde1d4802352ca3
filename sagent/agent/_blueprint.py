from collections.abc import Mapping
from pathlib import Path

import attrs

from sagent.agent._answerer import Answerer
from sagent.agent._colleagues import AgentBinding, Colleagues
from sagent.agent._dispatch import BeforeChange, Dispatcher
from sagent.agent._large_results import LargeResults
from sagent.agent._offspring import Bear
from sagent.agent._reminders import Reminders
from sagent.budget import Budget
from sagent.compaction import Compactor, Meter
from sagent.model import ModelRequest
from sagent.permission import Policy
from sagent.prompt import ConditionalRules
from sagent.tool import AgentControl, People, Tool, Validator, Workspace


@attrs.frozen(kw_only=True, eq=False)
class Blueprint:
    """What all actors of one agent have in common.

    Attributes:
        name: the agent's name.
        cwd: where its tools start; None for the process's directory, or the session's.
        head: what each request begins with: the system prompt and the tools.
        meter: how full a window is with that alone.
        tools: as the agent was given them; each actor works with its own copies.
        validators: of the tools, by name.
        policy: asked before any tool runs.
        max_rounds: how often the model may be asked in one turn; None for no limit.
        answerer: who answers questions to people; None for nobody.
        budget: what may be spent; None for no limit.
        compactor: what keeps the history within the window; None for nothing.
        rules: the instructions for files that the agent is told as it touches them.
        clearable: names of the tools whose old results can be had again.
        bear: makes an agent that is like this one but for what it is told.
    """

    name: str
    cwd: Path | None
    head: ModelRequest
    meter: Meter
    tools: tuple[Tool, ...]
    validators: Mapping[str, Validator]
    policy: Policy
    max_rounds: int | None
    answerer: Answerer | None
    budget: Budget | None
    compactor: Compactor | None
    rules: ConditionalRules
    clearable: frozenset[str]
    bear: Bear

    def dispatcher(
        self,
        workspace: Workspace,
        control: AgentControl,
        colleagues: Colleagues,
        *,
        people: People,
        reminders: Reminders,
        before_change: BeforeChange,
        large_results: LargeResults,
    ) -> Dispatcher:
        """Bind the tools to an actor."""
        return Dispatcher.of(
            self.tools,
            self.validators,
            binding=AgentBinding(
                agent=self.name,
                workspace=workspace,
                control=control,
                people=people,
                results=large_results.folder,
                colleagues=colleagues,
            ),
            policy=self.policy,
            reminders=reminders,
            before_change=before_change,
            large_results=large_results,
        )
