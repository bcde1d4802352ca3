"""What a bot knows of its earlier runs."""

from pathlib import Path
from shutil import copytree

from fake_slack import ADA, DM, Fault, open_slack
from loopback import Reply, answer, frame, open_loopback, stream_head
from slack_bot import BotIn, create
from trio.testing import wait_all_tasks_blocked


async def test_a_later_run_goes_on_with_agents_and_threads(bot: BotIn) -> None:
    async with open_slack() as slack, open_loopback(answer("one"), answer("two")) as model:
        async with bot(slack, model):
            await create(slack, "reviewer", "rex")
            thread = await slack.say("rex: first")
            await slack.shown("one")

        async with bot(slack, model, "--continue"):
            await slack.say("and more", thread=thread)
            await slack.shown("two")

    told = [message["content"] for message in model.seen[1].body["messages"]]
    assert told[1:] == [f"<@{ADA}>: first", "one", f"<@{ADA}>: and more"]


async def test_a_later_run_knows_whose_messages_are_whose(bot: BotIn) -> None:
    async with open_slack() as slack, open_loopback(answer("one"), answer("two")) as model:
        async with bot(slack, model):
            await create(slack, "reviewer", "rex")
            thread = await slack.say("rex: first")
            message = await slack.shown("one")

        async with bot(slack, model, "--continue"):
            await slack.react("thumbsup", message)
            answered = await slack.shown("two")

    assert answered.thread == thread


async def test_a_reaction_to_a_diary_is_answered_in_a_thread_below_it(bot: BotIn) -> None:
    async with (
        open_slack() as slack,
        open_loopback(answer("one"), answer("two")) as model,
        bot(slack, model, "--allow-channel", "C0REX"),
    ):
        await create(slack, "reviewer", "rex", within="C0REX")
        await slack.say("rex: first")
        diary = await slack.shown("answered in")

        await slack.react("eyes", diary)
        answered = await slack.shown("two")

    assert (answered.channel, answered.thread) == ("C0REX", diary.ts)


async def test_a_run_begins_anew_without_continue(bot: BotIn) -> None:
    async with open_slack() as slack, open_loopback(answer("one")) as model:
        async with bot(slack, model):
            await create(slack, "reviewer", "rex")

        async with bot(slack, model):
            await slack.say("list")
            await slack.shown("there is nobody here yet")


async def test_a_run_in_which_nothing_happened_is_not_the_one_to_go_on_with(bot: BotIn) -> None:
    async with open_slack() as slack, open_loopback(answer("one")) as model:
        async with bot(slack, model):
            await create(slack, "reviewer", "rex")
        async with bot(slack, model):
            await slack.say("help")
            await slack.shown("a new agent")

        async with bot(slack, model, "--continue"):
            await slack.say("list")
            await slack.shown("• *rex* (reviewer)")


async def test_who_is_created_anew_begins_anew(bot: BotIn) -> None:
    async with (
        open_slack() as slack,
        open_loopback(answer("one"), answer("two")) as model,
        bot(slack, model),
    ):
        await slack.say("create rex", channel=DM)
        await slack.shown("is here")
        await slack.say("first", channel=DM)
        await slack.shown("one")
        await slack.say("stop rex", channel=DM)
        await slack.shown("has left")

        await slack.say("create rex", channel=DM)
        await slack.shown("is here", times=2)
        await slack.say("second", channel=DM)
        await slack.shown("two")

    assert len(model.seen[1].body["messages"]) == 2


async def test_an_answer_that_was_cut_off_by_a_crash_is_told_of_by_the_next_run(
    bot: BotIn, tmp_path: Path
) -> None:
    begun = stream_head() + frame({"choices": [{"delta": {"content": "I begin"}}]})
    async with (
        open_slack() as slack,
        open_loopback(Reply([begun], hang=True), answer("I go on.")) as model,
    ):
        async with bot(slack, model):
            await create(slack, "reviewer", "rex")
            thread = await slack.say("rex: think")
            await slack.shown("I begin")
            await wait_all_tasks_blocked(0.1)
            crashed = copytree(tmp_path / "home" / "slack", tmp_path / "crashed")

        async with bot(slack, model, "--continue", "--session-dir", str(crashed)):
            excuse = await slack.shown("I went down meanwhile")
            await slack.say("and?", thread=thread)
            await slack.shown("I go on.")
        async with bot(slack, model, "--continue", "--session-dir", str(crashed)):
            await slack.say("list")
            await slack.shown("• *rex*")

    assert excuse.thread == thread
    assert len([one for one in slack.messages if "went down" in one.text]) == 1


async def test_where_one_excuse_cannot_be_said_the_others_are(bot: BotIn, tmp_path: Path) -> None:
    begun = stream_head() + frame({"choices": [{"delta": {"content": "I begin"}}]})
    async with open_slack() as slack, open_loopback(Reply([begun], hang=True)) as model:
        async with bot(slack, model):
            await create(slack, "reviewer", "rex")
            for _ in range(2):
                await slack.say("rex: think")
            await slack.shown("I begin", times=2)
            await wait_all_tasks_blocked(0.1)
            crashed = copytree(tmp_path / "home" / "slack", tmp_path / "crashed")

        slack.faults["chat.postMessage"] = [Fault(body={"ok": False, "error": "not_in_channel"})]
        async with bot(slack, model, "--continue", "--session-dir", str(crashed)):
            await slack.shown("I went down meanwhile")
