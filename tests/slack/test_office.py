"""A bot in a workspace: what people say to it and see of it."""

from fake_slack import ADA, open_slack
from loopback import answer, open_loopback
from slack_bot import BotIn, create


async def test_an_agent_is_created_and_answers_in_the_thread(bot: BotIn) -> None:
    async with (
        open_slack() as slack,
        open_loopback(answer("Good day.")) as model,
        bot(slack, model),
    ):
        await create(slack, "reviewer", "rex")

        ts = await slack.say("rex: are you there?")
        message = await slack.shown("Good day.")

    assert (message.thread, message.username) == (ts, "rex")
    told = model.seen[0].body["messages"]
    assert "You are reviewer." in told[0]["content"]
    assert told[-1]["content"] == f"<@{ADA}>: are you there?"
