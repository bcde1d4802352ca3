from collections.abc import Sequence

from sagent.compaction._exchange import exchanges_in
from sagent.compaction._recap import is_recap
from sagent.errors import UsageError
from sagent.message import Message, get_directive, get_tool_name, is_error
from sagent.tool import Plan, read_plan

_PLAN_TOOL = "Todo"


def rewound_plan(history: Sequence[Message], plan: Plan) -> Plan:
    """Give the plan that holds after a way back to *history* from where *plan* held.

    It is that of the last call of the tool Todo which did not fail. Where there is none, there is
    no plan, but in a history that begins with a recap: of what was before that nobody knows.
    """
    found = _last_plan(history)
    if found is not None:
        return found
    return plan if history and is_recap(history[0]) else ()


def _last_plan(history: Sequence[Message]) -> Plan | None:
    plan: Plan | None = None
    for exchange in exchanges_in(history):
        if get_tool_name(exchange.call) == _PLAN_TOOL and not is_error(exchange.result):
            try:
                plan = read_plan(get_directive(exchange.call).get("todos"))
            except UsageError:  # another tool of this name, which takes something else
                continue
    return plan
