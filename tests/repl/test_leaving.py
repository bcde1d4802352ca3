"""Ctrl-C where there is nothing to interrupt."""

import pytest
import trio
import trio.testing
from quiet_screen import QuietScreen, talk_to

from sagent.agent import Agent
from sagent.repl._hearing import TWICE_S
from sagent.repl._screen import Gesture, Left, Stopped
from sagent.testing import ScriptedModel

AGAIN = "Ctrl-C again, or Ctrl-D, leaves"


@pytest.fixture
def screen() -> QuietScreen:
    person, gestures = trio.open_memory_channel[Gesture](2)
    return QuietScreen(gestures, person)


async def test_it_is_told_that_it_leaves_for_as_long_as_it_does(
    screen: QuietScreen, autojump_clock: trio.testing.MockClock
) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(talk_to, Agent(model=ScriptedModel()), screen)
        await screen.person.send(Stopped())
        await trio.sleep(TWICE_S / 2)
        soon = screen.views[-1].status
        await trio.sleep(TWICE_S)
        later = screen.views[-1].status
        await screen.person.send(Left())

    assert soon == AGAIN
    assert later.startswith("ready")


@pytest.mark.parametrize(("pause_s", "leaves"), [(TWICE_S / 2, True), (TWICE_S * 2, False)])
async def test_twice_in_a_short_time_it_leaves(
    pause_s: float, leaves: bool, screen: QuietScreen, autojump_clock: trio.testing.MockClock
) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(talk_to, Agent(model=ScriptedModel()), screen)
        await screen.person.send(Stopped())
        await trio.sleep(pause_s)
        await screen.person.send(Stopped())
        await trio.sleep(TWICE_S / 2)
        has_left = nursery.child_tasks == frozenset()
        nursery.cancel_scope.cancel()

    assert has_left == leaves
