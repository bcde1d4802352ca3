"""The command line. Imports the standard library alone: ``sagent --help`` is instant."""

import argparse
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
    "Bash",
    "BackgroundTask",
    "AgentSelf",
)

_EPILOG = """\
exit codes: 0 done, 1 failed, 2 usage, 130 interrupted

environment: ANTHROPIC_API_KEY, OPENAI_API_KEY, GOOGLE_API_KEY, MOONSHOT_API_KEY, DASHSCOPE_API_KEY,
  MINIMAX_API_KEY; OPENAI_COMPAT_BASE_URL and OPENAI_COMPAT_API_KEY; SAGENT_SELFHOSTED_MODEL and
  SAGENT_SELFHOSTED_BASE_URL; SAGENT_CACHE_DIR
"""


class Options(argparse.Namespace):
    """What was asked for on the command line."""

    prompt: list[str]
    """The prompt's words; none for standard input."""
    provider: str | None
    model: str | None
    base_url: str | None
    tool_protocol: "ToolProtocol | None"
    system: str
    tools: list[str] | None
    """Names of tools; None for the provider's default set."""
    output_format: "OutputFormat"
    max_tool_call_rounds: int | None
    debug: bool


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> "Never":
        self.exit(2, f"sagent: {message} (see sagent --help)\n")


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> "Never":
        from importlib.metadata import version  # noqa: PLC0415  # takes as long as all of --help

        sys.stdout.write(f"sagent {version('sagent')}\n")
        parser.exit()


def parse(argv: Sequence[str]) -> Options:
    """Read *argv*; prints and exits for ``--help``, ``--version`` and errors."""
    options = _parser().parse_args(argv, namespace=Options())
    if options.tools is not None:
        names = [name for word in options.tools for name in word.split(",") if name]
        options.tools = [] if names == ["none"] else names
    return options


def _rounds(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of rounds: allow at least 1")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="sagent",
        description="Give an agent something to do. The prompt is an argument, or standard input.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("prompt", nargs="*", help="what to do; only without it is standard input read")
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
    add("--system", default="", metavar="TEXT", help="added to the system prompt")
    add(
        "--tools",
        nargs="+",
        metavar="NAME",
        help=f"the tools it may use, as a list with commas: {', '.join(TOOLS)}; or none",
    )
    add(
        "--output-format",
        choices=["text", "json", "stream-json"],
        default="text",
        help="text: the answer; json: one object; stream-json: an object a line for each event",
    )
    add(
        "--max-tool-call-rounds",
        type=_rounds,
        metavar="N",
        help="ask the model at most N times",
    )
    add("--debug", action="store_true", help="show tracebacks of errors")
    add("--version", action=_Version, nargs=0, help="show the version and exit")
    return parser
