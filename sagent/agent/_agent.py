import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, overload

import attrs

from sagent.actors import Ref, System
from sagent.agent._actor import AgentActor, Farewell
from sagent.agent._answerer import Answerer
from sagent.agent._blueprint import Blueprint
from sagent.agent._directive import Directive, prompt_in
from sagent.agent._event import Done, Emit, discard
from sagent.agent._household import Standing
from sagent.agent._limits import AgentLimits
from sagent.agent._line import Line
from sagent.agent._lives import Lives
from sagent.agent._living import living
from sagent.agent._mail import Mail, Prompt
from sagent.agent._offspring import Offspring
from sagent.agent._options import absolute, as_tuple, check_count, check_model
from sagent.agent._output import Output, as_it_is
from sagent.agent._resume import begin
from sagent.agent._run import Run
from sagent.agent._share import Share
from sagent.agent._state import AgentState
from sagent.agent._system_thread import UNNAMED, Home, lodging
from sagent.agent._toolbox import Toolbox
from sagent.budget import Budget
from sagent.checkpoint import Limits
from sagent.compaction import Compactor, SummaryCompactor, system_tokens
from sagent.errors import AgentBusyError, SessionError, UsageError
from sagent.message import JsonMessage, Message, TextMessage
from sagent.model import Effort, Model, ModelRequest
from sagent.permission import AllowAll, Policy
from sagent.prompt import ConditionalRules
from sagent.session import Session, Spending
from sagent.tool import Tool


