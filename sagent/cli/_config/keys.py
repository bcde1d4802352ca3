"""The table of all that a config file may say: what reads it, describes it and checks it."""

from collections.abc import Iterable, Iterator, Mapping

import attrs

from sagent.cli._argument import CHANNEL_ID, USER_ID
from sagent.cli._config.amounts import Number, Whole
from sagent.cli._config.kinds import (
    Kind,
    ListOf,
    Matching,
    OneOf,
    Place,
    Schema,
    Text,
    Url,
    YesNo,
)
from sagent.cli._flags import EFFORTS, PROVIDERS, TOOLS
from sagent.cli._options import LOG_LEVELS
from sagent.lib.json import JsonValue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

type FromProject = Literal["free", "lower", "narrower", "never"]
"""What a project's own file may do: set it, lower it, choose among the user's, or nothing."""

ANY = "*"
"""Stands for any name in the name of a key."""


@attrs.frozen(kw_only=True)
class Key:
    """Something that can be set.

    Attributes:
        name: with points between a table's name and its own; `ANY` for a name of the user's.
        kind: what it holds.
        about: what it says, in a line.
        flag: of the command line, that says the same.
        default: what holds where nobody says it, in words.
        from_project: how far a project's own file is trusted with it.
        other_variable: the environment variable, if that has a name of its own.
    """

    name: str
    kind: Kind
    about: str
    flag: str = ""
    default: str = ""
    from_project: FromProject = "never"
    other_variable: str = ""

    @property
    def variable(self) -> str:
        """The environment variable that says the same; "" for none."""
        if ANY in self.name:
            return ""
        return self.other_variable or f"SAGENT_{self.name.upper().replace('.', '_')}"

    def fits(self, name: str) -> bool:
        """Tell whether *name* is of this key."""
        ours, theirs = self.name.split("."), name.split(".", self.name.count("."))
        return len(ours) == len(theirs) and all(
            our in (ANY, their) for our, their in zip(ours, theirs, strict=True)
        )


_PROTOCOL = OneOf(("native", "constrained"))
_COUNT, _SECONDS, _TEXT, _PLACE, _YES_NO = (
    Whole(),
    Number(may_be_zero=False),
    Text(),
    Place(),
    YesNo(),
)

