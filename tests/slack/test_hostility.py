"""What nobody gets done in a workspace, whoever wants it and however."""

from fake_slack import open_slack
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
