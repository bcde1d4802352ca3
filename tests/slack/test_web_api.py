"""The Web API in virtual time: waits that Slack asks for, trouble that passes, and refusals."""

import logging
from itertools import pairwise

import httpx
import pytest
import trio
from fake_slack import BOT, CHANNEL, FakeSlack, Fault
from trio.testing import MockClock

from sagent.agent import Done, Text, TurnBegan
from sagent.cli._mask import Mask
from sagent.errors import SlackError
from sagent.message import TextMessage
from sagent.model import Usage
from sagent.slack._board import Board, Sheet
from sagent.slack._bulletin import Bulletin
from sagent.slack._heard import Place
from sagent.slack._web_api import WebApi

HERE = Place(channel=CHANNEL, thread="1.0")
SAY = {"channel": CHANNEL, "text": "hello"}


def api_of(slack: FakeSlack, token: str = BOT) -> WebApi:
    client = httpx.AsyncClient(transport=slack.transport())
    return WebApi(client, "http://virtual/api/", token, "SLACK_BOT_TOKEN")


def board_of(slack: FakeSlack, secret: str = "") -> Board:
    def note(place: Place, ts: str, label: str) -> None:
        """Let it go: nobody reacts to it."""

    api = api_of(slack)
    api.mask = Mask([secret])
    return Board(api, note)


def times(slack: FakeSlack, *methods: str) -> list[float]:
    return [call.at for call in slack.calls if call.method in methods]


async def test_it_waits_as_long_as_slack_says(autojump_clock: MockClock) -> None:
    slack = FakeSlack()
    slack.faults["chat.postMessage"] = [Fault(status=429, headers={"retry-after": "42"})]

    await api_of(slack).call("chat.postMessage", SAY)

    first, second = times(slack, "chat.postMessage")
    assert second - first == 42


async def test_while_slack_wants_to_be_left_alone_other_channels_wait_too(
    autojump_clock: MockClock,
) -> None:
    slack = FakeSlack()
    slack.faults["chat.postMessage"] = [Fault(status=429, headers={"retry-after": "42"})]
    board = board_of(slack)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(board.post, HERE, "here")
        await trio.sleep(1)
        nursery.start_soon(board.post, Place(channel="C2"), "there")

    assert times(slack, "chat.postMessage")[1:] == pytest.approx([42, 42])


@pytest.mark.parametrize(
    "fault", [Fault(status=500), Fault(status=503), Fault(), Fault(body={"error": "ratelimited"})]
)
async def test_trouble_that_passes_is_got_over(fault: Fault, autojump_clock: MockClock) -> None:
    slack = FakeSlack()
    slack.faults["chat.postMessage"] = [fault, fault]

    await api_of(slack).call("chat.postMessage", SAY)

    assert [message.text for message in slack.messages] == ["hello"]


async def test_what_does_not_pass_ends_after_two_minutes(autojump_clock: MockClock) -> None:
    slack = FakeSlack()
    slack.faults["chat.postMessage"] = [Fault(status=500)] * 100

    with pytest.raises(SlackError, match=r"does not answer chat\.postMessage: HTTP status 500"):
        await api_of(slack).call("chat.postMessage", SAY)

    assert 60 < trio.current_time() <= 120


async def test_a_dead_network_is_told_without_the_address_of_anything_secret(
    autojump_clock: MockClock,
) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("[Errno 111] refused")

    client = httpx.AsyncClient(transport=httpx.MockTransport(refuse))
    api = WebApi(client, "https://slack.com/api/", BOT, "SLACK_BOT_TOKEN")

    with pytest.raises(SlackError) as caught:
        await api.call("auth.test", {}, patience_s=0)

    assert str(caught.value) == (
        "Slack does not answer auth.test: no connection to slack.com (ConnectError)"
    )


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b'{"ok": 1}'])
async def test_an_answer_that_is_none_is_refused(body: bytes) -> None:
    client = httpx.AsyncClient(
        transport=httpx.MockTransport(lambda _: httpx.Response(200, content=body))
    )

    with pytest.raises(SlackError, match="HTTP status 200"):
        await WebApi(client, "http://virtual/api/", BOT, "").call("auth.test", {})


async def test_a_refused_token_is_told_once_and_not_shown(
    caplog: pytest.LogCaptureFixture,
) -> None:
    slack = FakeSlack()
    api = api_of(slack, "xoxb-of-somebody-else")

    with caplog.at_level(logging.DEBUG), pytest.raises(SlackError) as caught:
        await api.call("auth.test", {})

    assert str(caught.value) == "Slack refuses auth.test (invalid_auth): check SLACK_BOT_TOKEN"
    assert caught.value.code == "invalid_auth"
    assert len(slack.calls) == 1
    assert "somebody-else" not in f"{caplog.text}{api!r}"


