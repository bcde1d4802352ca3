"""What a tool declares of itself, seen as a whole."""

from sagent.tool._protocol import (
    Tool,
    concurrency_of,
    deadline_of,
    effects_of,
    max_result_chars_of,
)
from sagent.tool._schema import Validator, validator_for


def check_tool(tool: Tool) -> Validator:
    """See whether all that *tool* declares can be meant, and compile its schema.

    Raises:
        UsageError: the schema is none, or it has effects, a concurrency, a deadline or a length
            of results that there cannot be.
    """
    effects_of(tool)
    concurrency_of(tool)
    deadline_of(tool)
    max_result_chars_of(tool)
    return validator_for(tool)
