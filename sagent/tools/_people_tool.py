import attrs

from sagent.tool import Binding, People
from sagent.tools._builtin import BuiltinTool
from sagent.tools._refusal import Refusal


@attrs.define(eq=False)
class PeopleTool(BuiltinTool):
    """A tool that turns to the people its agent works for."""

    _people: People | None = attrs.field(default=None, init=False)

    @property
    def people(self) -> People:
        """The agent's way to them.

        Raises:
            Refusal: the tool belongs to no agent that runs.
        """
        if self._people is None:
            raise Refusal(f"{self.name} works only within an agent: give it to one")
        return self._people

    @property
    def supports_microcompaction(self) -> bool:
        """What was shown and said stays in the conversation: it cannot be had again."""
        return False

    def take(self, binding: Binding) -> None:
        """Take the agent's way to people, too."""
        super().take(binding)
        self._people = binding.people