KEYS = (
    Key(name="provider", kind=OneOf(PROVIDERS), flag="--provider", about="who runs the model"),
    Key(
        name="model",
        kind=_TEXT,
        flag="--model",
        about="the model, by the provider's name for it or by an alias",
        from_project="free",
    ),
    Key(
        name="effort",
        kind=OneOf(EFFORTS),
        flag="--effort",
        about="how hard the model thinks, of which it has some",
        default="the model's own",
        from_project="free",
    ),
    Key(name="base_url", kind=Url(), flag="--base-url", about="where the API lives"),
    Key(
        name="tool_protocol",
        kind=_PROTOCOL,
        flag="--tool-protocol",
        about="how the model of an OpenAI-compatible server calls tools",
        default="native",
    ),
    Key(
        name="tools",
        kind=ListOf(OneOf(TOOLS)),
        flag="--tools",
        about="the tools that an agent may use; an empty list for none",
        default="all but MultiEdit",
        from_project="narrower",
    ),
    Key(
        name="advisor",
        kind=_TEXT,
        flag="--advisor",
        about="a model that the agent may ask for advice, or PROVIDER:MODEL",
    ),
    Key(
        name="advisor_max_uses",
        kind=_COUNT,
        flag="--advisor-max-uses",
        about="how often it may",
        from_project="lower",
    ),
    Key(
        name="agent", kind=_TEXT, flag="--agent", about="the agent of a file that a run is to have"
    ),
    Key(
        name="name",
        kind=Matching("[^/#]*[^/#\\s][^/#]*", "name of an agent"),
        flag="--name",
        about="what the agent is called",
        default="Agent",
        from_project="free",
    ),
    Key(
        name="system",
        kind=_TEXT,
        flag="--system",
        about="who the agent is, in place of our own words about it",
    ),
    Key(
        name="append_system",
        kind=_TEXT,
        flag="--append-system",
        about="added to the system prompt's end",
        from_project="free",
    ),
    Key(
        name="add_dir",
        kind=ListOf(_PLACE, separator=":"),
        flag="--add-dir",
        about="directories whose instructions are read, too",
    ),
    Key(
        name="project_instructions",
        kind=_YES_NO,
        flag="--no-project-instructions",
        about="whether a project's instructions, agents and config are read",
        default="true",
    ),
    Key(
        name="trusted_projects",
        kind=ListOf(_PLACE, separator=":"),
        about="directories whose own config files may say all that yours may",
    ),
    Key(
        name="session_persistence",
        kind=_YES_NO,
        flag="--no-session-persistence",
        about="whether sessions and a memory of the project are kept",
        default="true",
        from_project="free",
    ),
    Key(
        name="compact",
        kind=_YES_NO,
        flag="--no-compact",
        about="whether a recap replaces a conversation that nearly fills the model's window",
        default="true",
        from_project="free",
    ),
    Key(
        name="output_format",
        kind=OneOf(("text", "json", "stream-json")),
        flag="--output-format",
        about="how the answer is printed",
        default="text",
    ),
    Key(
        name="history",
        kind=_PLACE,
        flag="--history",
        about="the file that remembers what is typed",
        default="history in ~/.sagent",
    ),
    Key(
        name="log_level",
        kind=OneOf(LOG_LEVELS),
        flag="--log-level",
        about="log what is of this weight and above",
    ),
    Key(
        name="log_file",
        kind=_PLACE,
        about="where the log is",
        default="standard error, but for conversations",
    ),
    Key(name="trace", kind=_PLACE, flag="--trace", about="a file for who did what, and its cost"),
    Key(
        name="max_tool_call_rounds",
        kind=_COUNT,
        flag="--max-tool-call-rounds",
        about="how often the model may be asked in a run",
        from_project="lower",
    ),
    Key(
        name="max_response_tokens",
        kind=_COUNT,
        flag="--max-response-tokens",
        about="what each response of the model may have",
        from_project="lower",
    ),
    Key(
        name="max_budget_usd",
        kind=Number(),
        flag="--max-budget-usd",
        about="what a run may spend, in US dollars",
        from_project="lower",
    ),
    Key(
        name="max_budget_tokens",
        kind=_COUNT,
        flag="--max-budget-tokens",
        about="what a run may send and receive",
        from_project="lower",
    ),
    Key(
        name="max_budget_seconds",
        kind=_SECONDS,
        flag="--max-budget-seconds",
        about="how long a run may take",
        from_project="lower",
    ),
    Key(
        name="repl.editing_mode",
        kind=OneOf(("emacs", "vi")),
        about="which editor's keys a conversation takes",
        default="as in your inputrc, else emacs",
        other_variable="SAGENT_EDITING_MODE",
    ),
    Key(
        name="repl.bell_seconds",
        kind=Number(),
        about="the end of a turn that took as long rings the bell",
        other_variable="SAGENT_BELL",
    ),
    Key(
        name="map.limit",
        kind=_COUNT,
        flag="map --limit",
        about="how many items are worked on at a time",
        default="10",
        from_project="lower",
    ),
    Key(
        name="map.attempts",
        kind=_COUNT,
        flag="map --attempts",
        about="how often each item is tried",
        default="3",
        from_project="lower",
    ),
    Key(
        name="map.item_seconds",
        kind=_SECONDS,
        flag="map --item-seconds",
        about="how long each item may take",
        from_project="lower",
    ),
    Key(
        name="slack.allow_user",
        kind=ListOf(Matching(USER_ID, "id of a user, such as U024BE7LH")),
        flag="sagent-slack --allow-user",
        about="who may talk to agents in Slack",
    ),
    Key(
        name="slack.allow_channel",
        kind=ListOf(Matching(f"{CHANNEL_ID}|dm", "id of a channel, such as C024BE91L, or dm")),
        flag="sagent-slack --allow-channel",
        about="where they may",
    ),
    Key(
        name="slack.persona_dir",
        kind=_PLACE,
        flag="sagent-slack --persona-dir",
        about="who agents are",
    ),
    Key(
        name="slack.session_dir",
        kind=_PLACE,
        flag="sagent-slack --session-dir",
        about="where conversations are kept",
    ),
    Key(
        name="slack.router_log_channel",
        kind=_TEXT,
        flag="sagent-slack --router-log-channel",
        about="a channel where the bot tells what it does",
    ),
    *(
        key
        for provider in PROVIDERS
        for key in (
            Key(
                name=f"providers.{provider}.base_url",
                kind=Url(),
                about=f"where the API of {provider} lives, for you",
            ),
            Key(
                name=f"providers.{provider}.model",
                kind=_TEXT,
                about=f"the model of {provider} where none is named",
            ),
            Key(
                name=f"providers.{provider}.context_window",
                kind=_COUNT,
                about=f"how many tokens the models of {provider} have room for, as you know it",
            ),
        )
        if (provider, key.name) != ("Local", "providers.Local.base_url")
    ),
    Key(name=f"aliases.{ANY}", kind=_TEXT, about="another name for a model"),
)


def key_of(name: str) -> Key | None:
    """Find the key that *name*, with points in it, is of."""
    return next((key for key in KEYS if key.fits(name)), None)


def tables() -> frozenset[str]:
    """Give the names of all tables, those in tables with points."""
    return frozenset(
        ".".join(parts[:depth])
        for parts in (key.name.split(".") for key in KEYS)
        for depth in range(1, len(parts))
    )


def names_beside(name: str) -> Iterator[str]:
    """Give the last parts of all names that may stand in the same table as *name*."""
    table = name.rpartition(".")[0]
    for known in {*(key.name for key in KEYS), *tables()}:
        parent, _, last = known.rpartition(".")
        if parent == table and last != ANY:
            yield last


def schema() -> dict[str, JsonValue]:
    """Give the JSON schema of a config file, draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "sagent's config.toml",
        "description": "Made by sagent config schema from the table that reads the file.",
        **_table_schema((key.name.split("."), key) for key in KEYS),
    }


def _table_schema(keys: "Iterable[tuple[list[str], Key]]") -> dict[str, JsonValue]:
    properties: dict[str, JsonValue] = {}
    others: JsonValue = False
    deeper: dict[str, list[tuple[list[str], Key]]] = {}
    for (first, *rest), key in keys:
        if rest:
            deeper.setdefault(first, []).append((rest, key))
        elif first == ANY:
            others = _described(key)
        else:
            properties[first] = _described(key)
    properties |= {name: _table_schema(below) for name, below in deeper.items()}
    return {"type": "object", "properties": properties, "additionalProperties": others}


def _described(key: Key) -> dict[str, JsonValue]:
    said: Schema = key.kind.schema
    default: Mapping[str, JsonValue] = {"description": f"{key.about} ({key.default})"}
    return {**said, **(default if key.default else {"description": key.about})}
