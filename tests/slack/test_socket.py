"""The Socket Mode connection: acknowledged in time, taken once, and opened anew."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import attrs
import httpx
import pytest
import trio
from fake_slack import APP, FakeSlack, Fault, open_slack

from sagent.errors import SlackError
from sagent.slack._envelope import Delivery
from sagent.slack._heard import Said
from sagent.slack._socket import EventSocket
from sagent.slack._web_api import WebApi


@attrs.define
class Taker:
    """Takes in what is delivered, but for what it has no room for."""

    taken: list[Delivery] = attrs.field(factory=list[Delivery])
    no_room_for: str = ""

    def __call__(self, delivery: Delivery) -> bool:
        if delivery.envelope_id == self.no_room_for:
            return False
        self.taken.append(delivery)
        return True

    @property
    def texts(self) -> list[str]:
        return [one.heard.text for one in self.taken if isinstance(one.heard, Said)]


@attrs.define
class Listener:
    """What became of listening."""

    error: SlackError | None = None
    ended: trio.Event = attrs.field(factory=trio.Event)


@asynccontextmanager
async def listening(slack: FakeSlack, taker: Taker) -> AsyncGenerator[Listener, None]:
    listener = Listener()

    async def listen() -> None:
        try:
            await socket.listen(await socket.open_url(patience_s=0))
        except SlackError as error:
            listener.error = error
            listener.ended.set()

    async with httpx.AsyncClient() as client, trio.open_nursery() as nursery:
        socket = EventSocket(WebApi(client, slack.url, APP, "SLACK_APP_TOKEN"), taker)
        nursery.start_soon(listen)
        yield listener
        nursery.cancel_scope.cancel()


async def test_every_envelope_is_acknowledged_those_that_mean_nothing_too() -> None:
    taker = Taker()
    async with open_slack() as slack, listening(slack, taker):
        await slack.say("hello")
        await slack.deliver("slash_commands", {"command": "/x"})
        await slack.deliver("events_api", {"event": {"type": "team_join"}})
        await slack.deliver("of_tomorrow", {})

    assert taker.texts == ["hello"]
    assert len(slack.acked) == 4


async def test_what_finds_no_room_is_not_acknowledged() -> None:
    taker = Taker(no_room_for="e9")
    async with open_slack() as slack, listening(slack, taker):
        await slack.send({"type": "events_api", "envelope_id": "e9", "payload": {}})
        await slack.say("later")

    assert "e9" not in slack.acked
    assert taker.texts == ["later"]


@pytest.mark.parametrize("frame", ["", "{", "[]", '"x"', '{"type": 3}', '{"envelope_id": {}}'])
async def test_what_cannot_be_read_does_no_harm(frame: str) -> None:
    taker = Taker()
    async with open_slack() as slack, listening(slack, taker):
        await slack.send(frame)
        await slack.say("hello")

    assert taker.texts == ["hello"]
    assert slack.connections == 1


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_when_told_to_leave_it_comes_back_with_a_new_ticket(reason: str) -> None:
    taker = Taker()
    async with open_slack() as slack, listening(slack, taker):
        await slack.say("before")
        await slack.send({"type": "disconnect", "reason": reason})
        await slack.until(lambda: slack.connections == 2)
        await slack.say("after")

    assert taker.texts == ["before", "after"]


async def test_until_the_new_connection_is_there_the_old_one_is_heard() -> None:
    taker = Taker()
    async with open_slack() as slack, listening(slack, taker):
        await slack.say("before")
        slack.faults["apps.connections.open"] = [Fault(status=503)] * 2
        await slack.send({"type": "disconnect", "reason": "warning"})
        await slack.say("meanwhile")
        assert slack.connections == 1
        await slack.until(lambda: slack.connections == 2)
        await slack.say("after")

    assert taker.texts == ["before", "meanwhile", "after"]


async def test_a_second_process_with_the_same_token_is_told_of(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with open_slack() as slack, listening(slack, Taker()):
        await slack.say("alone")
    alone = caplog.messages

    async with open_slack() as slack:
        slack.others = 1
        async with listening(slack, Taker()):
            await slack.say("not alone")

    assert alone == []
    (told,) = caplog.messages
    assert "the app has 2 connections" in told


async def test_a_connection_that_breaks_is_opened_anew() -> None:
    taker = Taker()
    async with open_slack() as slack, listening(slack, taker):
        await slack.say("before")
        await slack.cut()
        await slack.until(lambda: slack.connections == 2)
        await slack.say("after")

    assert taker.texts == ["before", "after"]


async def test_trouble_on_the_way_to_a_new_connection_is_got_over() -> None:
    taker = Taker()
    async with open_slack() as slack, listening(slack, taker):
        await slack.say("before")
        slack.faults["apps.connections.open"] = [Fault(status=503)]
        await slack.cut()
        await slack.until(lambda: slack.connections == 2)
        await slack.say("after")

    assert taker.texts == ["before", "after"]


async def test_a_token_that_was_revoked_meanwhile_ends_it() -> None:
    async with open_slack() as slack, listening(slack, Taker()) as listener:
        await slack.say("before")
        revoked = Fault(body={"ok": False, "error": "token_revoked"})
        slack.faults["apps.connections.open"] = [revoked]
        await slack.cut()
        with trio.fail_after(5):
            await listener.ended.wait()

    assert "(token_revoked): check SLACK_APP_TOKEN" in str(listener.error)


async def test_when_socket_mode_is_switched_off_it_ends_and_says_so() -> None:
    async with open_slack() as slack, listening(slack, Taker()) as listener:
        await slack.send({"type": "disconnect", "reason": "link_disabled"})
        with trio.fail_after(5):
            await listener.ended.wait()

    assert "switch it on for the app" in str(listener.error)


async def test_it_ends_too_when_the_last_word_comes_from_a_connection_that_was_to_be_closed() -> (
    None
):
    async with open_slack() as slack, listening(slack, Taker()) as listener:
        await slack.say("before")
        slack.faults["apps.connections.open"] = [Fault(status=503)] * 2
        await slack.send({"type": "disconnect", "reason": "warning"})
        await slack.send({"type": "disconnect", "reason": "link_disabled"})
        with trio.fail_after(5):
            await listener.ended.wait()

    assert "switch it on for the app" in str(listener.error)


async def test_an_address_that_is_none_is_an_error() -> None:
    async with open_slack() as slack, httpx.AsyncClient() as client:
        slack.faults["apps.connections.open"] = [Fault(body={"ok": True, "url": "http://x"})]
        socket = EventSocket(WebApi(client, slack.url, APP, "SLACK_APP_TOKEN"), Taker())

        with pytest.raises(SlackError, match="no address for Socket Mode"):
            await socket.open_url(patience_s=0)


async def test_a_frame_of_a_megabyte_is_taken() -> None:
    taker = Taker()
    async with open_slack() as slack, listening(slack, taker):
        await slack.say("x" * 2_000_000)

    assert len(json.dumps(taker.texts)) > 2_000_000
