"""What nobody gets done in a workspace, whoever wants it and however."""

from fake_slack import BOT, open_slack
from loopback import answer, call, open_loopback
from slack_bot import BotIn, create


async def test_a_comment_on_a_file_calls_no_whole_channel(bot: BotIn) -> None:
    (bot.project / "plan.txt").write_text("first, second")
    send = call("SendFile", {"file_path": "plan.txt", "comment": "<!channel> **look**, <@U0ADA>"})
    async with (
        open_slack() as slack,
        open_loopback(send, answer("There it is.")) as model,
        bot(slack, model),
    ):
        await create(slack, "planner", "pia")
        await slack.say("pia: the plan, please")
        await slack.shown("There it is.")

    assert slack.comments == ["&lt;!channel&gt; *look*, <@U0ADA>"]


async def test_a_diary_calls_no_whole_channel(bot: BotIn) -> None:
    read = call("Read", {"file_path": "<!channel>"})
    async with (
        open_slack() as slack,
        open_loopback(read, answer("No such file.")) as model,
        bot(slack, model, "--allow-channel", "C0REX"),
    ):
        await create(slack, "reviewer", "rex", within="C0REX")
        await slack.say("rex: read")
        diary = await slack.shown("answered in")

    assert "• Read &lt;!channel&gt;" in diary.text


async def test_a_secret_is_shown_to_nobody(bot: BotIn) -> None:
    question = {"question": f"Is it {BOT}?", "choices": ["yes", "no"]}
    (bot.project / "notes.txt").write_text(f"the token is {BOT}")
    async with (
        open_slack() as slack,
        open_loopback(
            call("SendFile", {"file_path": "notes.txt"}),
            call("AskUser", question),
            answer(f"It is {BOT}."),
        ) as model,
        bot(slack, model),
    ):
        await create(slack, "reviewer", "rex")
        await slack.say("rex: what is the token?")
        await slack.press(await slack.shown("asks:*"), "yes")
        await slack.shown("It is [secret].")

    told = " ".join(value for call in slack.calls for value in call.fields.values())
    assert BOT not in told
    assert slack.shared == {}
    assert "leave that out" in model.seen[1].body["messages"][-1]["content"]
