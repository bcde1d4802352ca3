import attrs

from sagent.tool import AgentControl, Binding
from sagent.tools._builtin import BuiltinTool
from sagent.tools._refusal import Refusal


@attrs.define(eq=False)
class AgentTool(BuiltinTool):
    """A tool that acts on the agent that it is bound to."""

    _control: AgentControl | None = attrs.field(default=None, init=False)

    @property
    def control(self) -> AgentControl:
        """The agent's own means.

        Raises:
            Refusal: the tool belongs to no agent that runs.
        """
        if self._control is None:
            raise Refusal(f"{self.name} works only within an agent: give it to one")
        return self._control

    def take(self, binding: Binding) -> None:
        """Take the agent's means, too."""
        super().take(binding)
        self._control = binding.control
