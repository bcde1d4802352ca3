"""What an agent is told of the instructions for a file, when it first touches one."""

from collections.abc import Callable, Sequence
from pathlib import Path

import attrs

from sagent.lib.json import JSON
from sagent.message import (
    Message,
    MultipartMessage,
    TextMessage,
    get_directive,
    is_error,
    response_text,
)
from sagent.prompt import ConditionalRules, Rule

_FILE_TOOLS = frozenset({"Read", "Write", "Edit", "MultiEdit"})
_REMINDER = "[The project has instructions for {path}:]\n\n{text}"


@attrs.define(eq=False)
class Reminders:
    """Adds the rules for a file to the result of the tool that touched it, once each."""

    _rules: ConditionalRules
    _resolve: Callable[[str], Path]
    _given: list[Rule]
    """What the conversation has already; whoever goes on with it shares this."""

    def review(self, history: Sequence[Message]) -> None:
        """Let the rules be told again that *history*, the conversation from now on, has not."""
        if self._given:
            texts = [*map(response_text, history)]
            self._given[:] = [
                rule for rule in self._given if any(rule.text in text for text in texts)
            ]

    def added(self, tool: str, directive: Message, result: Message) -> Message:
        """Give *result* with the rules for the file that *tool* was called for."""
        if not self._rules.rules or tool not in _FILE_TOOLS or is_error(result):
            return result
        name: JSON = get_directive(directive).get("file_path")
        if not isinstance(name, str):
            return result
        path = self._resolve(name)
        rules = self._rules.for_path(path, given=self._given)
        if not rules:
            return result
        self._given += rules
        parts = result.content if isinstance(result, MultipartMessage) else (result,)
        told = (TextMessage(_REMINDER.format(path=name, text=rule.text)) for rule in rules)
        return MultipartMessage((*parts, *told), source=result.source)
