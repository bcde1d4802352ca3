"""The command line. Imports the standard library alone: ``sagent --help`` is instant."""

import argparse
import re
import sys
from collections.abc import Iterable, Sequence

from sagent.cli._argument import place, tool_names
from sagent.cli._flags import (
    add_agent,
    add_config,
    add_either,
    add_limits,
    add_log,
    add_model,
)
from sagent.cli._options import Options
from sagent.nearness import did_you_mean

TYPE_CHECKING = False  # typing itself takes as long to import as all else here
if TYPE_CHECKING:
    from typing import Never, TypeGuard

_EPILOG = """\
sagent sessions lists, searches, shows, exports and removes sessions; see sagent sessions --help.
sagent map lets an agent work on many files or lines; see sagent map --help.
sagent config shows what is set in config files; sagent completion SHELL lets Tab complete.
sagent ps lists what you have running; sagent tree shows the agents of it, send, stop and attach
steer one; see sagent send --help.
sagent models lists models and what they cost; sagent doctor tells what works here.
A command goes before its flags; sagent help COMMAND shows them.
A prompt that begins with one of these very words goes into one argument, or after --:
  sagent "sessions are slow: why?"        sagent -- sessions are slow: why

exit codes: 0 done, 1 failed, 2 usage, 130 interrupted

environment: ANTHROPIC_API_KEY, OPENAI_API_KEY, GOOGLE_API_KEY, MOONSHOT_API_KEY, DASHSCOPE_API_KEY,
  MINIMAX_API_KEY; OPENAI_COMPAT_BASE_URL and OPENAI_COMPAT_API_KEY; SAGENT_SELFHOSTED_MODEL and
  SAGENT_SELFHOSTED_BASE_URL; SAGENT_CACHE_DIR; SAGENT_HOME (sessions and memory; ~/.sagent);
  SAGENT_MODEL, SAGENT_TOOLS and so on for each key of the config; SAGENT_CONFIG, as --config
  for tools: BRAVE_API_KEY, TAVILY_API_KEY, EXA_API_KEY, SEARXNG_URL; SEMANTIC_SCHOLAR_API_KEY,
  OPENALEX_API_KEY, OPENALEX_EMAIL
  for logs: SAGENT_LOG_LEVEL, SAGENT_LOG_FILE
"""


# How argparse words these; where it words them otherwise, there is no hint.
_UNKNOWN_FLAG = re.compile(r"unrecognized arguments: (.*\s)?(?P<flag>-[^\s=]+)")
_WRONG_CHOICE = re.compile(r"invalid choice: '(?P<word>[^']*)' \(choose from (?P<choices>.*)\)")


def _has_commands(action: argparse.Action) -> "TypeGuard[argparse._SubParsersAction[Parser]]":
    return isinstance(action, argparse._SubParsersAction)  # noqa: SLF001  # it has no other name


def _told_of(action: "argparse._SubParsersAction[Parser]") -> "Iterable[argparse.Action]":
    return action._choices_actions  # noqa: SLF001  # nothing else has the help of commands


class Parser(argparse.ArgumentParser):
    """Tells an error in one line, as all of our errors are told."""

    def error(self, message: str) -> "Never":
        """Exit with *message*, the nearest that there is, and the code for wrong usage."""
        told = " ".join(message.split()) + self._hint(message)
        self.exit(2, f"sagent: {told} (see {self.prog} --help)\n")

    def actions(self) -> Sequence[argparse.Action]:
        """Give what it takes: flags, and what has a place, but for help."""
        return [action for action in self._actions if action.dest != "help"]

    def commands(self) -> "Sequence[tuple[str, str, Parser]]":
        """Give the commands below it: name, what it does, and the parser of what follows."""
        return [
            (name, next((a.help or "" for a in _told_of(action) if a.dest == name), ""), parser)
            for action in self._actions
            if _has_commands(action)
            for name, parser in action.choices.items()
        ]

    def flags(self) -> Sequence[str]:
        """Give its flags, and those of the commands below it."""
        below = (flag for _, _, parser in self.commands() for flag in parser.flags())
        return [*(flag for action in self._actions for flag in action.option_strings), *below]

    def _hint(self, message: str) -> str:
        if unknown := _UNKNOWN_FLAG.match(message):
            return did_you_mean(unknown["flag"], self.flags())
        if wrong := _WRONG_CHOICE.search(message):
            return did_you_mean(wrong["word"], re.findall(r"[\w-]+", wrong["choices"]))
        return ""


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> "Never":
        from importlib.metadata import version  # noqa: PLC0415  # takes as long as all of --help

        sys.stdout.write(f"sagent {version('sagent')}\n")
        parser.exit()


