"""Where a run takes its key from, and who pays."""

import os
import shlex
from pathlib import Path

import pytest
from command import Command, Ended, one_line
from loopback import Loopback, answer, call, refusal, serve_loopback

from sagent.cli._config import configure
from sagent.cli._model_choice import for_another
from sagent.cli._parser import parse

KEY = "sk-one-of-many"


def asked(sagent: Command, *flags: str, environ: dict[str, str]) -> tuple[Ended, Loopback]:
    with serve_loopback(answer("done")) as server:
        ended = sagent(
            *("--base-url", server.base_url, "--model", "m", *flags, "hello"), environ=environ
        )
    return ended, server


def sent_key(server: Loopback) -> str:
    lines = server.seen[0].head.split("\r\n")
    return next(line for line in lines if line.lower().startswith("authorization:")).split()[-1]


def test_a_variable_of_any_name_may_hold_the_key(sagent: Command) -> None:
    ended, server = asked(sagent, "--auth", "env:WORK", environ={"WORK": KEY})

    assert ended.stdout == b"done\n"
    assert ended.stderr == b""
    assert sent_key(server) == KEY


def test_a_file_may_hold_the_key(sagent: Command, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\nand a word about it\n")
    file.chmod(0o600)

    ended, server = asked(sagent, "--auth", f"file:{file}", environ={})

    assert ended.stderr == b""
    assert sent_key(server) == KEY


def test_a_file_that_others_may_read_is_told(sagent: Command, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(KEY)
    file.chmod(0o644)

    ended, server = asked(sagent, "--auth", f"file:{file}", environ={})

    assert f"chmod 600 {file}" in one_line(ended.stderr)
    assert sent_key(server) == KEY


def test_a_command_may_tell_the_key(sagent: Command) -> None:
    command = f"echo looking >&2; printf '%s\\n' {shlex.quote(KEY)} | head -1"

    ended, server = asked(sagent, "--auth", f"command:{command}", environ={})

    assert ended.stderr == b""
    assert sent_key(server) == KEY


def test_a_key_itself_is_taken_with_a_word_of_warning(sagent: Command) -> None:
    ended, server = asked(sagent, "--auth", KEY, environ={})

    told = one_line(ended.stderr)
    assert "list processes" in told
    assert KEY not in told
    assert sent_key(server) == KEY


def test_a_given_key_is_kept_out_of_the_session_and_the_log(
    sagent: Command, tmp_path: Path, home: Path
) -> None:
    file = tmp_path / "key"
    file.write_text(KEY)
    file.chmod(0o600)
    read = call("Read", {"file_path": str(file)})

    with serve_loopback(read, refusal("500 Oops", KEY.encode()), answer("done")) as server:
        flags = ("--auth", f"file:{file}", "--log-level", "DEBUG")
        ended = sagent("--base-url", server.base_url, "--model", "m", *flags, "read it")

    kept = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert ended.stdout == b"done\n"
    assert b"read it" in kept
    assert KEY.encode() not in kept + ended.stderr


def test_env_is_as_if_nothing_was_said(sagent: Command) -> None:
    _, server = asked(sagent, "--auth", "env", environ={"OPENAI_COMPAT_API_KEY": KEY})

    assert sent_key(server) == KEY


def test_a_given_key_goes_where_the_environment_says(sagent: Command) -> None:
    with serve_loopback(answer("done")) as server:
        environ = {"MOONSHOT_BASE_URL": server.base_url, "MOONSHOT_API_KEY": "another", "K": KEY}
        sagent("--provider", "Moonshot", "--auth", "env:K", "hello", environ=environ)

    assert sent_key(server) == KEY


@pytest.mark.parametrize(
    ("auth", "told", "code"),
    [
        ("env:NOBODY_SET_IT", "NOBODY_SET_IT is not set", 1),
        ("file:/no/such/key", "/no/such/key cannot be read", 2),
        (f"file:{os.devnull}", "gives no key: it is empty", 1),
        ("command:exit 3", "ended with code 3: run it by itself", 2),
        ("command:true", "gives no key", 1),
        ("keyring:sagent", "keyring: is no way to a key", 2),
    ],
)
def test_a_key_that_cannot_be_had_is_one_line(
    sagent: Command, auth: str, told: str, code: int
) -> None:
    ended, server = asked(sagent, "--auth", auth, environ={})

    assert ended.returncode == code
    assert told in one_line(ended.stderr)
    assert server.seen == []


def test_a_key_needs_somebody_whose_it_is(sagent: Command) -> None:
    ended = sagent("--auth", "env:K", "hello", environ={"K": KEY})

    assert ended.returncode == 2
    assert "needs --provider or --model" in one_line(ended.stderr)


@pytest.mark.parametrize(
    ("flags", "chosen", "named", "key"),
    [
        (("--model", "gpt-5.5"), "OpenAI", "gpt-5", KEY),
        (("--model", "gpt-5.5"), "OpenAI", "my-own", KEY),
        (("--model", "gpt-5.5"), "OpenAI", "claude-opus-5", ""),
        (("--base-url", "http://127.0.0.1:1/v1"), "OpenAICompat", "claude-opus-5", KEY),
        (("--provider", "OpenAI"), "OpenAI", "claude-opus-5", KEY),
        (("--provider", "openai"), "OpenAI", "claude-opus-5", KEY),
    ],
)
def test_a_given_key_is_never_sent_to_another_provider(
    flags: tuple[str, ...], chosen: str, named: str, key: str
) -> None:
    options = parse((*flags, "--auth", "env:K"))
    options.key = KEY

    assert for_another(options, chosen, named).key == key


def test_a_given_key_is_not_sent_to_another_provider_by_an_alias_either(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[aliases]\nwise = "claude-opus-5"\n')
    options = parse(("--model", "gpt-5.5", "--auth", "env:K", "--config", str(config)))
    configure(options)
    options.key = KEY

    assert for_another(options, "OpenAI", "wise").key == ""


@pytest.mark.parametrize(
    ("account", "heads"),
    [
        ("org-1", {"openai-organization": "org-1"}),
        ("proj_2", {"openai-project": "proj_2"}),
        ("org-1/proj_2", {"openai-organization": "org-1", "openai-project": "proj_2"}),
    ],
)
def test_an_account_of_openai_is_named_to_it(
    sagent: Command, account: str, heads: dict[str, str]
) -> None:
    with serve_loopback(refusal("401 Unauthorized", b"{}")) as server:
        environ = {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": KEY}
        sagent("--provider", "OpenAI", "--account", account, "hello", environ=environ)

    lines = [line.partition(": ") for line in server.seen[0].head.split("\r\n")]
    sent = {name.lower(): value for name, _, value in lines}
    assert {name: sent[name] for name in sent if name.startswith("openai-")} == heads


@pytest.mark.parametrize("provider", ["Anthropic", "Local"])
def test_who_has_no_accounts_says_so(sagent: Command, provider: str) -> None:
    ended = sagent(
        "--provider", provider, "--account", "me", "hello", environ={"ANTHROPIC_API_KEY": KEY}
    )

    assert ended.returncode == 2
    assert "--account" in one_line(ended.stderr)
