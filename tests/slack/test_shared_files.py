"""Files that people and agents share, and what no file is to have."""

from base64 import b64decode, b64encode
from pathlib import Path

import trio
from fake_slack import ADA, BOT, CHANNEL, FakeSlack, open_slack
from loopback import answer, call, open_loopback
from slack_bot import BotIn, create

PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def shared(slack: FakeSlack, name: str, kind: str, size: int) -> dict[str, object]:
    """Describe a file as an event does."""
    url = slack.url.replace("/api/", f"/files/{name}")
    return {"id": name, "name": name, "mimetype": kind, "size": size, "url_private_download": url}


def event(text: str) -> dict[str, object]:
    return {"type": "message", "user": ADA, "channel": CHANNEL, "ts": "1.5", "text": text}


def all_bytes_below(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in directory.rglob("*") if path.is_file())


async def test_images_and_texts_come_along(bot: BotIn) -> None:
    async with (
        open_slack() as slack,
        open_loopback(answer("A dot.")) as model,
        bot(slack, model),
    ):
        slack.files["/files/dot.png"] = ("image/png", PNG)
        slack.files["/files/notes.txt"] = ("text/plain", b"milk\n")
        await create(slack, "reviewer", "rex")
        await slack.say(
            "rex: what is this?",
            files=[
                shared(slack, "dot.png", "image/png", len(PNG)),
                shared(slack, "notes.txt", "text/plain", 5),
                shared(slack, "song.mp3", "audio/mpeg", 9),
            ],
        )
        await slack.shown("A dot.")

    words, picture = model.seen[0].body["messages"][-1]["content"]
    assert "[attached: dot.png]\n[notes.txt]\nmilk\n" in words["text"]
    assert "[song.mp3 is not attached: audio/mpeg is no image, PDF or text]" in words["text"]
    assert picture["image_url"]["url"].endswith(b64encode(PNG).decode())


async def test_the_token_goes_to_no_other_host_for_a_file(bot: BotIn) -> None:
    async with (
        open_slack() as slack,
        open_loopback(answer("elsewhere")) as elsewhere,
        open_loopback(answer("I cannot.")) as model,
        bot(slack, model),
    ):
        await create(slack, "reviewer", "rex")
        outside = shared(slack, "dot.png", "image/png", 9) | {
            "url_private_download": f"{elsewhere.base_url}/dot.png"
        }
        await slack.say("rex: look", files=[outside])
        await slack.shown("I cannot.")

    assert elsewhere.seen == []
    told = model.seen[0].body["messages"][-1]["content"]
    assert "[dot.png cannot be had: the file is kept outside of Slack: open it there]" in told


async def test_an_agent_shares_a_file_in_its_thread(bot: BotIn) -> None:
    (bot.project / "plan.txt").write_text("first, second")
    send = call("SendFile", {"file_path": "plan.txt", "comment": "as asked"})
    async with (
        open_slack() as slack,
        open_loopback(send, answer("There it is.")) as model,
        bot(slack, model),
    ):
        await create(slack, "planner", "pia")
        thread = await slack.say("pia: the plan, please")
        await slack.shown("There it is.")

    assert slack.shared == {"plan.txt": (CHANNEL, thread, b"first, second")}


async def test_secrets_are_in_no_file_of_the_run(bot: BotIn, tmp_path: Path) -> None:
    async with (
        open_slack() as slack,
        open_loopback(answer(f"it is {BOT}")) as model,
        bot(slack, model),
    ):
        await create(slack, "reviewer", "rex")
        await slack.say("rex: what is the token?")
        await slack.shown("it is")

    written = all_bytes_below(tmp_path)
    assert b"what is the token?" in written
    assert BOT.encode() not in written


async def test_a_key_is_fetched_once_and_is_in_no_file_of_the_run(
    bot: BotIn, tmp_path: Path
) -> None:
    fetch = f"echo x >> {tmp_path}/fetched; echo sk-of-a-command"
    async with (
        open_slack() as slack,
        open_loopback(answer("it is sk-of-a-command"), answer("again")) as model,
        bot(slack, model, "--auth", f"command:{fetch}"),
    ):
        await create(slack, "reviewer", "rex")
        await slack.say("rex: what is the key?")
        await slack.shown("it is")
        await slack.say("rex: and here?")
        await slack.shown("again")

    assert b"sk-of-a-command" not in all_bytes_below(tmp_path)
    assert (tmp_path / "fetched").read_text() == "x\n"


async def test_files_that_come_with_an_answer_are_not_lost(bot: BotIn) -> None:
    async with (
        open_slack() as slack,
        open_loopback(call("AskUser", {"question": "Which?"}), answer("I see.")) as model,
        bot(slack, model),
    ):
        slack.files["/files/plan.json"] = ("application/json", b'{"a": 1}')
        await create(slack, "planner", "pia")
        thread = await slack.say("pia: plan")
        await slack.shown("asks:*")
        plan = shared(slack, "plan.json", "application/json", 8)
        await slack.say("this one", thread=thread, files=[plan])
        with trio.fail_after(10):
            while "[plan.json]" not in (told := str(model.seen[-1].body["messages"])):
                await trio.sleep(0.01)

    assert "The user says: this one" in told