def parse(argv: Sequence[str]) -> Options:
    """Read *argv*; prints and exits for ``--help``, ``--version`` and errors."""
    parser = run_parser()
    options = parser.parse_args(argv, namespace=Options())
    goes_on = options.goes_on
    if options.fork and not goes_on:
        parser.error("--fork goes with --continue, --resume or --session: say what to fork")
    if options.no_session_persistence and goes_on:
        parser.error("--no-session-persistence keeps no session: there is none to go on with")
    if options.resume and len(options.resume.split()) > 1:  # no id, but the prompt
        options.prompt.insert(0, options.resume)
        options.resume = ""
    if options.add_dir and options.no_project_instructions:
        parser.error("--no-project-instructions reads none of --add-dir either: choose one")
    if options.input_format == "stream-json" and (options.prompt or options.image):
        parser.error(
            "--input-format stream-json reads prompts and images from standard input alone"
        )
    options.tools = tool_names(options.tools)
    return options


def run_parser() -> Parser:
    """Make the parser of a run's command line."""
    parser = Parser(
        prog="sagent",
        description="Give an agent something to do. The prompt is an argument, or standard input; "
        "without either, at a terminal, a conversation begins.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "prompt",
        nargs="*",
        help="what to do; what is piped in goes with it, or is the prompt if there is no other",
    )
    parser.add_argument(
        "-p",
        "--print",
        dest="headless",
        action="store_true",
        help="print the answer and exit, even at a terminal",
    )
    parser.add_argument(
        "--image",
        action="append",
        default=[],
        metavar="FILE",
        help="show the model this image, too: PNG, JPEG, GIF or WebP; may be repeated",
    )
    add_model(parser)
    _add_sessions(parser)
    add_agent(parser)
    add_limits(parser)
    _add_output(parser)
    add_config(parser)
    _add_conversation(parser)
    return parser


def _add_sessions(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("sessions")
    which = group.add_mutually_exclusive_group()
    which.add_argument(
        "-c",
        "--continue",
        dest="continue_newest",
        action="store_true",
        help="go on with this directory's newest session",
    )
    which.add_argument(
        "-r",
        "--resume",
        nargs="?",
        const="",
        metavar="ID",
        help="go on with a session of this directory, by the beginning of its id; without ID, "
        "choose from a list",
    )
    which.add_argument(
        "--continue-all",
        action="store_true",
        help="go on with the newest session of all directories, where it was begun",
    )
    which.add_argument(
        "--resume-all",
        action="store_true",
        help="choose a session of all directories from a list, to go on where it was begun",
    )
    which.add_argument(
        "--session",
        type=place,
        metavar="PATH",
        help="the session in that directory; begun if there is none",
    )
    group.add_argument(
        "--fork",
        action="store_true",
        help="go on in a copy of the session that one of these names, and leave that as it is",
    )
    add_either(
        group,
        "session-persistence",
        yes="keep a session and a memory of the project; so it is, unless a config says otherwise",
        no="keep neither a session nor a memory of the project",
    )


def _add_conversation(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("conversation").add_argument
    add(
        "--history",
        metavar="FILE",
        help="remember there what is typed (history in the home)",
    )


def _add_output(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("input and output").add_argument
    add(
        "--input-format",
        choices=["text", "stream-json"],
        default="text",
        help="text: standard input is the prompt; stream-json: a prompt, or something else to do, "
        "in each line of it, as an object",
    )
    add(
        "--output-format",
        choices=["text", "json", "stream-json"],
        help="text: the answer; json: one object; stream-json: an object a line for each event",
    )
    add(
        "--output-schema",
        metavar="FILE",
        help="hold the answer to the JSON Schema in FILE",
    )
    add(
        "--trace",
        metavar="FILE",
        help="write who asked whom and what it cost into FILE: an object a line for each turn and "
        "each call of a model or a tool, without what was said",
    )
    add_log(parser)
    add("--debug", action="store_true", help="show tracebacks of errors")
    add("-V", "--version", action=_Version, nargs=0, help="show the version and exit")
