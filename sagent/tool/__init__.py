"""What a tool is: the contract between an agent, its model and the work."""

from sagent.tool._binding import Bindable, Binding, bind_tool
from sagent.tool._control import AgentControl, TaskOutput, TaskStatus
from sagent.tool._declaration import check_tool
from sagent.tool._exact import open_exact
from sagent.tool._people import People
from sagent.tool._plan import (
    Plan,
    PlanItem,
    PlanStatus,
    check_plan,
    plan_as_json,
    plan_lines,
    plan_progress,
    read_plan,
)
from sagent.tool._protocol import (
    ALL_EFFECTS,
    Concurrency,
    Effect,
    Report,
    StreamingTool,
    Tool,
    ToolSpec,
    background_parameter_of,
    concurrency_of,
    deadline_of,
    effects_of,
    max_result_chars_of,
    offers_background,
    spec_of,
    summary_of,
)
from sagent.tool._question import Answer, Choice, Question
from sagent.tool._result_file import ResultFile
from sagent.tool._result_folder import ResultFolder
from sagent.tool._schema import Schema, Validator, validator_for
from sagent.tool._workspace import FileStamp, SeenFile, Workspace

__all__ = [
    "ALL_EFFECTS",
    "AgentControl",
    "Answer",
    "Bindable",
    "Binding",
    "Choice",
    "Concurrency",
    "Effect",
    "FileStamp",
    "People",
    "Plan",
    "PlanItem",
    "PlanStatus",
    "Question",
    "Report",
    "ResultFile",
    "ResultFolder",
    "Schema",
    "SeenFile",
    "StreamingTool",
    "TaskOutput",
    "TaskStatus",
    "Tool",
    "ToolSpec",
    "Validator",
    "Workspace",
    "background_parameter_of",
    "bind_tool",
    "check_plan",
    "check_tool",
    "concurrency_of",
    "deadline_of",
    "effects_of",
    "max_result_chars_of",
    "offers_background",
    "open_exact",
    "plan_as_json",
    "plan_lines",
    "plan_progress",
    "read_plan",
    "spec_of",
    "summary_of",
    "validator_for",
]
