from pathlib import Path

import attrs

from sagent.agent._answerer import Answerer
from sagent.agent._colleagues import AgentBinding, Colleagues
from sagent.agent._counsel import Counsel
from sagent.agent._dispatch import BeforeChange, Dispatcher
from sagent.agent._large_results import LargeResults
from sagent.agent._offspring import Bear
from sagent.agent._reminders import Reminders
from sagent.agent._toolbox import Toolbox
from sagent.budget import Budget
from sagent.checkpoint import Limits
from sagent.compaction import Compactor
from sagent.model import ModelRequest
from sagent.permission import Policy
from sagent.prompt import ConditionalRules
from sagent.tool import AgentControl, People, Workspace


@attrs.frozen(kw_only=True)
class Blueprint:
    """What all actors of one agent have in common.

    Attributes:
        name: the agent's name.
        cwd: where its tools start; None for the process's directory, or the session's.
        head: what each request begins with: the system prompt and the tools.
        head_tokens: how many that takes, roughly.
        toolbox: the tools as the agent was given them; each actor works with its own copies.
        policy: asked before any tool runs.
        max_rounds: how often the model may be asked in one turn; None for no limit.
        answerer: who answers questions to people; None for nobody.
        budget: what may be spent; None for no limit.
        checkpoints: how much of the files goes with a session; None for nothing.
        compactor: what keeps the history within the window; None for nothing.
        rules: the instructions for files that the agent is told as it touches them.
        bear: makes an agent that is like this one but for what it is told.
    """

    name: str
    cwd: Path | None
    head: ModelRequest
    head_tokens: int
    toolbox: Toolbox
    policy: Policy
    max_rounds: int | None
    answerer: Answerer | None
    budget: Budget | None
    checkpoints: Limits | None
    compactor: Compactor | None
    rules: ConditionalRules
    bear: Bear

    def dispatcher(
        self,
        workspace: Workspace,
        control: AgentControl,
        colleagues: Colleagues,
        *,
        counsel: Counsel,
        people: People,
        reminders: Reminders,
        before_change: BeforeChange,
        large_results: LargeResults,
    ) -> Dispatcher:
        """Bind the tools to an actor."""
        return Dispatcher.of(
            self.toolbox,
            binding=AgentBinding(
                agent=self.name,
                workspace=workspace,
                control=control,
                people=people,
                results=large_results.folder,
                colleagues=colleagues,
                counsel=counsel,
            ),
            policy=self.policy,
            reminders=reminders,
            before_change=before_change,
            large_results=large_results,
        )
