"""What ``sagent doctor`` tells of a machine, however broken it is."""

import ctypes
import json
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import trio
from command import COMMAND, Command, Ended, clean, one_line
from loopback import Reply, open_loopback, refusal, serve_loopback

from sagent.cli._doctor import _versions

KEY = "sk-a-key-that-nobody-may-see"
MODELS = b'{"object":"list","data":[{"id":"m-1"},{"id":"m-2"}]}'
_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 24, 1, 2


def listing(*head: str) -> Reply:
    lines = ["HTTP/1.1 200 OK", "content-type: application/json", *head]
    lines.append(f"content-length: {len(MODELS)}")
    return Reply([("\r\n".join(lines) + "\r\n\r\n").encode() + MODELS])


def openai_at(base_url: str) -> dict[str, str]:
    return {"OPENAI_BASE_URL": base_url, "OPENAI_API_KEY": KEY}


def findings(ended: Ended) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ended.stdout.decode().splitlines()]


def found(ended: Ended, words: str) -> dict[str, Any]:
    fitting = [finding for finding in findings(ended) if words in finding["what"]]
    assert fitting, ended.stdout.decode()
    return fitting[0]


def as_somebody() -> None:
    """Take the right to read all from root, who tests as anybody does then."""
    libc = ctypes.CDLL(None)
    for capability in (_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH):
        libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)


async def doctor_process(
    *arguments: str, environ: Mapping[str, str], cwd: Path | None = None
) -> Ended:
    return await trio.run_process(
        [*COMMAND, "doctor", *arguments],
        capture_stdout=True,
        capture_stderr=True,
        check=False,
        env=environ,
        cwd=cwd,
        preexec_fn=as_somebody,
    )


def test_a_machine_on_which_all_works_has_exit_code_0(sagent: Command) -> None:
    with serve_loopback(listing()) as server:
        ended = sagent("doctor", "--json", environ=openai_at(server.base_url))

    assert ended.returncode == 0
    assert {finding["level"] for finding in findings(ended)} <= {"ok", "absent", "warning"}
    assert found(ended, "OPENAI_API_KEY")["what"].endswith("takes it and has 2 models")
    assert found(ended, "without flags, sagent asks gpt-5.5 of OpenAI")["level"] == "ok"


def test_each_vendor_is_asked_once(sagent: Command) -> None:
    with serve_loopback(listing()) as server:
        sagent("doctor", environ=openai_at(server.base_url))

        assert [seen.head.split("\r\n")[0] for seen in server.seen] == ["GET /v1/models HTTP/1.1"]


def test_a_key_that_is_refused_is_told_with_a_remedy_and_never_shown(sagent: Command) -> None:
    echo = json.dumps({"error": {"message": f"Incorrect API key provided: {KEY}"}}).encode()

    with serve_loopback(refusal("401 Unauthorized", echo)) as server:
        ended = sagent("doctor", "--json", environ=openai_at(server.base_url))

    refused = found(ended, "refused the key")
    assert ended.returncode == 1
    assert refused["level"] == "failed"
    assert refused["remedy"] == "set OPENAI_API_KEY to a key of OpenAI that is valid"
    assert KEY not in ended.stdout.decode() + ended.stderr.decode()


