"""The descriptors that sagent itself gives to messages, in MIME's form (RFC 2045)."""

from enum import StrEnum


class Descriptor(StrEnum):
    """What a message's content is."""

    TEXT = "text/plain"
    USER = "text/x-user-message"
    ATTACHED = "text/x-attached"
    """What a user has attached to what they say, in text."""
    ERROR = "text/x-error"
    THINKING = "text/x-thinking"
    INTERRUPTED = "text/x-interrupted"
    STATUS = "text/x-status"
    TITLE = "text/x-title"
    COMPACTED = "text/x-recap"
    TOOL_PROGRESS = "text/x-tool-progress"
    QUEUE_ID = "text/x-queue-id"
    TOOL_NAME = "text/x-tool-name"
    MALFORMED_DIRECTIVE = "text/x-malformed-directive"
    DIFF = "text/x-diff"
    JSON = "application/json"
    QUESTION = "application/x-question"
    ANSWER = "application/x-answer"
    PLAN = "application/x-plan"
    DONE = "application/x-done"
    TURN = "application/x-turn"
    MODEL_REQUEST = "application/x-model-request"
    ECHO = "application/x-thinking-structured"
    """What the vendor of a model's message wants back exactly as it sent it."""
    USER_PARTS = "multipart/x-user-message"
    MODEL = "multipart/x-model-message"
    TOOL_CALL = "multipart/x-tool-call"
    TOOL_RESULT = "multipart/x-tool-result"
    CHILD_EVENT = "multipart/x-child-event"


def tool_descriptor(name: str) -> str:
    """Name the descriptor of a directive to the tool *name*, which is also its default tool id."""
    return f"application/x-tool-{name.lower()}"
