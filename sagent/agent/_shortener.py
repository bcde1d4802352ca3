"""Keeps the history within the window of the model."""

import logging
import sys
import time
from collections.abc import Callable, Sequence

import attrs
import trio

from sagent.agent._audience import Audience
from sagent.agent._blueprint import Blueprint
from sagent.agent._ending import raise_end
from sagent.agent._event import Compacted, Notice
from sagent.agent._file_texts import file_texts
from sagent.agent._state import AgentState
from sagent.compaction import (
    Ask,
    Attachments,
    ContextLimits,
    Recap,
    micro_compact,
    recent_files,
    recent_skills,
)
from sagent.errors import CompactionError, ModelError, SagentError, UsageError
from sagent.message import Message
from sagent.model import Model

_log = logging.getLogger(__name__)

_FITS_ALL_TOKENS = 1_500
"""A request that every model takes: nobody needs to look up a window for it."""
COLD_AFTER_S = 3600
"""After so long no vendor has a conversation in its cache any more."""
_MAX_FAILURES = 3
"""After so many failures in a row nothing is compacted unless somebody asks for it."""


@attrs.define(eq=False)
class Shortener:
    """Compacts the history of an agent: when it must be, and when it is asked to."""

    _blueprint: Blueprint
    _state: AgentState
    _audience: Audience
    _ask: Ask
    _review: Callable[[Sequence[Message]], object]
    _limits_of: Model | None = attrs.field(default=None, init=False)
    _limits: ContextLimits | None = attrs.field(default=None, init=False)
    _untold_guess: int | None = attrs.field(default=None, init=False)
    _failures: int = attrs.field(default=0, init=False)

    def try_anew(self) -> None:
        """Forget what failed: another history, or another model, may do."""
        self._failures = 0

    async def make_room(self) -> None:
        """Compact, if the next request would leave too little of the window."""
        if self._blueprint.compactor is None:
            return
        self._take_out_old_results()
        cap, tokens = self._state.max_request_tokens, self._state.meter.tokens
        if tokens <= _FITS_ALL_TOKENS or self._failures >= _MAX_FAILURES:
            return
        limits = await self.limits()
        if tokens > limits.compact_at // 2:
            await self._tell_guess()
        if tokens <= min(limits.compact_at, cap or limits.compact_at):
            return
        try:
            await self.compact("", why="the window was nearly full")
        except (CompactionError, ModelError) as error:  # the request may fit all the same
            self._failures += 1
            await self._audience.tell(Notice(f"the conversation was not compacted: {error}"))

    async def compact(self, instructions: str, *, why: str) -> Recap:
        """Replace the history by a recap of it.

        Raises:
            CompactionError: that was not possible; the history is as it was.
            ModelError: the call failed, likewise.
        """
        return await self._replace_by_recap(self._state.messages, instructions, why)

    async def recompact(self, instructions: str) -> Recap:
        """Make the last recap anew, out of what it was made of and what came since.

        Raises:
            UsageError: there was none.
            CompactionError: as for `compact`.
        """
        original = self._state.before_recap()
        return await self._replace_by_recap(original, instructions, "recompact")

    async def limits(self) -> ContextLimits:
        """Tell how the window of the agent's model is shared out."""
        model = self._state.model
        if self._limits is None or self._limits_of is not model:
            window = model.context_window
            if window is None:
                window = self._untold_guess = await _guessed_window(model.model_id)
            self._limits, self._limits_of = ContextLimits.of(window, None), model
        return self._limits

    async def _tell_guess(self) -> None:
        """Say once, when it begins to matter, that the window is a guess."""
        window, self._untold_guess = self._untold_guess, None
        if window is not None:
            name = self._state.model.model_id
            await self._audience.tell(
                Notice(f"the window of {name} is not known: taken as {window} tokens")
            )

    async def _replace_by_recap(
        self, history: tuple[Message, ...], instructions: str, why: str
    ) -> Recap:
        compactor = self._blueprint.compactor
        if compactor is None:
            raise UsageError(f"{self._blueprint.name} has no compactor: give the agent one")
        limits, attachments = await self.limits(), await self._attachments(history)
        try:
            recap = await compactor.compact(
                history,
                ask=self._ask,
                limits=limits,
                instructions=instructions,
                attachments=attachments,
                template=self._blueprint.head,
                meter=self._state.meter.with_history(history),
            )
        except SagentError:
            raise
        except BaseException as error:  # it may be anybody's
            raise_end(error, "the compactor")
            _log.warning("the compactor of %s failed", self._blueprint.name, exc_info=error)
            raise CompactionError(
                f"the compactor failed: {type(error).__name__}: {error}"
            ) from error
        self._state.compact(recap.messages, history, why)
        self._review(self._state.messages)
        self._failures = 0
        await self._audience.tell(
            Compacted(
                content=recap.text,
                tokens_before=recap.tokens_before,
                tokens_after=recap.tokens_after,
            )
        )
        return recap

    def _take_out_old_results(self) -> None:
        shorter = micro_compact(
            self._state.history,
            clearable=self._blueprint.toolbox.clearable,
            now_ns=time.time_ns(),
            last_response_ns=self._state.last_response_ns,
            cold_after_s=COLD_AFTER_S,
        )
        if shorter is not None:
            self._state.rewrite(shorter, "old results of tools")
            self._review(self._state.messages)

    async def _attachments(self, history: tuple[Message, ...]) -> Attachments:
        session = self._state.session
        workspace = self._state.workspace
        texts = await trio.to_thread.run_sync(file_texts, workspace, recent_files(history))
        transcript = session.directory / "session.jsonl" if session is not None else None
        return Attachments(
            transcript=transcript,
            files=texts,
            skills=recent_skills(history),
            plan=self._state.plan,
        )


async def _guessed_window(model_id: str) -> int:
    providers = sys.modules.get("sagent.providers")
    if not hasattr(providers, "guess_window"):  # to load them takes long for a task
        return await trio.to_thread.run_sync(_load_and_guess, model_id)
    return _load_and_guess(model_id)


def _load_and_guess(model_id: str) -> int:
    from sagent.providers import guess_window  # noqa: PLC0415  # few models are unknown

    return guess_window(model_id)
