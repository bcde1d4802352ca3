from collections.abc import Generator
from contextlib import contextmanager

import attrs

from sagent.agent import AgentBinding, Colleagues
from sagent.errors import SagentError
from sagent.tool import Binding
from sagent.tools._builtin import BuiltinTool
from sagent.tools._refusal import Refusal


@attrs.define(eq=False)
class ColleagueTool(BuiltinTool):
    """A tool that reaches other agents."""

    _colleagues: Colleagues | None = attrs.field(default=None, init=False)

    @property
    def colleagues(self) -> Colleagues:
        """The other agents.

        Raises:
            Refusal: the tool belongs to no agent that runs.
        """
        if self._colleagues is None:
            raise Refusal(f"{self.name} works only within an agent: give it to one")
        return self._colleagues

    @property
    def supports_microcompaction(self) -> bool:
        """What others have said cannot be had again."""
        return False

    def take(self, binding: Binding) -> None:
        """Take the other agents, too."""
        super().take(binding)
        if isinstance(binding, AgentBinding):
            self._colleagues = binding.colleagues


@contextmanager
def refusals() -> Generator[None]:
    """Tell the model what could not be done; all such errors say so in a line."""
    try:
        yield
    except Refusal:
        raise
    except SagentError as error:
        raise Refusal(str(error)) from error
