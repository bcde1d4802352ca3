"""Who asked whom, and what it cost: the work of a system's agents as spans.

    async with open_system() as system, open_trace(system, Path("trace.jsonl")):
        ...

`sagent.trace.otel` gives the same spans to OpenTelemetry.
"""

from sagent.trace._json_lines import open_trace
from sagent.trace._log import open_log
from sagent.trace._span import Contents, Span, SpanSink
from sagent.trace._tracer import open_spans

__all__ = ["Contents", "Span", "SpanSink", "open_log", "open_spans", "open_trace"]
