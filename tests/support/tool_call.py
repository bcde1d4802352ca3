"""A tool's call, as a line of a test."""

from sagent.lib.json import JSON
from sagent.message import JsonMessage, is_error, response_text
from sagent.tool import Tool


async def use(tool: Tool, **directive: JSON) -> str:
    """Call *tool* with *directive*, and give the text of its result, an error marked as one."""
    result = await tool.run(JsonMessage(directive))
    return ("ERROR " if is_error(result) else "") + response_text(result)
