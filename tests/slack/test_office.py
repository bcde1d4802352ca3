"""A bot in a workspace: what people say to it and see of it."""

import pytest
import trio
from fake_slack import ADA, BEN, BOT_USER, CHANNEL, DM, open_slack
from loopback import Reply, answer, call, frame, open_loopback, refusal, stream_head
from slack_bot import BotIn, create

from sagent.control.client import find_agent, find_runs


def event(text: str) -> dict[str, object]:
    return {"type": "message", "user": ADA, "channel": CHANNEL, "ts": "1.5", "text": text}


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


async def test_a_thread_is_a_conversation_of_its_own(bot: BotIn) -> None:
    async with (
        open_slack() as slack,
        open_loopback(answer("one"), answer("two"), answer("three")) as model,
        bot(slack, model),
    ):
        await create(slack, "reviewer", "rex")
        first = await slack.say("rex: first")
        await slack.shown("one")
        await slack.say("rex: second")
        await slack.shown("two")

        await slack.say("more of the first", thread=first)
        third = await slack.shown("three")

    told = [message["content"] for message in model.seen[2].body["messages"]]
    assert third.thread == first
    assert told[1:] == [f"<@{ADA}>: first", "one", f"<@{ADA}>: more of the first"]


async def test_of_two_who_create_one_name_at_once_one_is_told_that_it_is_taken(bot: BotIn) -> None:
    async with open_slack() as slack, open_loopback(answer("one")) as model, bot(slack, model):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(slack.say, "create reviewer as rex")
            nursery.start_soon(slack.say, "create planner as rex")
        await slack.shown("*rex* is here")
        await slack.shown("there is a rex already")


@pytest.mark.parametrize(
    ("user", "channel"), [(BEN, CHANNEL), (ADA, "C0OTHER"), (BEN, DM), (BEN, "C0OTHER")]
)
async def test_who_is_not_on_the_lists_is_not_heeded(bot: BotIn, user: str, channel: str) -> None:
    async with (
        open_slack() as slack,
        open_loopback(answer("no")) as model,
        bot(slack, model, "--router-log-channel", "C0LOG"),
    ):
        await slack.say("create reviewer", user=user, channel=channel)
        report = await slack.shown("not heeded")

    assert (report.channel, report.text) == (
        "C0LOG",
        f"not heeded, since not on the lists: <@{user}> in <#{channel}>",
    )
    assert [message.channel for message in slack.messages] == ["C0LOG"]


async def test_a_press_of_somebody_who_is_not_on_the_list_is_no_answer(bot: BotIn) -> None:
    question = {"question": "Which?", "choices": ["red", "blue"]}
    async with (
        open_slack() as slack,
        open_loopback(call("AskUser", question), answer("painted")) as model,
        bot(slack, model),
    ):
        await create(slack, "painter", "pat")
        await slack.say("pat: paint")
        asked = await slack.shown("asks:* Which?")

        await slack.press(asked, "red", user=BEN)
        await slack.press(asked, "blue", user=ADA)
        await slack.shown("painted")

    assert model.seen[1].body["messages"][-1]["content"] == "The user chose: blue"
    assert asked.text == f"*pat asks:* Which?\n✔️ <@{ADA}>: blue"
    assert asked.blocks == []


async def test_several_choices_are_ticked_and_sent(bot: BotIn) -> None:
    question = {"question": "Which?", "choices": ["red", "blue", "green"], "multiple": True}
    async with (
        open_slack() as slack,
        open_loopback(call("AskUser", question), answer("painted")) as model,
        bot(slack, model),
    ):
        await create(slack, "painter", "pat")
        await slack.say("pat: paint")
        asked = await slack.shown("asks:* Which?")

        await slack.press(asked, "Done", ticked=[0, 2])
        await slack.shown("painted")

    assert model.seen[1].body["messages"][-1]["content"] == "The user chose: red, green"


async def test_a_question_is_answered_in_words_in_its_thread(bot: BotIn) -> None:
    async with (
        open_slack() as slack,
        open_loopback(call("AskUser", {"question": "Why?"}), answer("I see.")) as model,
        bot(slack, model),
    ):
        await create(slack, "painter", "pat")
        thread = await slack.say("pat: paint")
        await slack.shown("asks:* Why?")

        await slack.say("because", thread=thread)
        await slack.shown("I see.")

    assert model.seen[1].body["messages"][-1]["content"] == "The user says: because"
    assert len(model.seen) == 2


