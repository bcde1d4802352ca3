"""The flags that every command with an agent has."""

import argparse

from sagent.cli._argument import agent_name, directory, rounds, seconds, times, tokens, usd
from sagent.cli._options import LOG_LEVELS

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
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
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


def add_model(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what answers, and with which tools."""
    add = parser.add_argument_group("model and tools").add_argument
    add("--provider", metavar="NAME", help=f"who runs the model: {', '.join(PROVIDERS)}")
    add(
        "-m",
        "--model",
        metavar="MODEL",
        help="the model, by the provider's name for it; often it also tells the provider",
    )
    add(
        "--effort",
        choices=EFFORTS,
        metavar="LEVEL",
        help=f"how hard it thinks: {', '.join(EFFORTS)}, of which a model has some",
    )
    add("--base-url", metavar="URL", help="where the API lives, if not at the vendor's own address")
    add(
        "--auth",
        metavar="AUTH",
        help="where the key is: env:NAME, file:PATH or command:LINE, which writes it; env for the "
        "provider's own variable, as without this; or the key itself, which others may see",
    )
    add(
        "--account",
        metavar="NAME",
        help="who pays, for keys that belong to several: of OpenAI an organization, a project "
        "(proj_...), or both with a slash between them",
    )
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
    add(
        "--advisor",
        metavar="MODEL",
        help="let the agent ask this model for advice, which sees the conversation: a model of "
        "any provider, or PROVIDER:MODEL",
    )
    add(
        "--advisor-max-uses",
        type=times,
        metavar="N",
        help="let each agent ask it at most N times",
    )


def add_agent(parser: argparse.ArgumentParser) -> None:
    """Add the options that say who the agent is."""
    group = parser.add_argument_group("agent")
    add = group.add_argument
    add(
        "--agent",
        metavar="NAME",
        help="the agent in .sagent/agents/NAME.md, here or above, or in your home: its system "
        "prompt, model, tools and limits, of which other flags stand in place",
    )
    add("--name", type=agent_name, metavar="NAME", help="what the agent is called (Agent)")
    add("--system", metavar="TEXT", help="who the agent is, in place of our own words about it")
    add("--append-system", metavar="TEXT", help="added to the system prompt's end")
    add(
        "--add-dir",
        nargs="+",
        action="extend",
        default=[],
        type=directory,
        metavar="DIR",
        help="read instructions (AGENTS.md) in these directories, too",
    )
    add_either(
        group,
        "project-instructions",
        yes="read instructions, agents and settings of the project; so it is, unless your config "
        "says otherwise",
        no="read no instructions, agents and settings of the project, for one that you do not "
        "trust",
    )


def add_either(group: argparse._ActionsContainer, name: str, *, yes: str, no: str) -> None:
    """Add a flag *name*, and ``no-`` with it, which stands in the options; None for neither."""
    add = group.add_mutually_exclusive_group().add_argument
    dest = f"no_{name.replace('-', '_')}"
    add(f"--{name}", dest=dest, action="store_false", default=None, help=yes)
    add(f"--no-{name}", dest=dest, action="store_true", default=None, help=no)


def add_config(parser: argparse.ArgumentParser) -> None:
    """Add the option that says where all that is not said here is set."""
    parser.add_argument(
        "--config",
        dest="config_file",
        metavar="FILE",
        help="settings, in place of those of ~/.sagent/config.toml; none for no settings, of the "
        "project neither; sagent config shows them",
    )


def add_log(parser: argparse.ArgumentParser) -> None:
    """Add the option that says what is logged."""
    parser.add_argument(
        "--log-level",
        choices=LOG_LEVELS,
        metavar="LEVEL",
        help=f"log requests, calls of tools, retries and restarts on standard error, or in the "
        f"file that SAGENT_LOG_FILE names: {', '.join(LOG_LEVELS)} (SAGENT_LOG_LEVEL)",
    )


def add_limits(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what a run may take."""
    group = parser.add_argument_group("limits of this run")
    add = group.add_argument
    add("--max-tool-call-rounds", type=rounds, metavar="N", help="ask the model at most N times")
    add(
        "--max-response-tokens",
        type=tokens,
        metavar="N",
        help="let each response of the model have at most N tokens",
    )
    add("--max-budget-usd", type=usd, metavar="USD", help="spend at most so many US dollars")
    add(
        "--max-budget-tokens",
        type=tokens,
        metavar="N",
        help="send and receive at most N tokens, all calls together",
    )
    add("--max-budget-seconds", type=seconds, metavar="S", help="take at most S seconds")
    add_either(
        group,
        "compact",
        yes="replace the conversation by a recap of it when the model's window is nearly full; "
        "so it is, unless your config says otherwise",
        no="let the conversation grow, rather than replace it by a recap when the model's window "
        "is nearly full",
    )