def _pass_on[V](agent: "Agent", attribute: "attrs.Attribute[V]", value: V) -> V:
    """Let the next run have what a program sets between two."""
    if agent._state is not None:  # noqa: SLF001  # a hook of the class's own
        setattr(agent._state, attribute.name, value)  # noqa: SLF001  # the same
    return value


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
        extra_dirs: directories that belong to its workspace beside *cwd*: symbolic links there
            may lead its file tools to these.
        session: where the conversation is kept, and goes on from; None to keep it in memory.
        checkpoints: how much of the files in *cwd* goes with the session, as they were before tools
            changed them; None for nothing, where no rewind is to bring files back.
        rules: instructions for files, which the agent is told as it touches them.
        compactor: what makes the history short before it outgrows the model's window; None to
            let it grow.
        answerer: who answers what it asks people; None for nobody.
        budget: what it may spend, alone or with others that have a share of it; None for no limit.
        limits: how many agents it may start, and how far below.
        effort: how hard its model is to think; None for the model's own.
        max_response_tokens: what one response of the model may have; None for the model's limit.

    Raises:
        UsageError: *model* is none, two tools have one name, or what a tool declares of itself
            cannot be meant.
    """

    model: Model = attrs.field(validator=check_model, on_setattr=[attrs.setters.validate, _pass_on])
    system: str = ""
    tools: tuple[Tool, ...] = attrs.field(
        default=(), converter=as_tuple, on_setattr=attrs.setters.frozen
    )
    name: str = UNNAMED
    description: str = "An AI agent."
    max_tool_call_rounds: int | None = attrs.field(default=None, validator=check_count)
    policy: Policy = attrs.field(factory=AllowAll)
    cwd: Path | None = None
    extra_dirs: tuple[Path, ...] = attrs.field(default=(), converter=absolute)
    session: Session | None = attrs.field(default=None, on_setattr=attrs.setters.frozen)
    checkpoints: Limits | None = attrs.field(factory=Limits)
    compactor: Compactor | None = attrs.field(factory=SummaryCompactor)
    rules: ConditionalRules = attrs.field(factory=ConditionalRules)
    answerer: Answerer | None = None
    budget: Budget | None = None
    limits: AgentLimits = attrs.field(factory=AgentLimits, on_setattr=attrs.setters.frozen)
    effort: Effort | None = attrs.field(default=None, on_setattr=_pass_on)
    max_response_tokens: int | None = attrs.field(
        default=None, validator=check_count, on_setattr=[attrs.setters.validate, _pass_on]
    )
    _state: AgentState | None = attrs.field(default=None, init=False, repr=False)
    _share: Share | None = attrs.field(default=None, init=False, repr=False)
    # A lock, since runs under asyncio are on threads of their own.
    _busy: threading.Lock = attrs.field(factory=threading.Lock, init=False, repr=False)
    _toolbox: Toolbox = attrs.field(init=False, repr=False)
    _below: Toolbox | None = attrs.field(default=None, init=False, repr=False)
    _latest: Blueprint | None = attrs.field(default=None, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        self._equip(Toolbox.of(self.tools, self.limits))

    def _equip(self, toolbox: Toolbox) -> None:
        self._toolbox = toolbox
        object.__setattr__(self, "tools", toolbox.tools)  # a frozen field, on its first day

    @property
    def messages(self) -> tuple[Message, ...]:
        """The history of this agent's runs, oldest first.

        It is empty before the first run, with a session, too; and what was spawned has a history
        of its own, which is not here.
        """
        return self._state.messages if self._state else ()

    @overload
    def run(
        self, directive: Directive, *, output_schema: None = None, system: Home | None = None
    ) -> Run[TextMessage]: ...

    @overload
    def run(
        self,
        directive: Directive,
        *,
        output_schema: Mapping[str, object],
        system: Home | None = None,
    ) -> Run[JsonMessage]: ...

    @overload
    def run(
        self,
        directive: Directive,
        *,
        output_schema: Mapping[str, object] | None,
        system: Home | None = None,
    ) -> Run[TextMessage] | Run[JsonMessage]: ...

    @overload
    def run[T](
        self, directive: Directive, *, output_type: type[T], system: Home | None = None
    ) -> Run[T]: ...

    @overload
    def run(
        self, directive: Directive, *, output_type: object, system: Home | None = None
    ) -> Run[Any]: ...  # Any: Python has no type of unions and Literals yet

    def run(
        self,
        directive: Directive,
        *,
        output_schema: Mapping[str, object] | None = None,
        output_type: object = None,
        system: Home | None = None,
    ) -> Run[TextMessage] | Run[JsonMessage] | Run[Any]:  # Any: the overloads say which
        """Give the agent something to do.

        Await the run for its final message, iterate over it for its events, or do both. It
        works under trio, and under asyncio, where it runs on a trio thread of its own. Either
        way it ends with its caller: cancelled, it leaves nothing behind.

        Args:
            directive: what to do.
            output_schema: a JSON Schema that the answer is to satisfy; the final message is then a
                JsonMessage that does. The vendor holds the model to it where it can, and an answer
                that does not fit is asked for again, twice at most.
            output_type: what the answer is to become: an attrs class, a dataclass, a TypedDict, a
                model of pydantic, a list of one, a union, an enum, or another annotation of those
                that tools take. It says the schema, what its validators refuse is asked for again,
                too, and the run gives a value in place of a message; for str it is the text of the
                answer. A union, a Literal or an alias gives what a checker takes for Any.
            system: where the agent lives for the length of the run, beside others that it can
                talk to and whose providers' connections it shares; None for a system of its own.
                Under trio that is a System, where an agent that was given a name has that; under
                asyncio it is a SystemThread, and its name has a number.

        Raises:
            UsageError: there is no prompt in *directive*, *output_schema* is no JSON Schema, or
                *output_type* is not made of JSON; awaited where *system* is not.
            AgentBusyError: awaited while another run of this agent goes on.
            NameTaken: awaited while an actor of *system* holds the agent's name.
            SessionError: awaited when the agent's session is closed, or cannot be read.
        """
        prompt, line = attrs.evolve(prompt_in(directive), until_idle=True), Line()
        if output_type is not None:
            if output_schema is not None:
                raise UsageError("output_type has its own schema: leave out output_schema")
            if output_type is str:
                return Run(partial(self._run_text, line, prompt, system), line.post, system)
            output = Output.of_type(output_type)
            prompt = attrs.evolve(prompt, output=output)
            work = partial(self._run_typed, line, prompt, output, system)
            return Run(work, line.post, system)
        if output_schema is None:
            return Run(partial(self._run, line, prompt, as_it_is, system), line.post, system)
        output = Output.of(output_schema)
        prompt = attrs.evolve(prompt, output=output)
        return Run(partial(self._run, line, prompt, output.of_answer, system), line.post, system)

    def actor(self) -> AgentActor:
        """Make an actor of this agent.

        It has a history of its own; but that of an agent with a session is the session's, which
        one actor or run writes at a time.
        """
        return self._actor(discard)

    def living(
        self, system: System, *, emit: Emit = discard
    ) -> AbstractAsyncContextManager[Ref[Mail]]:
        """Let an actor of this agent live in *system*, under its name, for the length of a block.

        Args:
            system: where it lives.
            emit: is told what a run would give, and waited for, but for the end of a turn, which is
                told to whoever asked.
        """
        return living(self._actor(emit), self.name, system)

    def _actor(self, emit: Emit) -> AgentActor:
        blueprint = self._blueprint()
        claim = nullcontext() if self.session is None else self._claimed()
        return AgentActor(
            blueprint,
            partial(self._begin, blueprint),
            emit=emit,
            claim=claim,
            standing=Standing.first(self.limits),
        )

    def _bear(self, offspring: Offspring) -> Lives:
        """Make an agent that is like this one, but for what *offspring* says."""
        child = Agent(
            model=offspring.model,
            system=self.system if offspring.system is None else offspring.system,
            name=offspring.name,
            description=offspring.description,
            max_tool_call_rounds=offspring.max_rounds or self.max_tool_call_rounds,
            policy=self.policy,
            cwd=offspring.cwd,
            extra_dirs=offspring.extra_dirs,
            session=offspring.session,
            checkpoints=self.checkpoints,
            compactor=self.compactor,
            rules=self.rules,
            budget=offspring.share.budget,
            limits=offspring.standing.limits,
            effort=offspring.effort,
            max_response_tokens=self.max_response_tokens,
        )
        child._share = offspring.share
        child._equip(self._toolbox_below(offspring.tools, child.limits))
        parent = offspring.standing.parent
        assert parent is not None, "who is born has one"
        life = partial(child._life, offspring.standing)
        return Lives(life, offspring.name, parent, child._spent, offspring.share)

    def _toolbox_below(self, tools: Sequence[Tool], limits: AgentLimits) -> Toolbox:
        """Give all children that have the same tools the same toolbox."""
        below = self._below
        if below is None or not below.is_of(tools, limits):
            self._below = below = Toolbox.of(tools, limits, self._toolbox)
        return below

    def _spent(self) -> Spending:
        state = self._state
        return Spending() if state is None else state.spent + state.ended_below

    def _life(self, standing: Standing, farewell: Farewell) -> AgentActor:
        blueprint = self._blueprint()
        return AgentActor(
            blueprint,
            partial(self._go_on, blueprint),
            emit=discard,
            claim=nullcontext(),
            standing=standing,
            farewell=farewell,
        )

    def _go_on(self, blueprint: Blueprint) -> AgentState:
        if self._state is None or self.session is not None:
            self._state = self._begin(blueprint)
            self._state.share = self._share
        else:
            self._state.mend()
        return self._state

    async def _run[A: (TextMessage, JsonMessage)](
        self,
        line: Line,
        prompt: Prompt,
        finish: Callable[[TextMessage], A],
        system: Home | None,
        emit: Emit,
    ) -> A:
        home, name = lodging(system, self.name)
        with self._claimed():
            blueprint = self._blueprint()
            state = self._state = self._state or self._begin(blueprint)
            before = state.spent
            actor = AgentActor(
                blueprint,
                lambda: state,
                emit=emit,
                claim=nullcontext(),
                standing=Standing.first(self.limits),
            )
            try:
                async with living(actor, name, home) as ref:
                    line.open(ref)
                    answer = finish(await ref.ask(prompt, lane="front"))
            finally:
                line.close()
                self.model, self.effort = state.model, state.effort
            await emit(Done(answer, *state.spent_since(before)))
            return answer

    async def _run_typed(
        self, line: Line, prompt: Prompt, output: Output, system: Home | None, emit: Emit
    ) -> object:
        return output.made(await self._run(line, prompt, output.of_answer, system, emit))

    async def _run_text(self, line: Line, prompt: Prompt, system: Home | None, emit: Emit) -> str:
        return (await self._run(line, prompt, as_it_is, system, emit)).content

    @contextmanager
    def _claimed(self) -> Generator[None]:
        if self.session is not None and self.session.closed:
            raise SessionError(
                f"the session {self.session.id} of {self.name} is closed, so nothing would be "
                "kept: open it again, for as long as the agent lives"
            )
        if not self._busy.acquire(blocking=False):
            raise AgentBusyError(
                f"{self.name} is in a run: wait for its end, end one that is left early by "
                "`async with`, or spawn the agent and message it"
            )
        try:
            yield
        finally:
            self._busy.release()

    def _begin(self, blueprint: Blueprint) -> AgentState:
        state = begin(blueprint, self.model, self.session)
        state.effort, state.max_response_tokens = self.effort, self.max_response_tokens
        for path in self.extra_dirs:
            state.workspace.add_root(path)
        return state

    def _blueprint(self) -> Blueprint:
        """Give all actors, which may be many, the same one until the agent is another."""
        prompts = [text for tool in self.tools if (text := tool.prompt())]
        system = "\n\n".join([self.system, *prompts] if self.system else prompts)
        blueprint = Blueprint(
            name=self.name,
            cwd=self.cwd,
            head=ModelRequest(messages=(), system=system, tools=self._toolbox.specs),
            head_tokens=system_tokens(system) + self._toolbox.tokens,
            toolbox=self._toolbox,
            policy=self.policy,
            max_rounds=self.max_tool_call_rounds,
            answerer=self.answerer,
            budget=self.budget,
            checkpoints=self.checkpoints,
            compactor=self.compactor,
            rules=self.rules,
            bear=self._bear,
        )
        latest = self._latest
        if latest is None or latest != blueprint:
            self._latest = latest = blueprint
        return latest
