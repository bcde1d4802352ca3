"""The command ``sagent-slack``: its usage, its errors in one line, and its end."""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trio
from command import clean, one_line
from fake_slack import ADA, APP, BOT, CHANNEL, Fault, open_slack, serve_slack
from fake_slack_api import EVENT_SCOPES, METHOD_SCOPES
from loopback import Reply, answer, frame, open_loopback, stream_head
from slack_bot import at, create, usual

from sagent.errors import SlackError
from sagent.slack import main
from sagent.slack._bot import serve
from sagent.slack._parser import parse_slack

COMMAND = [sys.executable, "-c", "import sys; from sagent.slack import main; sys.exit(main())"]
LISTS = ["--allow-user", ADA, "--allow-channel", CHANNEL]
TOKENS = {"SLACK_APP_TOKEN": APP, "SLACK_BOT_TOKEN": BOT}

type Run = Callable[..., tuple[int, str]]


@pytest.fixture
def bot(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """Run the command within this process; give its exit code and its one line."""

    def run(*arguments: str) -> tuple[int, str]:
        code = main([*LISTS, "--cwd", str(project), *arguments])
        return code, one_line(capsys.readouterr().err)

    for name, token in TOKENS.items():
        monkeypatch.setenv(name, token)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield run
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ([], "say who may talk to them with --allow-user ID"),
        (["--allow-user", ADA], "and where with --allow-channel ID"),
        (["--allow-channel", CHANNEL], "say who may talk to them"),
        (["--allow-user", "ada", "--allow-channel", CHANNEL], "'ada' is no id of a user"),
        (["--allow-user", ADA, "--allow-channel", "#work"], "'#work' is no id of a channel"),
        ([*LISTS, "--app-token", BOT], "begins with xapp- is another kind of token"),
        ([*LISTS, "--bot-token", ""], "begins with xoxb- is missing: set SLACK_BOT_TOKEN"),
        ([*LISTS, "--bot-token", "xoxb-a b"], "is damaged: copy it anew"),
        ([*LISTS, "--persona-dir", "/nowhere"], "'/nowhere' is no directory"),
        ([*LISTS, "--api-url", "http://slack.com/api/"], "no address with https"),
        ([*LISTS, "--nonsense"], "unrecognized arguments: --nonsense"),
    ],
)
def test_wrong_usage_is_told_in_a_line(
    arguments: list[str],
    line: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, token in TOKENS.items():
        monkeypatch.setenv(name, token)

    with pytest.raises(SystemExit) as end:
        main(arguments)

    told = one_line(capsys.readouterr().err)
    assert end.value.code == 2
    assert line in told
    assert "xoxb-a b" not in told


async def test_help_loads_neither_the_network_nor_the_agents() -> None:
    code = (
        "import sys\ntry:\n    from sagent.slack import main; main(['--help'])\nfinally:\n"
        "    print(*{'httpx', 'trio', 'websockets', 'attrs'} & {*sys.modules}, file=sys.stderr)"
    )

    done = await trio.run_process(
        [sys.executable, "-c", code], capture_stdout=True, capture_stderr=True, check=False
    )

    assert b"--allow-user" in done.stdout
    assert done.stderr.split() == []


def test_the_manifest_of_the_app_has_the_scope_of_every_method_and_event(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--app-manifest"])

    manifest = json.loads(capsys.readouterr().out)
    scopes = set(manifest["oauth_config"]["scopes"]["bot"])
    events = manifest["settings"]["event_subscriptions"]["bot_events"]
    assert end.value.code == 0
    assert {scope for scope in METHOD_SCOPES.values() if scope} <= scopes
    assert {EVENT_SCOPES[event] for event in events} <= scopes
    assert manifest["settings"]["socket_mode_enabled"] is True
    assert manifest["settings"]["interactivity"] == {"is_enabled": True}
    assert manifest["features"]["app_home"]["messages_tab_enabled"] is True


def test_a_shell_is_told_how_a_line_may_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["__complete", "zsh", "--allow-user", ADA, "--allow-"])

    told = [line.partition("\t")[0] for line in capsys.readouterr().out.splitlines()]
    assert code == 0
    assert told == ["--allow-user", "--allow-channel"]


def test_a_shell_is_told_of_models_and_directories(capsys: pytest.CaptureFixture[str]) -> None:
    main(["__complete", "fish", "--provider", "anthropic", "--model", "claude-"])
    main(["__complete", "fish", "--persona-dir", ""])

    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("claude-")
    assert told[-1] == ":directories"


def test_a_token_that_is_refused_is_one_line(bot: Run) -> None:
    with serve_slack() as slack:
        slack.bot_token = "xoxb-another"

        told = bot("--api-url", slack.url)

    assert told == (
        1,
        "sagent: Slack refuses auth.test (invalid_auth): check SLACK_BOT_TOKEN\n",
    )


def test_an_app_token_that_is_refused_is_one_line(bot: Run) -> None:
    with serve_slack() as slack:
        slack.app_token = "xapp-another"

        code, line = bot("--api-url", slack.url)

    assert code == 1
    assert "(invalid_auth): check SLACK_APP_TOKEN" in line


def test_a_missing_scope_is_named(bot: Run) -> None:
    missing = {"ok": False, "error": "missing_scope", "needed": "connections:write"}
    with serve_slack() as slack:
        slack.faults["apps.connections.open"] = [Fault(body=missing)]

        code, line = bot("--api-url", slack.url)

    assert code == 1
    assert "give the app the scope connections:write" in line


def test_a_dead_network_is_one_line(bot: Run) -> None:
    code, line = bot("--api-url", "http://127.0.0.1:9/api/")

    assert code == 1
    assert "no connection to 127.0.0.1 (ConnectError)" in line


def test_a_folder_that_cannot_be_made_is_one_line(bot: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    code, line = bot("--session-dir", str(tmp_path / "file" / "runs"))

    assert code == 1
    assert "cannot be made" in line


async def test_without_its_library_it_says_how_to_get_it(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['websockets'] = None\n"
        "import importlib.util as u; real = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'websockets' else real(name, *a)\n"
        "from sagent.slack import main; sys.exit(main())"
    )

    done = await trio.run_process(
        [sys.executable, "-c", code, *LISTS],
        capture_stderr=True,
        check=False,
        env=clean() | TOKENS | {"SAGENT_HOME": str(tmp_path)},
    )

    assert done.returncode == 1
    assert "pip install 'sagent[slack]'" in one_line(done.stderr)


async def test_a_token_that_is_revoked_meanwhile_ends_it(project: Path) -> None:
    async with open_slack() as slack, open_loopback(answer("yes")) as model:
        options = parse_slack([*usual(slack, project), *at(model)])
        async with trio.open_nursery() as nursery:
            ended = trio.Event()

            async def run() -> None:
                with pytest.raises(SlackError, match=r"\(token_revoked\): check SLACK_BOT_TOKEN"):
                    await serve(options, nursery.cancel_scope.cancel)
                ended.set()

            nursery.start_soon(run)
            await create(slack, "reviewer", "rex")
            revoked = Fault(body={"ok": False, "error": "token_revoked"})
            slack.faults["chat.postMessage"] = [revoked] * 3

            await slack.say("rex: there?")
            with trio.fail_after(5):
                await ended.wait()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_it_and_what_was_said_is_kept(
    tmp_path: Path, project: Path, number: signal.Signals
) -> None:
    begun = stream_head() + frame({"choices": [{"delta": {"content": "I begin"}}]})
    async with (
        open_slack() as slack,
        open_loopback(Reply([begun], hang=True), answer("I go on.")) as model,
    ):
        arguments = [*COMMAND, *usual(slack, project), *at(model)]
        process = await trio.lowlevel.open_process(arguments, env=dict(os.environ))
        await create(slack, "reviewer", "rex")
        thread = await slack.say("rex: think")
        message = await slack.shown("I begin")
        process.send_signal(number)
        with trio.fail_after(10):
            assert await process.wait() == 130
            await model.gone.wait()

        process = await trio.lowlevel.open_process([*arguments, "--continue"], env=dict(os.environ))
        await slack.until(lambda: slack.connections == 2)
        await slack.say("and?", thread=thread)
        await slack.shown("I go on.")
        process.send_signal(signal.SIGKILL)
        await process.wait()

    assert message.text.endswith("⏹️ interrupted")
    told = [one["content"] for one in model.seen[1].body["messages"][1:]]
    assert told[0] == f"<@{ADA}>: think"
    assert told[-1].endswith(f"<@{ADA}>: and?")


@pytest.mark.slow
async def test_sagent_stop_ends_it_by_the_number_of_its_process(project: Path) -> None:
    async with open_slack() as slack, open_loopback(answer("yes")) as model:
        arguments = [*COMMAND, *usual(slack, project), *at(model)]
        process = await trio.lowlevel.open_process(arguments, env=dict(os.environ))
        await slack.until(lambda: slack.connections == 1)

        stop = [sys.executable, "-m", "sagent", "stop", str(process.pid)]
        done = await trio.run_process(stop, check=False, capture_stderr=True)
        with trio.fail_after(10):
            code = await process.wait()

    assert (done.returncode, done.stderr, code) == (0, b"", 130)
