"""``--advisor``: a run whose agent may ask another model."""

import json
from pathlib import Path

import pytest
from command import Command, at, one_line
from loopback import answer, call, refusal, serve_loopback

QUESTION = call("Advisor", {"question": "Which way?"})


def test_an_adviser_whose_name_tells_no_provider_is_of_the_models_own(sagent: Command) -> None:
    with serve_loopback(QUESTION, answer("Go left."), answer("left")) as server:
        ended = sagent(*at(server), "--advisor", "wise", "--output-format", "json", "go")

    assert [seen.body["model"] for seen in server.seen] == ["m", "wise", "m"]
    assert server.seen[2].body["messages"][-1]["content"] == "Go left."
    assert json.loads(ended.stdout)["content"] == "left"
    assert json.loads(ended.stdout)["usage"]["output_tokens"] >= 4


def test_an_adviser_may_be_of_another_provider_with_a_key_of_its_own(sagent: Command) -> None:
    with (
        serve_loopback(refusal("401 Unauthorized", b"{}")) as moonshot,
        serve_loopback(QUESTION, answer("alone then")) as server,
    ):
        environ = {"MOONSHOT_BASE_URL": moonshot.base_url, "MOONSHOT_API_KEY": "sk-its-own"}
        ended = sagent(*at(server), "--advisor", "kimi-k3", "go", environ=environ)

    assert ended.stdout == b"alone then\n"
    assert moonshot.seen[0].body["model"] == "kimi-k3"
    assert "sk-its-own" in moonshot.seen[0].head
    assert "refused the key" in server.seen[1].body["messages"][-1]["content"]


def test_the_provider_may_be_named(sagent: Command) -> None:
    with (
        serve_loopback(answer("Go left.")) as hosted,
        serve_loopback(QUESTION, answer("left")) as server,
    ):
        environ = {"SAGENT_SELFHOSTED_BASE_URL": hosted.base_url}
        sagent(*at(server), "--advisor", "selfhosted:gpt-oss", "go", environ=environ)

    assert hosted.seen[0].body["model"] == "gpt-oss"


def test_it_may_be_asked_as_often_as_is_said(sagent: Command) -> None:
    with serve_loopback(QUESTION, answer("Go left."), QUESTION, answer("left")) as server:
        sagent(*at(server), "--advisor", "wise", "--advisor-max-uses", "1", "go")

    assert [seen.body["model"] for seen in server.seen] == ["m", "wise", "m", "m"]
    assert "max_uses=1" in server.seen[3].body["messages"][-1]["content"]


@pytest.mark.parametrize(
    ("flags", "told", "code"),
    [
        (("--advisor-max-uses", "2"), "goes with --advisor", 2),
        (("--advisor", "wise", "--advisor-max-uses", "0"), "allow at least 1", 2),
        (("--advisor", "claude-opus-5"), "no key for Anthropic", 1),
    ],
)
def test_an_adviser_that_cannot_be_had_is_one_line(
    sagent: Command, flags: tuple[str, ...], told: str, code: int
) -> None:
    with serve_loopback(answer("hello")) as server:
        ended = sagent(*at(server), *flags, "go")

    assert ended.returncode == code
    assert told in one_line(ended.stderr)
    assert server.seen == []


def test_an_adviser_may_be_named_by_an_alias_that_tells_its_provider(
    sagent: Command, home: Path
) -> None:
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text('[aliases]\nwise = "kimi-k3"\n')
    with (
        serve_loopback(answer("Go left.")) as moonshot,
        serve_loopback(QUESTION, answer("left")) as server,
    ):
        environ = {"MOONSHOT_BASE_URL": moonshot.base_url, "MOONSHOT_API_KEY": "sk-its-own"}
        sagent(*at(server), "--advisor", "wise", "go", environ=environ)

    assert [seen.body["model"] for seen in moonshot.seen] == ["kimi-k3"]
