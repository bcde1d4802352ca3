"""What a tool takes, as its schema says it."""

from sagent.lib.json import JSON, json_unfreeze
from sagent.tool import Tool


def parameters_of(tool: Tool) -> dict[str, JSON]:
    """Give the schemas of the parameters of *tool*, by their names."""
    schema = json_unfreeze(tool.directive_schema)
    assert isinstance(schema, dict)
    found = schema["properties"]
    assert isinstance(found, dict)
    return dict(found)