async def test_a_reaction_is_told_to_whose_message_it_is_to(bot: BotIn) -> None:
    async with (
        open_slack() as slack,
        open_loopback(answer("Shall I?"), answer("Done.")) as model,
        bot(slack, model),
    ):
        await create(slack, "reviewer", "rex")
        await slack.say("rex: tidy up")
        message = await slack.shown("Shall I?")

        await slack.react("thumbsup", message)
        await slack.shown("Done.")

    told = f"<@{ADA}>: (reacted with :thumbsup: to your message)"
    assert model.seen[1].body["messages"][-1]["content"] == told


async def test_a_stop_sign_interrupts_and_what_was_said_stays(bot: BotIn) -> None:
    begun = stream_head() + frame({"choices": [{"delta": {"content": "I begin"}}]})
    async with (
        open_slack() as slack,
        open_loopback(Reply([begun], hang=True)) as model,
        bot(slack, model),
    ):
        await create(slack, "reviewer", "rex")
        await slack.say("rex: think")
        message = await slack.shown("I begin")

        await slack.react("octagonal_sign", message)
        await slack.shown("interrupted")
        with trio.fail_after(5):
            await model.gone.wait()

    assert message.text.startswith("I begin\n")
    assert message.text.endswith("\n⏹️ interrupted")


async def test_direct_messages_are_one_conversation(bot: BotIn) -> None:
    async with (
        open_slack() as slack,
        open_loopback(answer("one"), answer("two")) as model,
        bot(slack, model),
    ):
        await slack.say("create reviewer", channel=DM)
        await slack.shown("is here")
        await slack.say("hello", channel=DM)
        first = await slack.shown("one")
        await slack.say("and more", channel=DM)
        await slack.shown("two")

    assert (first.channel, first.thread) == (DM, "")
    assert len(model.seen[1].body["messages"]) == 4


async def test_in_its_own_channel_an_agent_needs_no_name_and_keeps_a_diary(bot: BotIn) -> None:
    (bot.project / "a.txt").write_text("a")
    read = call("Read", {"file_path": "a.txt"})
    async with (
        open_slack() as slack,
        open_loopback(answer("At home."), read, answer("It says a.")) as model,
        bot(slack, model, "--allow-channel", "C0REX"),
    ):
        await create(slack, "reviewer", "rex", within="C0REX")
        await slack.say("are you there?", channel="C0REX")
        await slack.shown("At home.")

        await slack.say("rex: read a.txt")
        await slack.shown("It says a.")
        diary = await slack.shown("answered in")

    assert diary.channel == "C0REX"
    assert "• Read a.txt" in diary.text


async def test_list_tells_who_is_there_and_stop_lets_one_go(bot: BotIn) -> None:
    async with (
        open_slack() as slack,
        open_loopback(answer("yes")) as model,
        bot(slack, model, "--router-log-channel", "C0LOG"),
    ):
        await create(slack, "reviewer", "rex")
        await create(slack, "planner", "pia")
        await slack.say("rex: there?")
        await slack.shown("yes")

        await slack.say(f"<@{BOT_USER}> list")
        listed = await slack.shown("• *rex* (reviewer)")
        await slack.say("stop rex")
        await slack.shown("*rex* has left")
        await slack.say("rex: there?")
        await slack.shown("yes", times=2)

    assert "• *pia* (planner): 1 thread" in listed.text
    assert "• *rex* (reviewer): 2 threads; " in listed.text


async def test_who_is_not_understood_is_told_how_it_is_done_and_nobody_else(bot: BotIn) -> None:
    async with open_slack() as slack, open_loopback(answer("no")) as model, bot(slack, model):
        await create(slack, "reviewer", "rex")
        await create(slack, "planner", "pia")

        await slack.say("good morning")
        await slack.until(lambda: slack.whispers)

    ((channel, user, text),) = slack.whispers
    assert (channel, user) == (CHANNEL, ADA)
    assert "There are several agents here: `rex`, `pia`." in text
    assert model.seen == []


async def test_one_agent_that_cannot_work_says_so_and_the_others_go_on(bot: BotIn) -> None:
    personas = bot.project / "personas"
    personas.mkdir()
    (personas / "good.md").write_text("You are kind.")
    agents = bot.project / ".sagent" / "agents"
    agents.mkdir(parents=True)
    (agents / "bad.md").write_text("---\nname: bad\ndescription: b\ntools: Hammer\n---\nHit.")
    async with (
        open_slack() as slack,
        open_loopback(answer("Hello.")) as model,
        bot(slack, model, "--persona-dir", str(personas)),
    ):
        await create(slack, "bad", "bob")
        await create(slack, "good", "gia")

        await slack.say("bob: hit")
        await slack.shown("❌ bob cannot go on")
        await slack.say("gia: hi")
        await slack.shown("Hello.")

    assert "You are kind." in model.seen[0].body["messages"][0]["content"]


