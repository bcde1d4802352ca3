from collections.abc import Iterator, Sequence

from sagent.compaction._exchange import exchanges_in
from sagent.errors import UsageError
from sagent.message import (
    Message,
    MultipartMessage,
    get_directive,
    get_tool_name,
    is_error,
)

_FILE_TOOLS = frozenset({"Read", "Write", "Edit", "MultiEdit"})


def recent_files(history: Sequence[Message], *, limit: int = 5) -> tuple[str, ...]:
    """Name the files that were read or changed last, the newest first, *limit* at most.

    They are named as the model named them in its calls of Read, Write, Edit and MultiEdit; calls
    that failed do not count.
    """
    paths = dict[str, None]()
    for path in _touched(history):
        paths.pop(path, None)
        paths[path] = None
    return tuple([*reversed(paths)][: max(0, limit)])


def _touched(history: Sequence[Message]) -> Iterator[str]:
    for exchange in exchanges_in(history):
        if get_tool_name(exchange.call) in _FILE_TOOLS and not is_error(exchange.result):
            yield from _path_in(exchange.call)


def _path_in(call: MultipartMessage) -> Iterator[str]:
    try:
        path = get_directive(call).get("file_path")
    except UsageError:
        return
    if isinstance(path, str) and path:
        yield path
