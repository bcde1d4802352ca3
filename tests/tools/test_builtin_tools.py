import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import trio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sagent import tools
from sagent.errors import UnknownNameError
from sagent.lib.json import JSON, json_unfreeze
from sagent.message import JsonMessage, Message, TextMessage, is_error, is_message, response_text
from sagent.tool import Binding, Tool, Workspace, concurrency_of, spec_of, validator_for

NAMES = sorted(tools.TOOLS)
NOT_TO_BE_HAD_AGAIN = {"AgentSend", "AgentSpawn", "AskUser", "Skill", "Todo"}
"""What these have given stays in the conversation."""


def test_the_door_has_what_it_says() -> None:
    assert all(hasattr(tools, name) for name in tools.__all__)


def test_tools_are_built_by_name() -> None:
    built = tools.build_tools(["Read", "Bash", "Read"])

    assert [tool.name for tool in built] == ["Read", "Bash"]


def test_an_unknown_name_is_told_with_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown tool: 'Raed'.*Bash, Edit, Glob"):
        tools.build_tools(["Raed"])


def test_the_specs_of_the_default_tools_are_small() -> None:
    specs = [
        {
            "type": "function",
            "function": {
                "name": spec.name,
                "description": spec.description,
                "parameters": json_unfreeze(spec.directive_schema),
            },
        }
        for spec in map(spec_of, tools.build_tools(tools.DEFAULT_TOOLS))
    ]

    assert len(json.dumps(specs)) <= 16_000


@pytest.mark.parametrize("name", NAMES)
def test_a_tool_is_built_without_arguments_and_keeps_the_contract(name: str) -> None:
    tool: Tool = tools.TOOLS[name]()

    assert tool.name == name
    assert tool.tool_id == f"application/x-tool-{name.lower()}"
    assert len(tool.description) > 40
    assert tool.supports_microcompaction == (name not in NOT_TO_BE_HAD_AGAIN)
    assert tool.prompt() is None
    assert validator_for(tool).faults({"no such parameter": 1})


def test_only_tools_that_change_nothing_run_beside_others() -> None:
    shared = {name for name in NAMES if concurrency_of(tools.TOOLS[name]()) == "shared"}

    assert shared == {
        "AgentSpawn",
        "BackgroundTask",
        "Glob",
        "Grep",
        "List",
        "PaperAuthor",
        "PaperDetails",
        "PaperFetch",
        "PaperSearch",
        "Read",
        "Skill",
        "WebFetch",
        "WebSearch",
    }


@pytest.mark.parametrize(
    ("directive", "summary"),
    [
        ({"file_path": "a  b.txt"}, "Read a b.txt"),
        ({"file_path": "x" * 200}, "Read " + "x" * 80),
        ({}, "Read"),
    ],
)
def test_a_summary_is_one_short_line(directive: Mapping[str, JSON], summary: str) -> None:
    assert tools.Read().summary(JsonMessage(directive)) == summary


def test_a_command_is_shown_itself_whatever_the_model_calls_it() -> None:
    message = JsonMessage({"command": "rm -rf build", "description": "Clean up"})

    assert tools.Bash().summary(message) == "Bash rm -rf build"


async def test_a_bound_copy_leaves_the_tool_alone(tmp_path: Path) -> None:
    tool = tools.Bash()
    one = tool.bind(Binding(agent="one", workspace=Workspace(tmp_path)))
    (tmp_path / "inner").mkdir()

    await one.run(JsonMessage({"command": "cd inner"}))

    assert response_text(await one.run(JsonMessage({"command": "pwd"}))) == f"{tmp_path}/inner"
    assert response_text(await tool.run(JsonMessage({"command": "pwd"}))) == str(Path.cwd())


@pytest.mark.parametrize("name", NAMES)
async def test_a_message_that_is_no_directive_is_told(name: str) -> None:
    assert is_error(await tools.TOOLS[name]().run(TextMessage("hello")))


@pytest.mark.parametrize("name", NAMES)
async def test_an_argument_of_the_wrong_type_is_told(name: str) -> None:
    assert is_error(await tools.TOOLS[name]().run(JsonMessage({"file_path": 7, "pattern": 7})))


_WORDS = st.sampled_from(
    [
        "a.txt",
        "in/b.txt",
        ".",
        "..",
        "in",
        "/",
        "",
        "~",
        "*",
        "**/*",
        "[",
        "(",
        "\\",
        "\0",
        "\ud800",
    ]
) | st.text(max_size=12)
_COUNTS = st.sampled_from([0, 1, 2, 10**30, 1.0, 1e300])


def _value(rule: JSON) -> st.SearchStrategy[JSON]:
    assert isinstance(rule, Mapping)
    if "enum" in rule:
        assert isinstance(rule["enum"], tuple)
        return st.sampled_from(rule["enum"])
    kinds: dict[str, st.SearchStrategy[JSON]] = {
        "string": _WORDS,
        "boolean": st.booleans(),
        "integer": _COUNTS.filter(lambda value: value >= float(str(rule.get("minimum", 0)))),
        "number": st.just(2000),
    }
    return kinds[str(rule["type"])]


def _directives(tool: Tool) -> st.SearchStrategy[dict[str, JSON]]:
    schema = tool.directive_schema
    assert isinstance(schema, Mapping)
    properties = schema["properties"]
    assert isinstance(properties, Mapping)
    required = schema["required"]
    assert isinstance(required, tuple)
    values = {str(name): _value(rule) for name, rule in properties.items()}
    return st.fixed_dictionaries(
        {name: value for name, value in values.items() if name in required},
        optional={name: value for name, value in values.items() if name not in required},
    )


@pytest.mark.parametrize("name", ["Edit", "Glob", "List", "Read", "Write"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_arguments_give_a_result_or_an_error(name: str, data: st.DataObject) -> None:
    _check_any_arguments(name, data)


@pytest.mark.parametrize("name", ["Bash", "Grep"])
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_arguments_of_a_process_give_a_result_or_an_error(
    name: str, data: st.DataObject
) -> None:
    _check_any_arguments(name, data)


def _check_any_arguments(name: str, data: st.DataObject) -> None:
    tool = tools.TOOLS[name]()
    directive = data.draw(_directives(tool))
    # Outside of its own folder an arbitrary name could be anybody's.
    for parameter in ("file_path", "path"):
        if str(directive.get(parameter, "")).startswith(("/", "..", "~")):
            directive[parameter] = "a.txt"
    if "command" in directive:
        directive["command"] = f"echo {directive['command']!r}"
    if str(directive.get("pattern", "")).startswith(("/", "..", "~")):
        directive["pattern"] = "b"

    async def run(folder: Path) -> Message:
        (folder / "in").mkdir()
        (folder / "a.txt").write_text("one\ntwo\n")
        (folder / "in/b.txt").write_bytes(b"\xff\r\n")
        bound = tool.bind(Binding(agent="any", workspace=Workspace(folder)))
        return await bound.run(JsonMessage(directive))

    with TemporaryDirectory() as folder:
        assert is_message(trio.run(run, Path(folder)))