def test_a_port_where_nobody_listens_is_told_as_such(sagent: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        base_url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"

    ended = sagent("doctor", "--json", environ=openai_at(base_url))

    assert ended.returncode == 1
    assert found(ended, base_url)["level"] == "failed"
    assert "does a server run there" in found(ended, base_url)["remedy"]


@pytest.mark.slow
def test_a_vendor_that_says_nothing_is_given_up(sagent: Command) -> None:
    with serve_loopback(Reply([], hang=True)) as server:
        ended = sagent("doctor", "--json", environ=openai_at(server.base_url))

    assert ended.returncode == 1
    assert found(ended, "did not answer within 5 s")["level"] == "failed"


def test_a_server_that_lists_no_models_may_work_all_the_same(sagent: Command) -> None:
    with serve_loopback(refusal("404 Not Found", b"{}")) as server:
        ended = sagent("doctor", "--json", environ=openai_at(server.base_url))

    assert ended.returncode == 0
    assert found(ended, "(404)")["level"] == "warning"


def test_a_clock_that_is_wrong_is_told_by_how_much(sagent: Command) -> None:
    with serve_loopback(listing("date: Sun, 06 Nov 1994 08:49:37 GMT")) as server:
        ended = sagent("doctor", "--json", environ=openai_at(server.base_url))

    told = found(ended, "the clock is ")
    assert told["level"] == "warning"
    assert "ahead of that of 127.0.0.1" in told["what"]


def test_offline_nobody_is_asked(sagent: Command) -> None:
    with serve_loopback(listing()) as server:
        ended = sagent("doctor", "--offline", "--json", environ=openai_at(server.base_url))

        assert server.seen == []
    assert ended.returncode == 0
    assert found(ended, "OPENAI_API_KEY")["what"].endswith("are set; not asked")


def test_without_any_key_it_is_told_which_could_be_set(sagent: Command) -> None:
    ended = sagent("doctor", "--offline", "--json")

    assert ended.returncode == 1
    assert "ANTHROPIC_API_KEY" in found(ended, "no key found")["what"]


def test_a_key_that_was_copied_with_its_quotes_is_told(sagent: Command) -> None:
    ended = sagent("doctor", "--offline", "--json", environ={"OPENAI_API_KEY": f'"{KEY}"'})

    assert found(ended, "quotes")["level"] == "warning"
    assert KEY not in ended.stdout.decode()


def test_a_base_url_that_is_none_is_told_with_its_variable(sagent: Command) -> None:
    ended = sagent("doctor", "--offline", "--json", environ=openai_at("nonsense"))

    assert ended.returncode == 1
    assert "OPENAI_BASE_URL" in found(ended, "is not a base URL")["remedy"]


async def test_a_home_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    shut = tmp_path / "shut"
    shut.mkdir(mode=0)

    ended = await doctor_process(
        "--offline", "--json", environ=clean() | {"SAGENT_HOME": str(shut)}
    )

    told = found(ended, f"{shut} cannot be read and written")
    assert ended.returncode == 1
    assert "chmod u+rwx" in told["remedy"]
    assert ended.stderr == b""


async def test_a_home_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)  # noqa: ASYNC240  # before anything runs

    ended = await doctor_process(
        "--offline", "--json", environ=clean() | {"SAGENT_HOME": str(tmp_path / "new")}
    )

    assert ended.returncode == 1
    assert found(ended, "cannot be made")["remedy"].startswith("export SAGENT_HOME=")