async def test_a_failed_turn_is_told_in_its_place(bot: BotIn) -> None:
    refused = refusal("400 Bad Request", b'{"error": {"message": "no such model"}}', final=True)
    async with (
        open_slack() as slack,
        open_loopback(refused, answer("better")) as model,
        bot(slack, model),
    ):
        await create(slack, "reviewer", "rex")
        thread = await slack.say("rex: hi")
        await slack.shown("no such model")

        await slack.say("again", thread=thread)
        await slack.shown("better")


async def test_without_the_scope_for_names_messages_have_the_bots(bot: BotIn) -> None:
    async with open_slack() as slack, open_loopback(answer("Hello.")) as model, bot(slack, model):
        slack.scopes.clear()
        await create(slack, "reviewer", "rex")
        await slack.say("rex: hi")
        message = await slack.shown("Hello.")

    assert message.username == ""


async def test_what_a_model_says_calls_no_whole_channel(bot: BotIn) -> None:
    async with (
        open_slack() as slack,
        open_loopback(answer("<!channel> and <@U0ADA>, look")) as model,
        bot(slack, model),
    ):
        await create(slack, "reviewer", "rex")
        await slack.say("rex: hi")
        message = await slack.shown("look")

    assert message.text.startswith("&lt;!channel&gt; and <@U0ADA>, look")


async def test_agents_are_reached_from_other_processes(bot: BotIn) -> None:
    async with (
        open_slack() as slack,
        open_loopback(answer("one"), answer("two")) as model,
        bot(slack, model),
    ):
        await create(slack, "reviewer", "rex")
        thread = await slack.say("rex: hi")
        await slack.shown("one")

        running, agent = find_agent(await find_runs(), "rex")
        await running.send(agent.path, "and from here")
        message = await slack.shown("two")

    assert message.thread == thread


async def test_the_bot_is_called_and_ended_by_its_own_name(bot: BotIn) -> None:
    async with (
        open_slack() as slack,
        open_loopback(answer("yes")) as model,
        bot(slack, model, "--name", "works-bot") as ended,
    ):
        await create(slack, "reviewer", "works-bot")
        await slack.say("works-bot: hi")
        await slack.shown("yes")

        (running,) = await find_runs()
        assert running.run is not None
        await running.stop("works-bot")
        with trio.fail_after(5):
            await ended.wait()

    assert running.run.own == "works-bot"
    assert [agent.name for agent in running.run.agents] == ["works-bot-2"]


async def test_what_comes_twice_is_answered_once(bot: BotIn) -> None:
    async with (
        open_slack() as slack,
        open_loopback(answer("one"), answer("two")) as model,
        bot(slack, model),
    ):
        await create(slack, "reviewer", "rex")
        ts = await slack.say("rex: first")
        await slack.say("rex: first", ts=ts, kind="app_mention")
        payload = {"event_id": "Ev-again", "event": event("rex: second")}
        await slack.deliver("events_api", payload, envelope_id="e-1")
        await slack.deliver("events_api", payload, envelope_id="e-2")
        await slack.shown("two")

    assert len(model.seen) == 2


async def test_people_who_talk_at_once_in_many_threads_are_all_answered(bot: BotIn) -> None:
    async with open_slack() as slack, open_loopback(answer("yes")) as model, bot(slack, model):
        await create(slack, "reviewer", "rex")
        async with trio.open_nursery() as nursery:
            for number in range(8):
                nursery.start_soon(slack.say, f"rex: question {number}")
        await slack.shown("yes", times=8)

    threads = {message.thread for message in slack.messages if "yes" in message.text}
    assert len(threads) == 8


async def test_an_agent_that_has_left_is_told_nothing_by_a_reaction(bot: BotIn) -> None:
    async with open_slack() as slack, open_loopback(answer("yes")) as model, bot(slack, model):
        await create(slack, "reviewer", "rex")
        await slack.say("rex: there?")
        message = await slack.shown("yes")
        await slack.say("stop rex")
        await slack.shown("*rex* has left")

        await slack.react("eyes", message)
        await slack.say("list")
        await slack.shown("there is nobody here yet")

    assert len(model.seen) == 1


async def test_a_persona_that_cannot_be_read_is_told_and_nobody_is_created(bot: BotIn) -> None:
    (bot.project / "rex.md").write_bytes(b"\xff")
    async with (
        open_slack() as slack,
        open_loopback(answer("no")) as model,
        bot(slack, model, "--persona-dir", str(bot.project)),
    ):
        await slack.say("create rex")
        await slack.shown("is not UTF-8: save it as such")
        await slack.say("list")
        await slack.shown("there is nobody here yet")
