"""Handlers and senders that do what they should not: all ends, no task is left, nothing is lost."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import assert_never

import attrs
import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import Actor, DeadLetter, Event, Exit, Ref, Request, System, open_system
from sagent.errors import ActorCrashed, ActorStopped

pytestmark = pytest.mark.usefixtures("any_schedule")


@attrs.frozen
class Call(Request[object]):
    """Lets the actor call a function; what that returns is the answer."""

    function: Callable[[], Awaitable[object]]


class Caller(Actor[Call]):
    async def receive(self, message: Call) -> object:
        return await message.function()


async def greet() -> str:
    return "hello"


HELLO = Call(greet)


type Letters = list[tuple[object, str]]


@asynccontextmanager
async def open_clean_system(letters: Letters) -> AsyncGenerator[System]:
    """Open a system whose dead letters are noted, and which is to leave no task behind."""

    def note(event: Event) -> None:
        if isinstance(event, DeadLetter):
            letters.append((event.message, event.reason))

    tasks_before = trio.lowlevel.current_statistics().tasks_living
    try:
        async with open_system() as system:
            listening = system.events.listen(note)  # to the end of the block
            listening.__enter__()
            yield system
    finally:
        assert trio.lowlevel.current_statistics().tasks_living == tasks_before


async def ask_in_vain(ref: Ref[Call], call: Call) -> None:
    with pytest.raises(ActorStopped):
        await ref.ask(call)


@pytest.mark.parametrize("leaves", [[ValueError(1)], [ValueError(1), KeyError(2)]])
async def test_a_group_that_a_handler_raises_is_its_crash_whole(
    autojump_clock: MockClock, leaves: list[Exception]
) -> None:
    group = ExceptionGroup("of the handler", leaves)
    letters: Letters = []

    async def fail() -> None:
        raise group

    async with open_clean_system(letters) as system:
        caller = await system.spawn(Caller)
        with pytest.raises(ActorCrashed) as caught:
            await caller.ask(Call(fail))

        end = await caller.closed()
        assert end.reason == "crashed"
        assert end.error is caught.value.__cause__
        assert pytest.RaisesGroup(*map(type, leaves)).matches(end.error)
    assert letters == [(Call(fail), "crashed")]


@pytest.mark.parametrize("how", [Ref[Call].stop, Ref[Call].kill], ids=["stop", "kill"])
async def test_of_a_group_of_cancelled_and_an_error_the_error_is_the_crash(
    autojump_clock: MockClock, how: Callable[[Ref[Call]], None]
) -> None:
    letters: Letters = []

    async def clean_up_badly() -> None:
        try:
            await trio.sleep_forever()
        finally:
            raise ValueError("in the clean-up")

    async def work_in_two_tasks() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(clean_up_badly)
            nursery.start_soon(trio.sleep_forever)

    call = Call(work_in_two_tasks)
    async with open_clean_system(letters) as system, trio.open_nursery() as nursery:
        caller = await system.spawn(Caller)
        nursery.start_soon(ask_in_vain, caller, call)
        await wait_all_tasks_blocked()
        caller.tell(HELLO)
        how(caller)

        end = await caller.closed()
        assert end.reason == "crashed"
        assert pytest.RaisesGroup(ValueError, flatten_subgroups=True).matches(end.error)
    assert {(call, "stopped"), (HELLO, "stopped")} == set(letters)
    assert len(letters) == 2


@pytest.mark.parametrize("end_of_something", [trio.EndOfChannel, StopAsyncIteration])
async def test_the_end_of_some_other_channel_is_a_crash_and_no_end_in_peace(
    autojump_clock: MockClock, end_of_something: type[Exception]
) -> None:
    letters: Letters = []

    async def read_too_far() -> None:
        raise end_of_something

    async with open_clean_system(letters) as system:
        caller = await system.spawn(Caller)
        caller.tell(Call(read_too_far))

        end = await caller.closed()
        assert (end.reason, type(end.error)) == ("crashed", end_of_something)
    assert letters == [(Call(read_too_far), "crashed")]


async def test_the_end_of_the_process_passes_every_actor_and_the_block(
    autojump_clock: MockClock,
) -> None:
    letters: Letters = []

    async def leave() -> None:
        raise SystemExit(3)

    async def open_and_leave() -> None:
        async with open_clean_system(letters) as system:
            sibling = await system.spawn(Caller)
            sibling.tell(Call(trio.sleep_forever))
            caller = await system.spawn(Caller)
            caller.tell(Call(leave))
            caller.tell(HELLO)
            await trio.sleep_forever()

    with pytest.RaisesGroup(SystemExit, flatten_subgroups=True):
        await open_and_leave()

    expected = {Call(trio.sleep_forever), Call(leave), HELLO}
    assert {message for message, _ in letters} == expected
    assert len(letters) == 3


class Stubborn:
    """Swallows Cancelled, so many times."""

    def __init__(self, times: int) -> None:
        self.times = times

    async def work(self) -> str:
        while self.times > 0:
            try:
                await trio.sleep_forever()
            except trio.Cancelled:
                self.times -= 1
        return "swallowed"


async def test_a_kill_ends_an_actor_that_swallows_cancelled(autojump_clock: MockClock) -> None:
    letters: Letters = []
    call = Call(Stubborn(1).work)
    async with open_clean_system(letters) as system, trio.open_nursery() as nursery:
        caller = await system.spawn(Caller)
        nursery.start_soon(ask_in_vain, caller, call)
        await wait_all_tasks_blocked()
        caller.kill()

        assert await caller.closed() == Exit("killed")
    assert letters == [(call, "stopped")]


async def test_an_actor_that_swallows_the_end_of_its_grace_may_answer_and_has_stopped(
    autojump_clock: MockClock,
) -> None:
    answers: list[object] = []
    letters: Letters = []

    async def ask() -> None:
        answers.append(await caller.ask(Call(Stubborn(1).work)))

    async with open_clean_system(letters) as system, trio.open_nursery() as nursery:
        caller = await system.spawn(Caller, shutdown_s=2)
        nursery.start_soon(ask)
        await wait_all_tasks_blocked()
        caller.stop()

        assert await caller.closed() == Exit("stopped")
        assert trio.current_time() == 2
    assert (answers, letters) == (["swallowed"], [])


async def test_an_actor_that_swallows_cancelled_for_ever_keeps_its_own_end_waiting_alone(
    autojump_clock: MockClock,
) -> None:
    letters: Letters = []
    stubborn = Stubborn(10_000)  # for ever, as far as the test lasts
    call = Call(stubborn.work)
    async with open_clean_system(letters) as system, trio.open_nursery() as nursery:
        sibling = await system.spawn(Caller)
        caller = await system.spawn(Caller, name="caller")
        nursery.start_soon(ask_in_vain, caller, call)
        await wait_all_tasks_blocked()
        caller.kill()

        for _ in range(10):
            assert await sibling.ask(HELLO) == "hello"
        assert caller.alive
        assert str(system.tree().children[1]) == "caller stopping"
        assert letters == [(call, "stopped")]

        stubborn.times = 0
        assert await caller.closed() == Exit("killed")


async def test_an_actor_that_waits_for_its_own_end_has_its_grace_for_it(
    autojump_clock: MockClock,
) -> None:
    letters: Letters = []
    async with open_clean_system(letters) as system, trio.open_nursery() as nursery:
        caller = await system.spawn(Caller, shutdown_s=2)
        call = Call(caller.closed)
        nursery.start_soon(ask_in_vain, caller, call)
        await wait_all_tasks_blocked()
        caller.stop()

        assert await caller.closed() == Exit("killed")
        assert trio.current_time() == 2
    assert letters == [(call, "stopped")]


@attrs.frozen
class Known(Request[str]):
    pass


@attrs.frozen
class Unknown(Request[str]):
    pass


class Strict(Actor[Known]):
    async def receive(self, message: Known) -> str:
        match message:
            case Known():
                return "known"
            case _:
                assert_never(message)


class Lax(Actor[Known]):
    async def receive(self, message: Known) -> str | None:
        return {Known(): "known"}.get(message)


async def test_a_message_of_no_known_type_is_a_crash_where_the_match_says_so(
    autojump_clock: MockClock,
) -> None:
    letters: Letters = []
    async with open_clean_system(letters) as system:
        strict = await system.spawn(Strict)
        with pytest.raises(ActorCrashed) as caught:
            await strict.ask(Unknown())

        assert isinstance(caught.value.__cause__, AssertionError)
        assert (await strict.closed()).reason == "crashed"
    assert letters == [(Unknown(), "crashed")]


async def test_a_message_of_no_known_type_is_answered_with_whatever_a_lax_handler_returns(
    autojump_clock: MockClock,
) -> None:
    letters: Letters = []
    async with open_clean_system(letters) as system:
        lax = await system.spawn(Lax)

        assert await lax.ask(Unknown()) is None
        assert await lax.ask(Known()) == "known"
    assert letters == []


async def test_a_cancelled_task_can_tell_but_not_send(autojump_clock: MockClock) -> None:
    letters: Letters = []
    called: list[str] = []

    async def call(what: str) -> None:
        called.append(what)

    async with open_clean_system(letters) as system:
        caller = await system.spawn(Caller)
        with trio.CancelScope() as scope:
            scope.cancel()
            caller.tell(Call(partial(call, "told")))
            await caller.send(Call(partial(call, "sent")))
        assert scope.cancelled_caught
        caller.drain()
        await caller.closed()
    assert (called, letters) == (["told"], [])
