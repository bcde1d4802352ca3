"""Work in a thread, seen and stopped by the people there."""

import trio
from fake_slack import ADA, BEN, CHANNEL, FakeSlack, Message, open_slack
from loopback import Loopback, Reply, answer, call, frame, open_loopback, stream_head
from slack_bot import BotIn, create
from trio.testing import wait_all_tasks_blocked

HANGS = Reply([stream_head() + frame({"choices": [{"delta": {"content": "I begin"}}]})], hang=True)
SPAWN = call("AgentSpawn", {"prompt": "look around", "label": "scout"})


async def asked(model: Loopback, *, times: int) -> None:
    with trio.fail_after(10):
        while len(model.seen) < times:  # the server tells of the first alone
            await trio.sleep(0.01)


async def gone(model: Loopback) -> None:
    with trio.fail_after(5):
        await model.gone.wait()


async def say_at_once(slack: FakeSlack, first: str, *others: str) -> None:
    """Let a thread begin and go on with no time in between, not even for acknowledgements."""
    for number, text in enumerate((first, *others)):
        event = {"type": "message", "user": ADA, "channel": CHANNEL, "text": text}
        event |= {"ts": f"9.{number}"} | ({"thread_ts": "9.0"} if number else {})
        payload = {"event_id": f"EvX{number}", "event": event}
        await slack.send_envelope("events_api", payload, f"x{number}")


def buttons(message: Message) -> list[str]:
    elements = [one for block in message.blocks or () for one in block.get("elements", ())]
    return [one["text"]["text"] for one in elements]


async def test_stop_in_its_thread_interrupts_an_agent(bot: BotIn) -> None:
    async with open_slack() as slack, open_loopback(HANGS) as model, bot(slack, model):
        await create(slack, "reviewer", "rex")
        thread = await slack.say("rex: think")
        message = await slack.shown("I begin")

        await slack.say("stop", thread=thread)
        await slack.shown("⏹️ interrupted")
        await gone(model)

    assert message.text.startswith("I begin\n")
    assert len(model.seen) == 1


async def test_stop_where_nothing_is_done_lets_the_agent_leave_and_a_word_brings_it_back(
    bot: BotIn,
) -> None:
    async with (
        open_slack() as slack,
        open_loopback(answer("one"), answer("two")) as model,
        bot(slack, model),
    ):
        await create(slack, "reviewer", "rex")
        thread = await slack.say("rex: first")
        await slack.shown("one")
        await wait_all_tasks_blocked(0.2)  # until it knows that it is done

        await slack.say("stop", thread=thread)
        await slack.until(lambda: slack.whispers)
        await slack.say("second", thread=thread)
        await slack.shown("two")

    assert "rex has left this thread" in slack.whispers[0][2]
    told = [message["content"] for message in model.seen[1].body["messages"][1:]]
    assert told == [f"<@{ADA}>: first", "one", f"<@{ADA}>: second"]


async def test_what_was_stopped_before_it_was_begun_is_not_begun(bot: BotIn) -> None:
    async with open_slack() as slack, open_loopback(answer("one")) as model, bot(slack, model):
        await create(slack, "reviewer", "rex")
        await say_at_once(slack, "rex: remove all", "stop")
        await slack.until(lambda: slack.whispers)
        await wait_all_tasks_blocked(0.2)

    assert model.seen == []
    assert "had not begun, and will not" in slack.whispers[0][2]


async def test_what_an_agent_below_does_is_shown(bot: BotIn) -> None:
    (bot.project / "a.txt").write_text("a")
    read = call("Read", {"file_path": "a.txt"})
    async with open_slack() as slack, open_loopback(SPAWN, read, HANGS) as model, bot(slack, model):
        await create(slack, "reviewer", "rex")
        thread = await slack.say("rex: look around")

        message = await slack.shown("scout: Read a.txt …")

    assert message.thread == thread


async def test_the_tree_of_a_thread_is_shown_and_stopped_by_its_button(bot: BotIn) -> None:
    async with open_slack() as slack, open_loopback(SPAWN, HANGS) as model, bot(slack, model):
        await create(slack, "reviewer", "rex")
        thread = await slack.say("rex: look around")
        await asked(model, times=2)

        await slack.say("tree", thread=thread)
        tree = await slack.shown("└─ scout")
        shown = tree.text
        await slack.press(tree, "Stop", user=BEN)
        await slack.press(tree, "Stop")
        await slack.shown("⏹️ interrupted")
        await gone(model)
        await slack.until(lambda: not buttons(tree))

    assert tree.thread == thread
    assert "rex  working" in shown
    assert "tokens" in shown
