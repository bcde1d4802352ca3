"""The command lines that are held against ours, and how each is made to talk to loopback.

Each has a home of its own, tells nobody of its use, looks for no newer version of itself, and may
run any command without a question.
"""

import json
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Mapping
from pathlib import Path

import attrs

from benchmarks.command_lines.dialects import Call

PROMPT = "Say something."
MODEL = "canned"
ASLEEP_S = "300"
NPM_PATIENCE_S = 900


@attrs.frozen
class Setup:
    """How a program is run.

    Attributes:
        arguments: what follows its name for one headless turn.
        variables: what its environment has beside what all have.
    """

    arguments: tuple[str, ...]
    variables: Mapping[str, str]


@attrs.frozen(kw_only=True)
class Program:
    """A command line.

    Attributes:
        name: what people call it.
        package: where npm has it; "" for our own, which is installed here.
        file: what it is called by.
        shell_call: how its model starts a long sleep.
        set_up: writes what it needs in a home, to talk to the server at an address.
    """

    name: str
    package: str
    file: str
    shell_call: Call
    set_up: Callable[[Path, str], Setup]

    def installed(self, directory: Path) -> str | None:
        """Give the path of its file, after installing it in *directory* if it is not there.

        None, with a line on standard error, if it cannot be.
        """
        if not self.package:
            return str(Path(sysconfig.get_path("scripts")) / self.file)
        place = directory.resolve() / self.file
        path = place / "node_modules" / ".bin" / self.file
        if not path.exists():
            command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(place)]
            try:
                subprocess.run(
                    [*command, self.package],
                    check=True,
                    capture_output=True,
                    text=True,
                    timeout=NPM_PATIENCE_S,
                )
            except (OSError, subprocess.SubprocessError) as error:
                print(f"{self.name} is left out: {error}", file=sys.stderr)
                return None
        return str(path)


def _sagent(home: Path, address: str) -> Setup:
    return Setup(
        ("--base-url", f"{address}/v1", "--model", MODEL, PROMPT),
        {"SAGENT_HOME": str(home), "PYTHONPYCACHEPREFIX": str(home / "bytecode")},
    )


def _claude(home: Path, address: str) -> Setup:
    return Setup(
        ("-p", PROMPT, "--model", MODEL, "--allowedTools", "Bash"),
        {
            "CLAUDE_CONFIG_DIR": str(home),
            "ANTHROPIC_BASE_URL": address,
            "ANTHROPIC_API_KEY": "none",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_AUTOUPDATER": "1",
            "DISABLE_ERROR_REPORTING": "1",
            "DISABLE_TELEMETRY": "1",
        },
    )


def _codex(home: Path, address: str) -> Setup:
    config = f"""\
model = "{MODEL}"
model_provider = "loopback"
check_for_update_on_startup = false

[model_providers.loopback]
name = "loopback"
base_url = "{address}/v1"
wire_api = "responses"

[analytics]
enabled = false
"""
    (home / "config.toml").write_text(config, encoding="utf-8")
    freely = "--dangerously-bypass-approvals-and-sandbox"
    return Setup(("exec", "--skip-git-repo-check", freely, PROMPT), {"CODEX_HOME": str(home)})


def _pi(home: Path, address: str) -> Setup:
    provider = {
        "baseUrl": f"{address}/v1",
        "api": "openai-completions",
        "apiKey": "none",
        "models": [{"id": MODEL}],
    }
    models = json.dumps({"providers": {"loopback": provider}})
    (home / "models.json").write_text(models, encoding="utf-8")
    return Setup(
        ("-p", "--provider", "loopback", "--model", MODEL, PROMPT),
        {"PI_CODING_AGENT_DIR": str(home), "PI_OFFLINE": "1", "PI_TELEMETRY": "0"},
    )


def _gemini(home: Path, address: str) -> Setup:
    settings = {
        "general": {"enableAutoUpdate": False},
        "privacy": {"usageStatisticsEnabled": False},
        "security": {"auth": {"selectedType": "gemini-api-key"}},
    }
    _write(home / ".gemini" / "settings.json", settings)
    return Setup(
        ("--skip-trust", "--yolo", "--model", "gemini-2.5-flash", "--prompt", PROMPT),
        {"GEMINI_API_KEY": "none", "GOOGLE_GEMINI_BASE_URL": address},
    )


def _cline(home: Path, address: str) -> Setup:
    settings = {
        "provider": "openai-compatible",
        "apiKey": "none",
        "model": MODEL,
        "baseUrl": f"{address}/v1",
    }
    provider = {
        "settings": settings,
        "updatedAt": "2026-01-01T00:00:00.000Z",
        "tokenSource": "manual",
    }
    providers = {
        "version": 1,
        "lastUsedProvider": "openai-compatible",
        "providers": {"openai-compatible": provider},
    }
    _write(home / ".cline" / "data" / "settings" / "providers.json", providers)
    return Setup(
        ("--provider", "openai-compatible", PROMPT),
        {"CLINE_NO_AUTO_UPDATE": "1", "DO_NOT_TRACK": "1"},
    )


def _openclaw(home: Path, address: str) -> Setup:
    model = {"id": MODEL, "name": MODEL, "contextWindow": 128_000, "maxTokens": 4_096}
    provider = {
        "baseUrl": f"{address}/v1",
        "apiKey": "none",
        "api": "openai-completions",
        "models": [model],
    }
    config = home / "config.json"
    _write(
        config,
        {"models": {"providers": {"loopback": provider}}, "tools": {"exec": {"mode": "full"}}},
    )
    place = ("--config", str(config), "--cwd", str(home))
    return Setup(
        ("agent", "exec", PROMPT, "--model", f"loopback/{MODEL}", *place),
        {"OPENCLAW_STATE_DIR": str(home / "state"), "DO_NOT_TRACK": "1"},
    )


def _write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


SLEEP = f"true; sleep {ASLEEP_S}; true"
SHELL_CALL = json.dumps({"command": SLEEP})

SAGENT = Program(
    name="sagent",
    package="",
    file="sagent",
    shell_call=Call("Bash", SHELL_CALL),
    set_up=_sagent,
)
OTHERS = (
    Program(
        name="Claude Code",
        package="@anthropic-ai/claude-code",
        file="claude",
        shell_call=Call("Bash", SHELL_CALL),
        set_up=_claude,
    ),
    Program(
        name="Codex",
        package="@openai/codex",
        file="codex",
        shell_call=Call("exec_command", json.dumps({"cmd": SLEEP})),
        set_up=_codex,
    ),
    Program(
        name="pi",
        package="@earendil-works/pi-coding-agent",
        file="pi",
        shell_call=Call("bash", SHELL_CALL),
        set_up=_pi,
    ),
    Program(
        name="Gemini CLI",
        package="@google/gemini-cli",
        file="gemini",
        shell_call=Call("run_shell_command", SHELL_CALL),
        set_up=_gemini,
    ),
    Program(
        name="Cline CLI",
        package="cline",
        file="cline",
        shell_call=Call("run_commands", json.dumps({"commands": [SLEEP]})),
        set_up=_cline,
    ),
    Program(
        name="OpenClaw",
        package="openclaw",
        file="openclaw",
        shell_call=Call("exec", SHELL_CALL),
        set_up=_openclaw,
    ),
)
