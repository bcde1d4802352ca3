from collections.abc import Sequence

from sagent.compaction._exchange import exchanges_in
from sagent.errors import UsageError
from sagent.message import Message, get_directive, get_tool_name, is_error
from sagent.tool import Plan, read_plan

_PLAN_TOOL = "Todo"


def last_plan(history: Sequence[Message]) -> Plan | None:
    """Give the plan of the last call of the tool Todo in *history*; None if there was none.

    Calls that failed do not count.
    """
    plan: Plan | None = None
    for exchange in exchanges_in(history):
        if get_tool_name(exchange.call) == _PLAN_TOOL and not is_error(exchange.result):
            try:
                plan = read_plan(get_directive(exchange.call).get("todos"))
            except UsageError:  # another tool of this name, which takes something else
                continue
    return plan
