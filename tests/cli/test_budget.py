"""What a run may take."""

import json
from pathlib import Path

from command import Command, at, one_line
from loopback import answer, call, chat, serve_loopback
from maps import notes

from sagent.home import Home
from sagent.session import list_sessions, read_session


def test_at_its_limit_a_run_fails_and_says_what_and_how_to_go_on(
    sagent: Command, project: Path, home: Path
) -> None:
    with serve_loopback(call("List", {"path": "."})) as server:
        done = sagent(*at(server), "--tools", "List", "--max-budget-tokens", "2100", "go")

    (session,) = list_sessions(Home(home), project)
    line = one_line(done.stderr)
    assert (done.returncode, done.stdout) == (1, b"")
    assert "the budget of this run is 2,100 tokens" in line
    assert "--max-budget-tokens" in line
    assert f"session {session.id}: --continue goes on" in line
    assert len(server.seen) == 1


def test_what_was_done_before_the_limit_is_in_the_session(
    sagent: Command, project: Path, home: Path
) -> None:
    with serve_loopback(call("List", {"path": "."}), answer("done")) as server:
        sagent(*at(server), "--tools", "List", "--max-budget-tokens", "2100", "go")
        (session,) = list_sessions(Home(home), project)
        kept = read_session(session.directory).conversation
        done = sagent(
            *at(server), "--continue", "--tools", "List", "--max-budget-tokens", "2100", "go on"
        )

    assert len(kept) == 3
    assert done.stdout == b"done\n"


def test_a_session_elsewhere_is_told_by_its_place(sagent: Command, project: Path) -> None:
    with serve_loopback(call("List", {"path": "."})) as server:
        done = sagent(*at(server), "--session", "s", "--max-tool-call-rounds", "1", "go")

    assert done.returncode == 1
    assert "asked 1 time" in one_line(done.stderr)
    assert "session s: --session s goes on" in one_line(done.stderr)


def test_time_that_is_up_ends_a_run(sagent: Command, project: Path) -> None:
    with serve_loopback(chat({"choices": []}, hang=True)) as server:
        done = sagent(*at(server), "--output-format", "json", "--max-budget-seconds", "0.3", "go")

    line = one_line(done.stderr)
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert "--max-budget-seconds" in line
    assert told["session_id"] in line
    assert "--max-budget-seconds" in told["error"]


def test_a_limit_of_money_is_refused_where_no_price_is_known(
    sagent: Command, project: Path
) -> None:
    with serve_loopback(answer("hello")) as server:
        done = sagent(*at(server), "--max-budget-usd", "1", "hi")

    assert done.returncode == 2
    assert "no price is known for m, so --max-budget-usd" in one_line(done.stderr)
    assert server.seen == []


def test_a_map_that_could_not_keep_a_limit_of_money_says_so_once(
    sagent: Command, project: Path
) -> None:
    notes(project, 3)
    with serve_loopback(answer("fine")) as server:
        done = sagent(
            *("map", *at(server), "--over", "*.txt", "--prompt", "Go.", "--max-budget-usd", "1")
        )

    assert (done.returncode, done.stdout, server.seen) == (2, b"", [])
    assert "no price is known for m, so --max-budget-usd" in one_line(done.stderr)
