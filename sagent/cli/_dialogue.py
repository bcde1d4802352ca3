"""A conversation with a program, a line of JSON for each thing that either says."""

from collections import deque
from collections.abc import Awaitable, Callable
from typing import Literal, assert_never

import attrs
import trio

from sagent.actors import Ref
from sagent.agent import Agent, AgentStatus, Done, GetStatus, Mail, Output, Prompt
from sagent.agent import Interrupt as InterruptTurn
from sagent.cli._image_file import load_images
from sagent.cli._input_line import End, InputLine, Interrupt, Reply, Say, Steer, read_line
from sagent.cli._line_answerer import LineAnswerer
from sagent.cli._line_reader import MOST_LINE_BYTES, Line, LineReader
from sagent.cli._printer import Mark
from sagent.cli._streams import complain
from sagent.cli._voice import Voice
from sagent.errors import ActorError, RunInterruptedError, SagentError, UsageError
from sagent.message import JsonMessage, TextMessage
from sagent.tools._attach import attach, place_for
from sagent.tools._mention import Mention

MOST_WAITING = 1000
"""How many prompts may wait for those before them."""


@attrs.frozen
class _Waiting:
    prompt: Prompt
    mark: Mark


@attrs.define(eq=False)
class Dialogue:
    """Sees to one program that talks to one agent; prompts are answered in their order.

    Attributes:
        failed: whether a line was none, or could not be done.
    """

    _ref: Ref[Mail]
    _agent: Agent
    _output: Output | None
    _voice: Voice
    _answerer: LineAnswerer
    _on_first_prompt: Callable[[], object]
    failed: bool = attrs.field(default=False, init=False)
    _said_any: bool = attrs.field(default=False, init=False)
    _waiting: deque[_Waiting] = attrs.field(factory=deque[_Waiting], init=False)
    _in_hand: Literal["asked", "answered"] | None = attrs.field(default=None, init=False)
    """How far the first prompt has come whose answer is not printed yet."""
    _over: bool = attrs.field(default=False, init=False)
    _changed: trio.Event = attrs.field(factory=trio.Event, init=False)

    async def hold(self) -> None:
        """Do what the lines of standard input say until the last of them is done.

        Raises:
            UsageError: there were none.
            ActorError: the agent has ended by itself.
            OSError: nothing can be printed any more.
        """
        failures: list[Exception] = []

        async def attempt(work: Callable[[], Awaitable[None]]) -> None:
            try:
                await work()
            except Exception as error:  # noqa: BLE001  # raised below, where no nursery groups it
                failures.append(error)
                nursery.cancel_scope.cancel()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(attempt, self._voice.print_all)
            nursery.start_soon(attempt, self._read)
            await attempt(self._answer_all)
            await self._voice.finish()
            nursery.cancel_scope.cancel()
        if failures:
            raise failures[0]

    async def _read(self) -> None:
        reader, said_any = LineReader(), False
        while not self._over and (line := await reader.next()) is not None:
            if line.text is None or line.text.strip():
                said_any = True
                await self._take(line)
        if not said_any:
            raise UsageError('no input on standard input: write a line there, {"prompt": TEXT}')
        self._over = True
        self._answerer.close()
        self._changed.set()

    async def _take(self, line: Line) -> None:
        mark: Mark = {"line": line.number}
        try:
            if line.text is None:
                raise UsageError(f"it is longer than {MOST_LINE_BYTES:,} bytes: send less at once")
            said = read_line(line.text)
            if isinstance(said, Say) and said.id is not None:
                mark = {**mark, "id": said.id}
            await self._heed(said, mark)
        except SagentError as error:
            await self._fail(error, mark)

    async def _heed(self, said: InputLine, mark: Mark) -> None:
        match said:
            case Steer(prompt=text) if self._in_hand == "asked":
                self._ref.tell(Prompt(text), lane="front")
            case Steer(prompt=text):
                self._put(_Waiting(self._asked(Prompt(text)), mark))
            case Say():
                self._put(_Waiting(self._asked(await self._prompt(said)), mark))
            case Reply(question=question, answer=answer):
                self._answerer.give(question, answer)
            case Interrupt():
                await self._interrupt()
            case End():
                self._over = True
            case _:
                assert_never(said)

    def _asked(self, prompt: Prompt) -> Prompt:
        return attrs.evolve(prompt, output=self._output, until_idle=True)

    async def _prompt(self, said: Say) -> Prompt:
        place, model = place_for(self._agent), self._agent.model
        images = await trio.to_thread.run_sync(
            load_images, said.images, model, abandon_on_cancel=True
        )
        files = await attach([(Mention(file),) for file in said.files], place, model)
        if len(files.rows) < len(set(said.files)):
            there = files.faults[0] if files.faults else f"not all of {', '.join(said.files)} exist"
            raise UsageError(there)
        return Prompt(said.prompt, attachments=(*images, *files.parts), seen=files.seen)

    def _put(self, waiting: _Waiting) -> None:
        if len(self._waiting) == MOST_WAITING:
            raise UsageError(f"{MOST_WAITING} prompts wait: send it again when some are answered")
        if not self._said_any:
            self._said_any = True
            self._on_first_prompt()
        self._waiting.append(waiting)
        self._changed.set()

    async def _interrupt(self) -> None:
        """Give up the first prompt that has no answer yet."""
        if self._in_hand == "asked":
            self._ref.tell(InterruptTurn(), lane="front")
        elif self._waiting and self._in_hand is None:
            gone = RunInterruptedError("the turn was interrupted before it began")
            await self._voice.tell(gone, self._waiting.popleft().mark)

    async def _answer_all(self) -> None:
        before = await self._ref.ask(GetStatus(), lane="front")
        while (waiting := await self._next()) is not None:
            before = await self._answer(waiting, before)
            self._in_hand = None

    async def _next(self) -> _Waiting | None:
        while not self._waiting and not self._over:
            self._changed = trio.Event()
            await self._changed.wait()
        return self._waiting.popleft() if self._waiting else None

    async def _answer(self, waiting: _Waiting, before: AgentStatus) -> AgentStatus:
        self._in_hand = "asked"
        try:
            answer = await self._ref.ask(waiting.prompt, lane="front")
            message = answer if self._output is None else self._output.of_answer(answer)
        except ActorError:
            raise  # there is nobody to ask any more
        except SagentError as error:
            self._in_hand = "answered"
            await self._fail(error, waiting.mark)
            return await self._ref.ask(GetStatus(), lane="front")
        self._in_hand = "answered"
        after = await self._ref.ask(GetStatus(), lane="front")
        await self._voice.tell(_done(message, before, after), waiting.mark)
        return after

    async def _fail(self, error: SagentError, mark: Mark) -> None:
        await self._voice.tell(error, mark)
        if not isinstance(error, RunInterruptedError):  # it was asked for
            self.failed = True
            complain(f"line {mark['line']}: {error}")


def _done(message: TextMessage | JsonMessage, before: AgentStatus, after: AgentStatus) -> Done:
    unpriced = after.unpriced_calls > before.unpriced_calls
    cost_usd = None if unpriced else after.cost_usd - before.cost_usd
    return Done(message, after.usage - before.usage, cost_usd)
