"""Config files that say what cannot be meant: one line each, with place and remedy."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from command import Command, one_line
from settings import write_config


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("model = x", 1, "this is no TOML: invalid value; texts stand in quotes"),
        ("\n[map\n", 2, "this is no TOML: expected ']' at the end of a table declaration"),
        ('model = "a"\nmodel = "b"', 2, "this is no TOML: cannot overwrite a value"),
        ('name = """\nmodel', 2, "this is no TOML: "),
        ('# modle\nmodle = "x"', 2, "unknown key modle; did you mean model?"),
        ("limit = 3", 1, "unknown key limit; did you mean map.limit?"),
        ("[map]\nlimt = 3", 2, "unknown key map.limt; did you mean limit?"),
        ("[mapp]\nlimit = 3", 1, "unknown key mapp; did you mean map?"),
        ('[providers.Antropic]\nmodel = "x"', 1, "did you mean Anthropic?"),
        ("[zzz]", 1, "unknown key zzz; there are add_dir, advisor, "),
        ("map = 3", 1, "map is a table: write [map] on a line of its own"),
        ('name = """\nmodel = 3\n"""\nmodel = 3', 4, "model wants a text in quotes, not a number"),
        ('tools = "Read"', 1, 'tools wants a list, like ["a", "b"], not \'Read\''),
        ('tools = [\n"Raed"]', 1, "tools cannot be 'Raed'; did you mean Read?"),
        ('provider = "anthropic"', 1, "did you mean Anthropic?"),
        ('output_format = "xml"', 1, "cannot be 'xml'; choose text, json, stream-json"),
        ('compact = "yes"', 1, "compact wants true or false, not 'yes'"),
        ("compact = 1", 1, "compact wants true or false, not a number"),
        ("max_budget_tokens = 0", 1, "max_budget_tokens cannot be 0: take at least 1"),
        ("max_budget_tokens = true", 1, "wants a whole number, not true or false"),
        ("max_budget_tokens = 1.5", 1, "wants a whole number, not a number"),
        ("max_budget_usd = nan", 1, "max_budget_usd cannot be NaN: take at least 0"),
        ("max_budget_usd = -1", 1, "cannot be -1: take at least 0"),
        ("max_budget_seconds = 0", 1, "cannot be 0: take more than 0"),
        ("max_budget_seconds = 2026-01-01", 1, "wants a number, not a date or a time"),
        ('base_url = "localhost"', 1, "is no address: write it like https://host/v1"),
        ('model = ""', 1, "model is empty: leave it out"),
        ('name = "a/b"', 1, "name has 'a/b', which is no name of an agent"),
        ('slack.allow_user = ["bob"]', 1, "which is no id of a user, such as U024BE7LH"),
    ],
)
def test_the_file_the_line_and_what_to_do_are_told(
    text: str, line: int, said: str, sagent: Command, home: Path
) -> None:
    path = write_config(home, text)

    done = sagent("hi")

    told = one_line(done.stderr)
    assert (done.returncode, done.stdout) == (2, b"")
    assert told.startswith(f"sagent: {path}:{line}: ")
    assert said in told


@pytest.mark.parametrize(
    "text",
    [
        'api_key = "SECRETSECRET"',
        'anthropic_api_key = "SECRETSECRET"',
        '[slack]\nbot_token = "xoxb-SECRETSECRET"',
        '[providers.OpenAI]\nkey = "SECRETSECRET"',
        'model = "sk-ant-api03-SECRETSECRET"',
        'base_url = "https://me:SECRETSECRET@host/v1"',
        'append_system = "Use Bearer SECRETSECRETSECRET"',
        'tools = ["ghp_SECRETSECRETSECRETSECRET"]',
    ],
)
def test_a_secret_is_refused_and_not_shown(text: str, sagent: Command, home: Path) -> None:
    write_config(home, text)

    done = sagent("hi")

    told = one_line(done.stderr)
    assert done.returncode == 2
    assert "looks like a secret, which no config file may hold" in told
    assert "environment" in told
    assert "SECRET" not in told


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'model = "x"\nname = "\xff"', "config.toml:2: this is not UTF-8: save it as UTF-8"),
        (b"a" * 70_000, "is longer than 65536 bytes: shorten it"),
        (b"add_dir = " + b"[" * 20_000, "nest too deep"),
    ],
)
def test_what_is_no_text_to_be_read_is_told(
    content: bytes, said: str, sagent: Command, home: Path
) -> None:
    write_config(home, "").write_bytes(content)

    done = sagent("hi")

    assert done.returncode == 2
    assert said in one_line(done.stderr)


def test_a_directory_is_no_config(sagent: Command, home: Path) -> None:
    (home / "config.toml").mkdir(parents=True)

    done = sagent("hi")

    assert done.returncode == 2
    assert "is a directory: a config file is a text" in one_line(done.stderr)


def test_a_pipe_is_not_waited_for(sagent: Command, home: Path) -> None:
    home.mkdir()
    os.mkfifo(home / "config.toml")

    done = sagent("hi")

    assert done.returncode == 2
    assert "is no regular file" in one_line(done.stderr)


@pytest.mark.parametrize("to", ["nowhere", "config.toml"])
def test_a_link_that_leads_nowhere_is_told(to: str, sagent: Command, home: Path) -> None:
    home.mkdir()
    (home / "config.toml").symlink_to(to)

    done = sagent("hi")

    assert done.returncode == 2
    assert "config.toml cannot be read: " in one_line(done.stderr)


def test_a_file_that_was_named_must_be_there(sagent: Command) -> None:
    done = sagent("hi", "--config", "/no/such/file")

    assert done.returncode == 2
    assert "/no/such/file cannot be read: no such file or directory" in one_line(done.stderr)


@pytest.mark.parametrize(
    ("variable", "text", "why"),
    [
        ("SAGENT_MAX_BUDGET_USD", "lots", "wants a number, not 'lots'"),
        ("SAGENT_MAX_BUDGET_TOKENS", "9" * 5_000, "wants a whole number, not '999"),
    ],
)
def test_a_variable_that_cannot_be_meant_is_told(
    variable: str, text: str, why: str, sagent: Command
) -> None:
    done = sagent("hi", environ={variable: text})

    assert done.returncode == 2
    assert f"the variable {variable} {why}" in one_line(done.stderr)


@pytest.mark.parametrize("arguments", [("map", "--items", "-", "--prompt", "Go."), ("config",)])
def test_every_command_that_reads_it_tells_so(
    arguments: tuple[str, ...], sagent: Command, home: Path
) -> None:
    write_config(home, "modle = 1")

    done = sagent(*arguments)

    assert (done.returncode, done.stdout) == (2, b"")
    assert "unknown key modle; did you mean model?" in one_line(done.stderr)


@pytest.mark.parametrize("arguments", [("--help",), ("sessions", "list"), ("ps",), ("--version",)])
def test_other_commands_do_not_read_it(
    arguments: tuple[str, ...], sagent: Command, home: Path
) -> None:
    write_config(home, "nonsense")

    assert sagent(*arguments).returncode == 0


def test_toml_is_loaded_only_where_there_is_a_file(project: Path) -> None:
    code = "import sys, sagent.cli._config as c; c.load_config(c.Sources()); print('tomllib' in sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project, capture_output=True, check=True
    )

    assert done.stdout == b"False\n"
