from typing import ClassVar

import attrs

from sagent.agent import AgentBinding, Counsel
from sagent.errors import UsageError
from sagent.message import Message, TextMessage
from sagent.model import Model
from sagent.tool import Binding, Effect, Workspace
from sagent.tools._arguments import Arguments
from sagent.tools._builtin import BuiltinTool, Card
from sagent.tools._colleague_tool import refusals
from sagent.tools._refusal import Refusal


def _positive(_: object, __: object, value: int | None) -> None:
    if value is not None and value < 1:
        raise UsageError(f"max_uses is {value}: allow at least 1, or None for no limit")


@attrs.define(eq=False, kw_only=True)
class Advisor(BuiltinTool):
    """Asks another model, which sees the conversation so far, for advice.

    Its calls are paid for by the agent's budget, and counted with the agent's own.

    Attributes:
        model: the adviser, of any provider.
        max_uses: how often each agent that has the tool may ask; None for no limit.
    """

    card: ClassVar[Card] = Card(
        name="Advisor",
        description=(
            "Ask an adviser, a model that sees your conversation so far: before a decision that "
            "is hard to undo, about a plan, when you are stuck, or to have work looked over. It "
            "answers in words and does nothing itself. It costs: ask once, and precisely."
        ),
        directive_schema={
            "type": "object",
            "properties": {"question": {"type": "string"}},
            "required": ["question"],
            "additionalProperties": False,
        },
        effects=frozenset({Effect.NETWORK}),
        concurrency="exclusive",
        subjects=("question",),
    )

    model: Model
    max_uses: int | None = attrs.field(default=None, validator=_positive)
    _uses: int = attrs.field(default=0, init=False)
    _counsel: Counsel | None = attrs.field(default=None, init=False)

    @property
    def supports_microcompaction(self) -> bool:
        """Advice stays: to have it again would cost again."""
        return False

    def take(self, binding: Binding) -> None:
        """Take the way to other models, too."""
        super().take(binding)
        if isinstance(binding, AgentBinding):
            self._counsel = binding.counsel

    async def _work(self, arguments: Arguments, workspace: Workspace) -> Message:  # noqa: ARG002  # the contract's
        question = arguments.text("question").strip()
        if not question:
            raise Refusal("the question is empty: say what you want advice on")
        if self._counsel is None:
            raise Refusal("Advisor works only within an agent: give it to one")
        if self.max_uses is not None and self._uses >= self.max_uses:
            raise Refusal(
                f"the adviser was asked {self._uses} times, which is all it may be "
                f"(max_uses={self.max_uses}): decide yourself"
            )
        self._uses += 1
        with refusals():
            advice = await self._counsel.ask(self.model, question)
        if not advice:
            raise Refusal(f"the adviser, {self.model.model_id}, has said nothing: decide yourself")
        return TextMessage(advice)
