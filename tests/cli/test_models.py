"""What ``sagent models`` lists."""

import json
import socket
from typing import Any

import pytest
from command import Command, Ended, one_line
from loopback import Reply, refusal, serve_loopback

ONE_OF_EACH = {"data": [{"id": "gpt-5.5"}, {"id": "gpt-99"}, {"id": "text-embedding-3-small"}]}


def listing(body: object) -> Reply:
    text = json.dumps(body).encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(text)}\r\n"
    return Reply([f"{head}\r\n".encode() + text])


def models(ended: Ended) -> dict[str, dict[str, Any]]:
    lines = map(json.loads, ended.stdout.decode().splitlines())
    return {line["model_id"]: line for line in lines}


def test_without_a_key_those_are_listed_that_prices_are_known_of(sagent: Command) -> None:
    ended = sagent("models", "--json")

    sonnet = models(ended)["claude-sonnet-4-6"]
    assert ended.returncode == 0
    assert ended.stderr == b""
    assert sonnet["provider"] == "Anthropic"
    assert sonnet["context_window"] == 1_000_000
    assert sonnet["input_usd_per_million"] == "3"
    assert sonnet["output_usd_per_million"] == "15"
    assert "image/png" in sonnet["media_types"]
    assert "high" in sonnet["efforts"]
    assert sonnet["key_variables"] == ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"]
    assert sonnet["is_ready"] is False


def test_words_choose_among_them(sagent: Command) -> None:
    ended = sagent("models", "claude", "HAIKU", "--json")

    assert models(ended)
    assert all("claude" in name and "haiku" in name for name in models(ended))


def test_the_name_of_a_provider_chooses_it(sagent: Command) -> None:
    ended = sagent("models", "moonshot", "k2", "--json")

    assert {model["provider"] for model in models(ended).values()} == {"Moonshot"}


def test_people_read_a_table_that_says_which_key_is_needed(sagent: Command) -> None:
    ended = sagent("models", "minimax", "m3.1")

    head, columns, row = ended.stdout.decode().splitlines()
    assert head == "MiniMax (needs MINIMAX_API_KEY)"
    assert columns.split()[:3] == ["MODEL", "WINDOW", "OUTPUT"]
    assert row.split() == ["minimax-m3.1-flash", "1M", "0.15", "0.60", "images", "none..max"]


def test_a_provider_whose_key_is_set_is_asked_what_it_has(sagent: Command) -> None:
    with serve_loopback(listing({"data": [{"id": "m", "context_length": 9000}]})) as server:
        environ = {"OPENAI_COMPAT_BASE_URL": server.base_url}
        ended = sagent("models", "openaicompat", "--json", environ=environ)

    assert models(ended)["m"]["context_window"] == 9000
    assert models(ended)["m"]["input_usd_per_million"] is None
    assert models(ended)["m"]["is_ready"] is True


def test_what_a_vendor_lists_that_writes_no_text_is_left_out(sagent: Command) -> None:
    with serve_loopback(listing(ONE_OF_EACH)) as server:
        environ = {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": "k"}
        ended = sagent("models", "openai", "--json", environ=environ)

    assert list(models(ended)) == ["gpt-5.5", "gpt-99"]


def test_a_provider_that_fails_is_one_line_and_the_others_are_listed(sagent: Command) -> None:
    with serve_loopback(refusal("401 Unauthorized", b"{}")) as server:
        environ = {
            "OPENAI_COMPAT_BASE_URL": server.base_url,
            "OPENAI_COMPAT_API_KEY": "sk-12345678",
        }
        ended = sagent("models", "--json", environ=environ)

    assert ended.returncode == 0
    assert "refused the key (401)" in one_line(ended.stderr)
    assert "claude-sonnet-4-6" in models(ended)


def test_a_vendor_that_cannot_be_reached_is_listed_as_far_as_it_is_known(sagent: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        proxy = f"http://127.0.0.1:{free.getsockname()[1]}"

    ended = sagent(
        "models", "moonshot", "--json", environ={"MOONSHOT_API_KEY": "k", "https_proxy": proxy}
    )

    assert one_line(ended.stderr)
    assert models(ended)["kimi-k2.6"]["is_ready"] is True


def test_offline_nobody_is_asked(sagent: Command) -> None:
    with serve_loopback(listing(ONE_OF_EACH)) as server:
        environ = {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": "k"}
        sagent("models", "--offline", environ=environ)

        assert server.seen == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("frob",), "no model of any provider has frob in its name"),
        (("SelfHosted",), "no model of SelfHosted is known: set its address"),
    ],
)
def test_what_nobody_has_is_told(sagent: Command, words: tuple[str, ...], told: str) -> None:
    ended = sagent("models", *words)

    assert ended.returncode == 1
    assert told in one_line(ended.stderr)


def test_those_of_this_machine_are_free_and_call_tools_by_a_grammar(sagent: Command) -> None:
    ended = sagent("models", "local", "--json")

    small = models(ended)["qwen2.5-coder-0.5b"]
    assert small["input_usd_per_million"] == "0"
    assert small["tools"] == "constrained"
    assert small["key_variables"] == []
