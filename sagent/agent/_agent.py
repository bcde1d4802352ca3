import threading
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import overload

import attrs

from sagent.actors import open_system
from sagent.agent._actor import AgentActor
from sagent.agent._dispatch import Dispatcher
from sagent.agent._event import Done, Emit, discard
from sagent.agent._mail import Prompt
from sagent.agent._output import Output
from sagent.agent._run import Run
from sagent.agent._state import AgentState
from sagent.errors import AgentBusyError, UsageError
from sagent.lib.json import JSON
from sagent.message import JsonMessage, Message, TextMessage
from sagent.model import Model, ModelRequest
from sagent.permission import AllowAll, Policy
from sagent.tool import Binding, Tool, ToolSpec, Validator, spec_of, validator_for

type Directive = str | Mapping[str, JSON] | JSON | TextMessage | JsonMessage
"""What to do: a JSON object with the key ``prompt``, frozen or not, or the prompt itself."""


def _tuple(tools: Iterable[Tool]) -> tuple[Tool, ...]:
    return tuple(tools)


def _at_least_one(_: object, attribute: "attrs.Attribute[int | None]", value: int | None) -> None:
    if value is not None and value < 1:
        raise UsageError(f"{attribute.name} is {value}: allow at least one")


@attrs.define(kw_only=True, eq=False)
class Agent:
    """A model with tools, a history and an inbox.

    `run` gives it something to do; what was said stays for the next run. Spawned into a system,
    it makes an actor with a history of its own, so one agent may be spawned many times.

    Args:
        model: what answers.
        system: what the model is told about itself, before all else.
        tools: what it may use; it works with its own copies.
        name: how other agents, people and logs call it.
        description: what it is for, in a line.
        max_tool_call_rounds: how often the model may be asked in one run; None for no limit.
        policy: what is asked before any tool runs.
        cwd: where its tools start; None for the process's directory.

    Raises:
        UsageError: two tools have one name, or a tool's schema is not one.
    """

    model: Model
    system: str = ""
    tools: tuple[Tool, ...] = attrs.field(
        default=(), converter=_tuple, on_setattr=attrs.setters.frozen
    )
    name: str = "Agent"
    description: str = "An AI agent."
    max_tool_call_rounds: int | None = attrs.field(default=None, validator=_at_least_one)
    policy: Policy = attrs.field(factory=AllowAll)
    cwd: Path | None = None
    _state: AgentState | None = attrs.field(default=None, init=False, repr=False)
    # A lock, since runs under asyncio are on threads of their own.
    _busy: threading.Lock = attrs.field(factory=threading.Lock, init=False, repr=False)
    _validators: Mapping[str, Validator] = attrs.field(init=False, repr=False)
    _specs: tuple[ToolSpec, ...] = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        self._validators = _validators(self.tools)
        self._specs = tuple(spec_of(tool) for tool in self.tools)

    @property
    def messages(self) -> tuple[Message, ...]:
        """The history of this agent's runs, oldest first."""
        return self._state.messages if self._state else ()

    @overload
    def run(self, directive: Directive) -> Run[TextMessage]: ...

    @overload
    def run(
        self, directive: Directive, *, output_schema: Mapping[str, object]
    ) -> Run[JsonMessage]: ...

    def run(
        self, directive: Directive, *, output_schema: Mapping[str, object] | None = None
    ) -> Run[TextMessage] | Run[JsonMessage]:
        """Give the agent something to do.

        Await the run for its final message, iterate over it for its events, or do both. It
        works under trio, and under asyncio, where it runs on a trio thread of its own. Either
        way it ends with its caller: cancelled, it leaves nothing behind.

        Args:
            directive: what to do.
            output_schema: a JSON Schema that the answer is to satisfy; the final message is then a
                JsonMessage that does. The vendor holds the model to it where it can, and an answer
                that does not fit is asked for again, twice at most.

        Raises:
            UsageError: there is no prompt in *directive*, or *output_schema* is no JSON Schema.
            AgentBusyError: awaited while another run of this agent goes on.
        """
        text = _prompt_in(directive)
        if output_schema is None:
            return Run(partial(self._run, Prompt(text), _as_it_is))
        output = Output.of(output_schema)

        def as_json(answer: TextMessage) -> JsonMessage:
            return JsonMessage(output.read(answer.content), parent_id=answer.parent_id)

        return Run(partial(self._run, Prompt(text, output=output), as_json))

    def actor(self) -> AgentActor:
        """Make an actor of this agent, with a history of its own."""
        return self._actor(AgentState.at(self.cwd), discard)

    async def _run[A: (TextMessage, JsonMessage)](
        self, prompt: Prompt, finish: Callable[[TextMessage], A], emit: Emit
    ) -> A:
        if not self._busy.acquire(blocking=False):
            raise AgentBusyError(
                f"{self.name} is in a run: wait for its end, or spawn the agent and message it"
            )
        try:
            state = self._state = self._state or AgentState.at(self.cwd)
            before = state.usage
            async with open_system() as system:
                ref = await system.spawn(_Once(self._actor(state, emit)), name=self.name)
                answer = finish(await ref.ask(prompt))
            await emit(Done(answer, state.usage - before))
            return answer
        finally:
            self._busy.release()

    def _actor(self, state: AgentState, emit: Emit) -> AgentActor:
        prompts = [text for tool in self.tools if (text := tool.prompt())]
        request = ModelRequest(
            messages=(),
            system="\n\n".join([self.system, *prompts] if self.system else prompts),
            tools=self._specs,
        )
        dispatcher = Dispatcher.of(
            self.tools,
            self._validators,
            binding=Binding(agent=self.name, workspace=state.workspace),
            policy=self.policy,
        )
        return AgentActor(
            self.model,
            request,
            state=state,
            dispatcher=dispatcher,
            max_rounds=self.max_tool_call_rounds,
            emit=emit,
        )


def _as_it_is(answer: TextMessage) -> TextMessage:
    return answer


@attrs.frozen
class _Once:
    """Hands out the actor of a run, whose state belongs to the agent."""

    _actor: AgentActor

    def actor(self) -> AgentActor:
        return self._actor


def _validators(tools: Iterable[Tool]) -> Mapping[str, Validator]:
    validators: dict[str, Validator] = {}
    for tool in tools:
        if isinstance(tool, type) or not hasattr(tool, "directive_schema"):
            raise UsageError(
                f"{tool!r} is no tool: pass an instance, or decorate the function with @tool"
            )
        if tool.name in validators:
            raise UsageError(f"two tools are named {tool.name}: give one of them another name")
        validators[tool.name] = validator_for(tool)
    return validators


def _prompt_in(directive: Directive) -> str:
    match directive:
        case str(text) | TextMessage(content=text):
            prompt: JSON = text
        case JsonMessage(content=Mapping() as content):
            prompt = content.get("prompt")
        case Mapping():
            prompt = directive.get("prompt")
        case _:
            prompt = None
    if not isinstance(prompt, str) or not prompt.strip():
        raise UsageError('there is no prompt: pass a text, or an object like {"prompt": TEXT}')
    return prompt