async def test_half_a_surrogate_pair_is_replaced() -> None:
    slack = FakeSlack()

    await api_of(slack).call("chat.postMessage", SAY | {"text": "\ud83d!"})

    assert slack.messages[0].text == "?!"


async def test_a_stream_changes_its_message_once_a_second_and_ends_whole(
    autojump_clock: MockClock,
) -> None:
    slack = FakeSlack()
    bulletin = Bulletin(board_of(slack), HERE, "rex")
    words = [f"word{number} " for number in range(2_000)]

    async with trio.open_nursery() as nursery:
        nursery.start_soon(bulletin.show)
        bulletin.hear(TurnBegan((None,)))
        for word in words:
            bulletin.hear(Text(word))
            await trio.sleep(0.01)
        bulletin.hear(Done(TextMessage("".join(words)), Usage()))
        await trio.sleep(30)
        nursery.cancel_scope.cancel()

    written = times(slack, "chat.postMessage", "chat.update")
    gaps = [after - before for before, after in pairwise(written)]
    assert min(gaps) == pytest.approx(1)
    assert " ".join(message.text for message in slack.messages) == "".join(words).rstrip()
    assert slack.broken == []


async def test_many_streams_stay_below_fifty_changes_a_minute(autojump_clock: MockClock) -> None:
    slack = FakeSlack()
    board = board_of(slack)
    bulletins = [Bulletin(board, Place(channel=f"C{n}", thread="1"), "rex") for n in range(5)]

    async with trio.open_nursery() as nursery:
        for bulletin in bulletins:
            nursery.start_soon(bulletin.show)
        for second in range(60):
            for bulletin in bulletins:
                bulletin.hear(Text(f"{second} "))
            await trio.sleep(1)
        nursery.cancel_scope.cancel()

    assert len(times(slack, "chat.update")) <= 60


async def test_a_message_that_somebody_deleted_is_let_go(autojump_clock: MockClock) -> None:
    slack = FakeSlack()
    bulletin = Bulletin(board_of(slack), HERE, "rex")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(bulletin.show)
        bulletin.hear(Text("one"))
        await trio.sleep(5)
        slack.messages[0].is_deleted = True
        bulletin.hear(Done(TextMessage("one and two"), Usage()))
        await trio.sleep(5)
        bulletin.hear(Done(TextMessage("the next turn"), Usage()))
        await trio.sleep(5)
        nursery.cancel_scope.cancel()

    assert [message.text for message in slack.messages] == ["one", "the next turn"]


async def test_what_did_not_get_through_is_said_when_slack_is_back(
    autojump_clock: MockClock,
) -> None:
    slack = FakeSlack()
    slack.faults["chat.postMessage"] = [Fault(status=500)] * 15
    bulletin = Bulletin(board_of(slack), HERE, "rex")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(bulletin.show)
        bulletin.hear(Done(TextMessage("at last"), Usage()))
        await trio.sleep(1_000)
        nursery.cancel_scope.cancel()

    assert [message.text for message in slack.messages] == ["at last"]


async def test_a_turn_that_is_not_wanted_is_let_go_and_the_next_is_shown(
    autojump_clock: MockClock,
) -> None:
    slack = FakeSlack()
    slack.faults["chat.postMessage"] = [Fault(body={"ok": False, "error": "is_archived"})]
    bulletin = Bulletin(board_of(slack), HERE, "rex")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(bulletin.show)
        bulletin.hear(Text("lost"))
        await trio.sleep(5)
        bulletin.hear(Done(TextMessage("lost, too"), Usage()))
        bulletin.hear(Done(TextMessage("shown"), Usage()))
        await trio.sleep(5)
        nursery.cancel_scope.cancel()

    assert [message.text for message in slack.messages] == ["shown"]


async def test_slack_is_left_alone_for_as_long_as_it_says_beyond_all_patience(
    autojump_clock: MockClock,
) -> None:
    slack = FakeSlack()
    slack.faults["chat.postMessage"] = [Fault(status=429, headers={"retry-after": "300"})]
    bulletin = Bulletin(board_of(slack), HERE, "rex")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(bulletin.show)
        bulletin.hear(Done(TextMessage("at last"), Usage()))
        await trio.sleep(400)
        nursery.cancel_scope.cancel()

    assert times(slack, "chat.postMessage") == pytest.approx([0, 300])
    assert [message.text for message in slack.messages] == ["at last"]


