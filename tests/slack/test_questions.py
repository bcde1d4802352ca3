"""Questions of agents, as people in a thread meet them."""

import attrs
from fake_slack import ADA, CHANNEL, open_slack
from loopback import answer, call, open_loopback
from slack_bot import BotIn, create

COLOUR = {"question": "Which?", "choices": ["red", "blue"]}


async def test_who_presses_after_the_end_is_told_so_and_nobody_else(bot: BotIn) -> None:
    async with (
        open_slack() as slack,
        open_loopback(call("AskUser", COLOUR), answer("painted")) as model,
        bot(slack, model),
    ):
        await create(slack, "painter", "pat")
        thread = await slack.say("pat: paint")
        asked = attrs.evolve(await slack.shown("asks:* Which?"))
        await slack.press(asked, "red")
        await slack.shown("painted")

        await slack.press(asked, "blue")
        await slack.until(lambda: slack.whispers)

    ((channel, user, text),) = slack.whispers
    assert (channel, user) == (CHANNEL, ADA)
    assert "not open any more" in text
    (whispered,) = [one for one in slack.calls if one.method == "chat.postEphemeral"]
    assert whispered.fields["thread_ts"] == thread
    assert len(model.seen) == 2


async def test_a_button_that_is_pressed_twice_at_once_is_one_answer(bot: BotIn) -> None:
    async with (
        open_slack() as slack,
        open_loopback(call("AskUser", COLOUR), answer("painted")) as model,
        bot(slack, model),
    ):
        await create(slack, "painter", "pat")
        await slack.say("pat: paint")
        asked = attrs.evolve(await slack.shown("asks:* Which?"))

        await slack.press(asked, "red")
        await slack.press(asked, "red")
        await slack.shown("painted")

    assert model.seen[1].body["messages"][-1]["content"] == "The user chose: red"
    assert len(model.seen) == 2


async def test_a_long_question_is_shown_to_its_end(bot: BotIn) -> None:
    question = COLOUR | {"question": f"{'May I? & ' * 900}\nThen all is removed."}
    async with (
        open_slack() as slack,
        open_loopback(call("AskUser", question), answer("painted")) as model,
        bot(slack, model),
    ):
        await create(slack, "painter", "pat")
        await slack.say("pat: paint")
        asked = attrs.evolve(await slack.shown("asks:*"))
        await slack.press(asked, "red")
        await slack.shown("painted")
        closed = await slack.shown("asks:*")

    assert asked.blocks
    sections = [one["text"]["text"] for one in asked.blocks if one["type"] == "section"]
    assert sections[-1].endswith("Then all is removed.")
    assert all(one.count("&") == one.count("&amp;") for one in (*sections, *closed.versions))
    assert closed.text.endswith(f"✔️ <@{ADA}>: red")
