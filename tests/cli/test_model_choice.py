"""Which model a run asks."""

import pytest
from command import one_line

from sagent.cli._model_choice import choose_model
from sagent.cli._parser import parse
from sagent.errors import UsageError
from sagent.providers import KEY_VARIABLES
from sagent.session import SessionState

CLAUDE = SessionState(provider="Anthropic", model_id="claude-x")


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for variables in KEY_VARIABLES.values():
        for name in variables:
            monkeypatch.delenv(name, raising=False)
    for name in ("OPENAI_COMPAT_BASE_URL", "SAGENT_SELFHOSTED_MODEL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, "k")


def chosen(*flags: str, known: SessionState) -> tuple[str, str]:
    choice = choose_model(parse(flags), known, lambda _: None)
    return choice.provider, choice.model.model_id


@pytest.mark.parametrize(
    ("flags", "known", "model"),
    [
        ((), CLAUDE, ("Anthropic", "claude-x")),
        (("--model", "gpt-x"), CLAUDE, ("OpenAI", "gpt-x")),
        (("--model", "claude-y"), CLAUDE, ("Anthropic", "claude-y")),
        (("--provider", "anthropic"), CLAUDE, ("Anthropic", "claude-x")),
        (("--provider", "OpenAI", "--model", "o3"), CLAUDE, ("OpenAI", "o3")),
        (
            ("--base-url", "http://127.0.0.1/v1"),
            SessionState(provider="OpenAICompat", model_id="m"),
            ("OpenAICompat", "m"),
        ),
        ((), SessionState(provider="Local"), ("Local", "qwen2.5-coder-0.5b")),
    ],
)
def test_flags_go_before_the_session_and_the_session_before_the_default(
    flags: tuple[str, ...], known: SessionState, model: tuple[str, str]
) -> None:
    assert chosen(*flags, known=known) == model


def test_a_model_that_is_not_at_hand_any_more_is_told_with_what_stands_in(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY")

    provider, _ = chosen(known=CLAUDE)

    line = one_line(capsys.readouterr().err)
    assert provider == "OpenAI"
    assert "claude-x of Anthropic, which this session used, is not at hand" in line
    assert "ANTHROPIC_API_KEY" in line


def test_where_nothing_stands_in_the_sessions_own_lack_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name)

    with pytest.raises(UsageError, match="OpenAICompat needs a base URL"):
        chosen(known=SessionState(provider="OpenAICompat", model_id="m"))
