"""The command line. Imports the standard library alone: ``sagent --help`` is instant."""

import argparse
import os
import re
import sys
from collections.abc import Sequence

TYPE_CHECKING = False  # typing itself takes as long to import as all else here
if TYPE_CHECKING:
    from typing import Literal, Never

type OutputFormat = Literal["text", "json", "stream-json"]
type ToolProtocol = Literal["native", "constrained"]

PROVIDERS = (
    "Anthropic",
    "OpenAI",
    "Google",
    "Moonshot",
    "DashScope",
    "MiniMax",
    "OpenAICompat",
    "SelfHosted",
    "Local",
)
TOOLS = (
    "Read",
    "Write",
    "Edit",
    "Glob",
    "Grep",
    "List",
    "MultiEdit",
    "Bash",
    "PaperSearch",
    "PaperDetails",
    "PaperAuthor",
    "PaperFetch",
    "WebFetch",
    "WebSearch",
    "BackgroundTask",
    "AgentSelf",
    "AgentSend",
    "AgentSpawn",
    "AskUser",
    "Skill",
    "Todo",
)

_EPILOG = """\
sagent sessions lists, searches, shows, exports and removes sessions; see sagent sessions --help.
sagent map lets an agent work on many files or lines; see sagent map --help.
sagent ps lists what you have running; sagent tree shows the agents of it, send, stop and attach
steer one; see sagent send --help.
A prompt that begins with one of these very words goes into one argument, or after --:
  sagent "sessions are slow: why?"        sagent -- sessions are slow: why

exit codes: 0 done, 1 failed, 2 usage, 130 interrupted

environment: ANTHROPIC_API_KEY, OPENAI_API_KEY, GOOGLE_API_KEY, MOONSHOT_API_KEY, DASHSCOPE_API_KEY,
  MINIMAX_API_KEY; OPENAI_COMPAT_BASE_URL and OPENAI_COMPAT_API_KEY; SAGENT_SELFHOSTED_MODEL and
  SAGENT_SELFHOSTED_BASE_URL; SAGENT_CACHE_DIR; SAGENT_HOME (sessions and memory; ~/.sagent)
  for tools: BRAVE_API_KEY, TAVILY_API_KEY, EXA_API_KEY, SEARXNG_URL; SEMANTIC_SCHOLAR_API_KEY,
  OPENALEX_API_KEY, OPENALEX_EMAIL
"""
_DECIMAL = re.compile(r"[0-9]+(\.[0-9]+)?|\.[0-9]+")


class Options(argparse.Namespace):
    """What was asked for on the command line."""

    prompt: list[str]
    """The prompt's words; none for standard input."""
    provider: str | None
    model: str | None
    base_url: str | None
    tool_protocol: "ToolProtocol | None"
    agent: str | None
    """The agent of a file that the run is to have."""
    name: str | None
    system: str | None
    """What stands in place of our own words about who the agent is."""
    append_system: str
    add_dir: list[str]
    no_project_instructions: bool
    continue_newest: bool
    resume: str | None
    """A session's id or the beginning of one; "" to choose from a list."""
    session: str | None
    fork: bool
    no_session_persistence: bool
    tools: list[str] | None
    """Names of tools; None for the provider's default set."""
    output_format: "OutputFormat"
    max_tool_call_rounds: int | None
    max_budget_usd: str | None
    max_budget_tokens: int | None
    max_budget_seconds: float | None
    no_compact: bool
    trace: str | None
    """A file for what the run's agents did, and what it took."""
    debug: bool


class Parser(argparse.ArgumentParser):
    """Tells an error in one line, as all of our errors are told."""

    def error(self, message: str) -> "Never":
        """Exit with *message* and the code for wrong usage."""
        self.exit(2, f"sagent: {' '.join(message.split())} (see {self.prog} --help)\n")


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> "Never":
        from importlib.metadata import version  # noqa: PLC0415  # takes as long as all of --help

        sys.stdout.write(f"sagent {version('sagent')}\n")
        parser.exit()


def parse(argv: Sequence[str]) -> Options:
    """Read *argv*; prints and exits for ``--help``, ``--version`` and errors."""
    parser = _parser()
    options = parser.parse_args(argv, namespace=Options())
    goes_on = options.continue_newest or options.resume is not None or options.session is not None
    if options.fork and not goes_on:
        parser.error("--fork goes with --continue, --resume or --session: say what to fork")
    if options.no_session_persistence and goes_on:
        parser.error("--no-session-persistence keeps no session: there is none to go on with")
    if options.resume and len(options.resume.split()) > 1:  # no id, but the prompt
        options.prompt.insert(0, options.resume)
        options.resume = ""
    if options.add_dir and options.no_project_instructions:
        parser.error("--no-project-instructions reads none of --add-dir either: choose one")
    options.tools = tool_names(options.tools)
    return options


def tool_names(words: list[str] | None) -> list[str] | None:
    """Give the names that stand in *words*, with commas or without; none for ``none``."""
    if words is None:
        return None
    names = [name for word in words for name in word.split(",") if name]
    return [] if names == ["none"] else names


