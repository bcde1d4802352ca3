from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import ClassVar, Self, final

import attrs

from sagent._async_library import check_trio
from sagent.errors import ProcessError, UsageError
from sagent.lib.json import JSON, json_freeze
from sagent.message import Message, error_message, get_directive, tool_descriptor
from sagent.tool import Binding, Concurrency, Effect, Workspace
from sagent.tools._arguments import Arguments
from sagent.tools._refusal import Refusal

_SUMMARY_CHARS = 80

type Work = Callable[[Arguments, Workspace], Awaitable[Message]]
"""Does what a directive asks for, or raises `Refusal`."""


@attrs.frozen(kw_only=True, eq=False)
class Card:
    """What a built-in tool says of itself."""

    name: str
    description: str
    directive_schema: JSON = attrs.field(converter=json_freeze)
    effects: frozenset[Effect]
    concurrency: Concurrency
    subjects: tuple[str, ...]
    """The parameters that tell people what a call is about; the first one given counts."""


@attrs.define(eq=False)
class BuiltinTool(ABC):
    """A tool that works in its agent's workspace.

    One that no agent has taken in works in a workspace of its own, which starts at the current
    directory of its first use.
    """

    card: ClassVar[Card]

    _workspace: Workspace | None = attrs.field(default=None, init=False)

    @property
    def name(self) -> str:
        """The name the model calls it by, which is its class's."""
        return self.card.name

    @property
    def tool_id(self) -> str:
        """The descriptor of its directives."""
        return tool_descriptor(self.card.name)

    @property
    def description(self) -> str:
        """What the model is told of it."""
        return self.card.description

    @property
    def directive_schema(self) -> JSON:
        """The JSON Schema of its directive."""
        return self.card.directive_schema

    @property
    def effects(self) -> frozenset[Effect]:
        """What it may do to the world."""
        return self.card.effects

    @property
    def concurrency(self) -> Concurrency:
        """Whether it may run beside the other calls of the same response."""
        return self.card.concurrency

    @property
    def supports_microcompaction(self) -> bool:
        """Its old results may be dropped: they can be had again."""
        return True

    @final
    def bind(self, binding: Binding) -> Self:
        """Make a copy that works in the workspace of *binding*."""
        copy = attrs.evolve(self)
        copy.take(binding)
        return copy

    def take(self, binding: Binding) -> None:
        """Take what this copy needs out of *binding*."""
        self._workspace = binding.workspace

    def prompt(self) -> str | None:
        """Add nothing to the system prompt: the description says it all."""
        return None

    def summary(self, msg: Message) -> str:
        """Name the tool and what it is called for, in one line."""
        try:
            directive = get_directive(msg)
        except UsageError:
            return self.name
        subject = next((directive[name] for name in self.card.subjects if directive.get(name)), "")
        line = " ".join(str(subject).split())
        return f"{self.name} {line[:_SUMMARY_CHARS]}".rstrip()

    @final
    async def run(self, msg: Message) -> Message:
        """Do the work; what cannot be done is told in a ``text/x-error``."""
        return await self._answer(msg, self._work)

    async def _answer(self, msg: Message, work: Work) -> Message:
        """Do *work* with the directive in *msg*; what cannot be done is told."""
        check_trio(f"the tool {self.name}")
        if self._workspace is None:
            self._workspace = Workspace()
        try:
            return await work(Arguments(get_directive(msg)), self._workspace)
        except OSError as error:
            return error_message(f"{error.filename or self.name}: {error.strerror or error}")
        except (Refusal, UsageError, ProcessError) as error:
            return error_message(str(error))

    @abstractmethod
    async def _work(self, arguments: Arguments, workspace: Workspace) -> Message:
        """Do the work, or raise `Refusal`."""
