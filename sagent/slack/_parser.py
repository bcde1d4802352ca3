"""The command line of ``sagent-slack``. Imports the standard library alone."""

import argparse
import os
import re
import sys
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sagent.cli._argument import CHANNEL_ID, USER_ID, tool_names
from sagent.cli._flags import add_agent, add_config, add_limits, add_model
from sagent.cli._options import Options
from sagent.cli._parser import Parser
from sagent.errors import UsageError

TYPE_CHECKING = False  # typing itself takes as long to import as all else here
if TYPE_CHECKING:
    from typing import Never

API_URL = "https://slack.com/api/"
RUN = "sagent-slack"
"""What other processes call the bot, if it was not given a name."""

_DESCRIPTION = """\
Let agents work in a Slack workspace, over Socket Mode, until it is interrupted. Whoever is on the
lists talks to them there; they have their tools on this machine, so keep the lists short."""

_EPILOG = """\
In Slack: create PERSONA [as NAME] [in #CHANNEL], list, stop NAME, help.

exit codes: 1 failed, 2 usage, 130 interrupted

environment: SLACK_APP_TOKEN, SLACK_BOT_TOKEN; those of sagent, see sagent --help
"""


class SlackOptions(Options):
    """What was asked for after ``sagent-slack``, beside what every run can be told."""

    app_token: str
    bot_token: str
    allow_user: list[str]
    allow_channel: list[str]
    persona_dir: str | None
    router_log_channel: str = ""
    """Where the bot tells what it does; "" for nowhere."""
    cwd: str
    session_dir: str | None
    """Where runs are kept; None for ``slack`` in sagent's home."""
    api_url: str
    config_tables: "Mapping[str, tuple[str, ...]]" = MappingProxyType(
        {
            "slack": (
                "allow_user",
                "allow_channel",
                "persona_dir",
                "router_log_channel",
                "session_dir",
            )
        }
    )


def parse_slack(argv: Sequence[str]) -> SlackOptions:
    """Read the command line; prints and exits for ``--help`` and errors."""
    parser = slack_parser()
    options = parser.parse_args(argv, namespace=_unsaid())
    options.tools = tool_names(options.tools)
    _configure(parser, options)
    _check(parser, options)
    return options


def slack_parser() -> Parser:
    """Make the parser of the command line."""
    parser = Parser(
        prog="sagent-slack",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_slack(parser)
    _add_people(parser)
    _add_place(parser)
    add_model(parser)
    add_agent(parser)
    add_limits(parser)
    add_config(parser)
    parser.add_argument(
        "--trace", metavar="FILE", help="write there who did what, and what it cost"
    )
    parser.add_argument("--debug", action="store_true", help="show tracebacks of errors")
    for action in parser.actions():
        if action.dest == "name":
            action.help = f"what sagent ps and sagent stop call the bot ({RUN})"
    return parser


def _configure(parser: Parser, options: SlackOptions) -> None:
    from sagent.cli._config import configure  # noqa: PLC0415  # --help needs none of it

    try:
        configure(options)
    except UsageError as error:
        parser.error(str(error))


def _unsaid() -> SlackOptions:
    options = SlackOptions()
    options.prompt = []
    options.resume, options.session = None, None
    options.fork, options.no_session_persistence = False, False
    options.output_format = "text"
    return options


class _AppManifest(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> "Never":
        from sagent.slack._app import app_manifest  # noqa: PLC0415  # it is shown once

        sys.stdout.write(f"{app_manifest('sagent')}\n")
        parser.exit()


def _add_slack(parser: Parser) -> None:
    add = parser.add_argument_group("Slack").add_argument
    add(
        "--app-manifest",
        action=_AppManifest,
        nargs=0,
        help="show what to make an app from at api.slack.com/apps, and exit",
    )
    add(
        "--app-token",
        default=os.environ.get("SLACK_APP_TOKEN", ""),
        metavar="TOKEN",
        help="the app-level token, xapp-...; better in SLACK_APP_TOKEN, which ps does not show",
    )
    add(
        "--bot-token",
        default=os.environ.get("SLACK_BOT_TOKEN", ""),
        metavar="TOKEN",
        help="the bot's token, xoxb-...; better in SLACK_BOT_TOKEN",
    )
    add(
        "--router-log-channel",
        metavar="ID",
        help="a channel where the bot tells which agents came and went, and what it did not heed",
    )
    add(
        "--api-url",
        default=API_URL,
        type=_url,
        metavar="URL",
        help=f"where Slack's Web API is ({API_URL})",
    )


def _add_people(parser: Parser) -> None:
    add = parser.add_argument_group("who may talk to agents (required)").add_argument
    add(
        "--allow-user",
        nargs="+",
        action="extend",
        default=[],
        type=_user,
        metavar="ID",
        help="users, by their ids (U..., from their profiles): names can be changed, ids cannot",
    )
    add(
        "--allow-channel",
        nargs="+",
        action="extend",
        default=[],
        type=_channel,
        metavar="ID",
        help="channels, by their ids (C...); dm for direct messages of those users",
    )


def _add_place(parser: Parser) -> None:
    add = parser.add_argument_group("personas and conversations").add_argument
    add(
        "--persona-dir",
        type=_directory,
        metavar="DIR",
        help="who agents are: PERSONA.md, else PERSONA of .sagent/agents, else default.md",
    )
    add("--cwd", type=_directory, default=".", metavar="DIR", help="where agents work (here)")
    add("--session-dir", metavar="DIR", help="where conversations are kept (~/.sagent/slack)")
    add(
        "--continue",
        dest="continue_newest",
        action="store_true",
        help="go on with the agents and threads of the newest run there",
    )


def _check(parser: Parser, options: SlackOptions) -> None:
    if not options.allow_user or not options.allow_channel:
        parser.error(
            "agents have tools on this machine: say who may talk to them with --allow-user ID..., "
            "and where with --allow-channel ID..."
        )
    for token, start, variable in (
        (options.app_token, "xapp-", "SLACK_APP_TOKEN"),
        (options.bot_token, "xoxb-", "SLACK_BOT_TOKEN"),
    ):
        if not token.startswith(start):
            state = "is missing" if not token else "is another kind of token"
            parser.error(f"the token that begins with {start} {state}: set {variable}")
        if not token.isascii() or not token.isprintable() or " " in token:
            parser.error(f"the token of {variable} is damaged: copy it anew")
    if options.add_dir and options.no_project_instructions:
        parser.error("--no-project-instructions reads none of --add-dir either: choose one")


def _user(text: str) -> str:
    if not re.fullmatch(USER_ID, text):
        raise argparse.ArgumentTypeError(f"{text!r} is no id of a user, such as U024BE7LH")
    return text


def _channel(text: str) -> str:
    if not re.fullmatch(f"{CHANNEL_ID}|dm", text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no id of a channel, such as C024BE91L, and not dm"
        )
    return text


def _url(text: str) -> str:
    if not re.match(r"https://[^/\s]+/|http://(localhost|127\.0\.0\.1|\[::1\])[:/]", f"{text}/"):
        raise argparse.ArgumentTypeError(f"{text!r} is no address with https: tokens go there")
    return f"{text.rstrip('/')}/"


def _directory(text: str) -> str:
    if not os.path.isdir(text):  # noqa: PTH112  # pathlib takes as long as all of --help
        raise argparse.ArgumentTypeError(f"{text!r} is no directory")
    return text