def _rounds(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of rounds: allow at least 1")
    return int(text)


def _tokens(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of tokens: allow at least 1")
    return int(text)


def _usd(text: str) -> str:
    if not _DECIMAL.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no amount of US dollars: write it like 2.50")
    return text


def seconds(text: str) -> float:
    """Read a number of seconds of the command line."""
    if not _DECIMAL.fullmatch(text) or not 0 < float(text) < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds: write it like 90")
    return float(text)


def _agent_name(text: str) -> str:
    if not text.strip() or "/" in text or "#" in text:
        raise argparse.ArgumentTypeError(f"{text!r} is no name of an agent: no / and no # in it")
    return text


def _directory(text: str) -> str:
    if not os.path.isdir(text):  # noqa: PTH112  # pathlib takes as long as all of --help
        raise argparse.ArgumentTypeError(
            f"{text!r} is no directory; if that is the prompt, put it first"
        )
    return text


def _place(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("it is empty: name the session's directory")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="sagent",
        description="Give an agent something to do. The prompt is an argument, or standard input; "
        "without either, at a terminal, a conversation begins.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "prompt", nargs="*", help="what to do; only without it is standard input read"
    )
    add_model(parser)
    _add_sessions(parser)
    add_agent(parser)
    add_limits(parser)
    _add_output(parser)
    return parser


def add_model(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what answers, and with which tools."""
    add = parser.add_argument_group("model and tools").add_argument
    add("--provider", metavar="NAME", help=f"who runs the model: {', '.join(PROVIDERS)}")
    add(
        "--model",
        metavar="MODEL",
        help="the model, by the provider's name for it; often it also tells the provider",
    )
    add("--base-url", metavar="URL", help="where the API lives, if not at the vendor's own address")
    add(
        "--tool-protocol",
        choices=["native", "constrained"],
        help="how the model calls tools; constrained, for models that call them badly, holds "
        "every step to a JSON schema",
    )
    add(
        "--tools",
        nargs="+",
        metavar="NAME",
        help=f"the tools it may use, as a list with commas: {', '.join(TOOLS)}; or none",
    )


def _add_sessions(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("sessions")
    which = group.add_mutually_exclusive_group()
    which.add_argument(
        "--continue",
        dest="continue_newest",
        action="store_true",
        help="go on with this directory's newest session",
    )
    which.add_argument(
        "--resume",
        nargs="?",
        const="",
        metavar="ID",
        help="go on with a session of this directory, by the beginning of its id; without ID, "
        "choose from a list",
    )
    which.add_argument(
        "--session",
        type=_place,
        metavar="PATH",
        help="the session in that directory; begun if there is none",
    )
    group.add_argument(
        "--fork",
        action="store_true",
        help="go on in a copy of the session that one of these names, and leave that as it is",
    )
    group.add_argument(
        "--no-session-persistence",
        action="store_true",
        help="keep neither a session nor a memory of the project",
    )


def add_agent(parser: argparse.ArgumentParser) -> None:
    """Add the options that say who the agent is."""
    add = parser.add_argument_group("agent").add_argument
    add(
        "--agent",
        metavar="NAME",
        help="the agent in .sagent/agents/NAME.md, here or above, or in your home: its system "
        "prompt, model, tools and limits, of which other flags stand in place",
    )
    add("--name", type=_agent_name, metavar="NAME", help="what the agent is called (Agent)")
    add("--system", metavar="TEXT", help="who the agent is, in place of our own words about it")
    add("--append-system", default="", metavar="TEXT", help="added to the system prompt's end")
    add(
        "--add-dir",
        nargs="+",
        action="extend",
        default=[],
        type=_directory,
        metavar="DIR",
        help="read instructions (AGENTS.md) in these directories, too",
    )
    add(
        "--no-project-instructions",
        action="store_true",
        help="read no instructions of the project, for one that you do not trust",
    )


def add_limits(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what a run may take."""
    add = parser.add_argument_group("limits of this run").add_argument
    add("--max-tool-call-rounds", type=_rounds, metavar="N", help="ask the model at most N times")
    add("--max-budget-usd", type=_usd, metavar="USD", help="spend at most so many US dollars")
    add(
        "--max-budget-tokens",
        type=_tokens,
        metavar="N",
        help="send and receive at most N tokens, all calls together",
    )
    add("--max-budget-seconds", type=seconds, metavar="S", help="take at most S seconds")
    add(
        "--no-compact",
        action="store_true",
        help="let the conversation grow, rather than replace it by a recap when the model's window "
        "is nearly full",
    )


def _add_output(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("output").add_argument
    add(
        "--output-format",
        choices=["text", "json", "stream-json"],
        default="text",
        help="text: the answer; json: one object; stream-json: an object a line for each event",
    )
    add(
        "--trace",
        metavar="FILE",
        help="write who asked whom and what it cost into FILE: an object a line for each turn and "
        "each call of a model or a tool, without what was said",
    )
    add("--debug", action="store_true", help="show tracebacks of errors")
    add("--version", action=_Version, nargs=0, help="show the version and exit")