async def test_with_nothing_in_the_environment_all_is_told_that_can_be(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    script = f"import os, sys; os.rmdir({str(gone)!r}); from sagent.cli import main; main()"

    ended = await trio.run_process(
        [sys.executable, "-P", "-c", script, "doctor", "--json"],
        capture_stdout=True,
        capture_stderr=True,
        check=False,
        env={"SAGENT_HOME": str(tmp_path / "file" / "below"), "TERM": "dumb"},
        cwd=gone,
    )

    sections = {finding["section"] for finding in findings(ended)}
    assert {"versions", "terminal", "home", "project", "programs", "providers"} <= sections
    assert found(ended, "the current directory is gone")["level"] == "failed"
    assert ended.stderr == b""


def test_nothing_is_made_by_looking(sagent: Command, home: Path, project: Path) -> None:
    sagent("doctor", "--offline")

    assert not home.exists()
    assert list(project.iterdir()) == []


def test_a_home_that_is_a_file_is_told(sagent: Command, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    ended = sagent("doctor", "--offline", "--json", environ={"SAGENT_HOME": f"{tmp_path}/file"})

    assert found(ended, "is no directory")["level"] == "failed"


def test_a_home_that_others_can_enter_is_told(sagent: Command, home: Path) -> None:
    home.mkdir(mode=0o755)
    home.chmod(0o755)

    ended = sagent("doctor", "--offline", "--json")

    assert found(ended, "open to other users")["remedy"] == f"chmod 700 {home}"


def test_what_is_left_of_killed_processes_is_told(sagent: Command, home: Path) -> None:
    (home / "run").mkdir(parents=True, mode=0o700)
    session = home / "projects" / "p-00000000" / "sessions" / "s"
    session.mkdir(parents=True)
    (session / "session.jsonl").write_text("{}\n")
    (session / "writer.pid").write_text("99999999\n")

    ended = sagent("doctor", "--offline", "--json")

    assert "1 session" in found(ended, "1 session")["what"]
    assert found(ended, "ended with a killed process")["level"] == "ok"


def test_a_configuration_with_an_error_is_told_with_its_place(
    sagent: Command, project: Path
) -> None:
    (project / ".sagent").mkdir()
    (project / ".sagent" / "config.toml").write_text("model = \n")

    ended = sagent("doctor", "--offline", "--json")

    told = found(ended, "config.toml")
    assert told["level"] == "failed"
    assert "config.toml:1: this is no TOML" in told["what"]


def test_a_configuration_that_says_what_cannot_be_meant_is_told(
    sagent: Command, home: Path
) -> None:
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text("modle = 1\n")

    ended = sagent("doctor", "--offline", "--json")

    assert "unknown key modle; did you mean model?" in found(ended, "config.toml")["what"]


def test_a_fault_in_the_projects_files_is_told(sagent: Command, project: Path) -> None:
    agents = project / ".sagent" / "agents"
    agents.mkdir(parents=True)
    (agents / "broken.md").write_text("---\nmax_tool_call_rounds: many\n---\nhello\n")

    ended = sagent("doctor", "--offline", "--json")

    assert found(ended, "broken.md")["level"] == "warning"


@pytest.mark.parametrize(
    ("proxy", "level", "words"),
    [
        ("http://proxy:3128", "ok", "by the proxy http://proxy:3128"),
        ("http://user:hunter22@proxy:3128", "ok", "by the proxy http://proxy:3128"),
        ("socks5://proxy:1080", "failed", "SOCKS is not installed"),
        ("ftp://proxy", "failed", "no address of a proxy"),
        ("http://proxy:port", "failed", "no address of a proxy"),
    ],
)
def test_a_proxy_is_told_without_its_password(
    sagent: Command, proxy: str, level: str, words: str
) -> None:
    ended = sagent("doctor", "--offline", "--json", environ={"https_proxy": proxy})

    assert found(ended, words)["level"] == level
    assert "hunter22" not in ended.stdout.decode()


def test_certificates_that_are_not_there_are_told(sagent: Command) -> None:
    ended = sagent("doctor", "--offline", "--json", environ={"SSL_CERT_FILE": "/no/such/file"})

    assert found(ended, "/no/such/file")["level"] == "failed"


def test_a_library_that_is_too_old_is_told(
    sagent: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def version(name: str) -> str:
        return "0.1" if name == "trio" else "99"

    monkeypatch.setattr(_versions, "version", version)

    ended = sagent("doctor", "--offline", "--json")

    assert "pip install --upgrade 'trio" in found(ended, "trio 0.1 is older than")["remedy"]


def test_a_program_that_is_broken_is_told(sagent: Command, tmp_path: Path) -> None:
    broken = tmp_path / "rg"
    broken.write_text("#!/bin/sh\necho no such library >&2; exit 127\n")
    broken.chmod(0o755)

    ended = sagent(
        "doctor", "--offline", "--json", environ={"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    )

    assert found(ended, "no such library")["remedy"] == "install rg anew"


def test_half_of_what_slack_needs_is_told(sagent: Command) -> None:
    environ = {"SLACK_APP_TOKEN": "xapp-1", "SLACK_BOT_TOKEN": ""}

    ended = sagent("doctor", "--offline", "--json", environ=environ)

    assert found(ended, "SLACK_APP_TOKEN alone")["remedy"].startswith("set SLACK_BOT_TOKEN")


def test_words_after_it_are_wrong_usage(sagent: Command) -> None:
    ended = sagent("doctor", "--frobnicate")

    assert ended.returncode == 2
    one_line(ended.stderr)


async def test_a_signal_ends_it(tmp_path: Path) -> None:
    async with open_loopback(Reply([], hang=True)) as server:
        process = await trio.lowlevel.open_process(
            [*COMMAND, "doctor"],
            env=clean() | openai_at(server.base_url),
            stdout=-3,
            stderr=-3,
        )
        await server.asked.wait()
        process.terminate()

        assert await process.wait() == 130