async def test_slack_that_says_to_wait_no_time_at_all_is_not_stormed(
    autojump_clock: MockClock,
) -> None:
    slack = FakeSlack()
    slack.faults["chat.postMessage"] = [Fault(status=429, headers={"retry-after": "0"})] * 5

    await api_of(slack).call("chat.postMessage", SAY)

    gaps = [after - before for before, after in pairwise(times(slack, "chat.postMessage"))]
    assert min(gaps) >= 1


async def test_a_turn_whose_thread_is_gone_does_not_end_the_next(
    autojump_clock: MockClock,
) -> None:
    slack = FakeSlack()
    gone = Fault(body={"ok": False, "error": "message_not_found"})
    slack.faults["chat.postMessage"] = [gone]
    bulletin = Bulletin(board_of(slack), HERE, "rex")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(bulletin.show)
        bulletin.hear(Text("one"))
        await trio.sleep(5)
        bulletin.hear(Done(TextMessage("one and two"), Usage()))
        bulletin.hear(Done(TextMessage("the next turn"), Usage()))
        await trio.sleep(5)
        nursery.cancel_scope.cancel()

    assert [message.text for message in slack.messages] == ["the next turn"]


async def test_where_the_bot_is_not_it_is_to_be_invited() -> None:
    slack = FakeSlack()
    slack.faults["chat.postMessage"] = [Fault(body={"ok": False, "error": "not_in_channel"})]

    with pytest.raises(SlackError, match=f"not_in_channel.: invite the bot to {CHANNEL}"):
        await board_of(slack).post(HERE, "hello")


async def test_a_message_that_is_changed_is_read_as_one_that_is_new() -> None:
    slack = FakeSlack()
    board = board_of(slack)

    ts = await board.post(HERE, "hello")
    await board.update(CHANNEL, ts, "hello, @channel")

    assert slack.calls[-1].fields["parse"] == "none"


LONG = "".join(f"line {number}\n" for number in range(10_000))


async def test_the_whole_of_a_very_long_answer_is_in_a_file(autojump_clock: MockClock) -> None:
    slack = FakeSlack()
    bulletin = Bulletin(board_of(slack), HERE, "rex")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(bulletin.show)
        bulletin.hear(Done(TextMessage(LONG), Usage()))
        await trio.sleep(60)
        nursery.cancel_scope.cancel()

    assert len(slack.messages) == 10
    assert slack.messages[-1].text == "_… it goes on in the file below_"
    assert slack.shared == {"answer.md": (CHANNEL, "1.0", LONG.strip().encode())}
    assert not bulletin.is_busy


async def test_where_no_file_may_be_shared_a_very_long_answer_is_shown_in_full(
    autojump_clock: MockClock,
) -> None:
    slack = FakeSlack()
    missing = Fault(body={"ok": False, "error": "missing_scope", "needed": "files:write"})
    slack.faults["files.getUploadURLExternal"] = [missing]
    bulletin = Bulletin(board_of(slack), HERE, "rex")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(bulletin.show)
        bulletin.hear(Done(TextMessage(LONG), Usage()))
        await trio.sleep(120)
        nursery.cancel_scope.cancel()

    assert "\n".join(message.text for message in slack.messages) == LONG.strip()


async def test_in_the_file_of_a_very_long_answer_no_secret_is_shown(
    autojump_clock: MockClock,
) -> None:
    slack = FakeSlack()
    bulletin = Bulletin(board_of(slack, "line 9999"), HERE, "rex")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(bulletin.show)
        bulletin.hear(Done(TextMessage(LONG + "\udcff"), Usage()))
        await trio.sleep(60)
        nursery.cancel_scope.cancel()

    assert slack.shared["answer.md"][2].endswith(b"line 9998\n[secret]\n?")


async def test_a_page_that_could_not_be_deleted_is_deleted_later(
    autojump_clock: MockClock,
) -> None:
    slack = FakeSlack()
    board, sheet = board_of(slack), Sheet(HERE, "rex")
    while await board.show(sheet, lambda: ("one", "two", "three")):
        pass
    slack.faults["chat.delete"] = [Fault(status=500)] * 100
    with pytest.raises(SlackError):
        await board.show(sheet, lambda: ("one",))
    slack.faults.clear()

    while await board.show(sheet, lambda: ("one",)):
        pass

    assert [message.text for message in slack.messages if not message.is_deleted] == ["one"]
