"""The typed payloads that cross providers, tools, sessions and surfaces.

A history is a tuple of messages; `parent_id` makes it a tree. What a message is made of:

    the user's turn     TextMessage, text/x-user-message
    the model's turn    MultipartMessage, multipart/x-model-message: thinking, text, tool calls
    a tool call         MultipartMessage, multipart/x-tool-call: queue id, name, directive
    a tool's result     MultipartMessage, multipart/x-tool-result: queue id, text or error, extras
"""

from sagent.message._codec import decode_message, encode_message, message_from_json
from sagent.message._descriptor import Descriptor, tool_descriptor
from sagent.message._ids import new_id
from sagent.message._message import (
    BytesMessage,
    JsonMessage,
    Message,
    MultipartMessage,
    TextMessage,
    child_of,
)
from sagent.message._parts import (
    error_message,
    get_directive,
    get_queue_id,
    get_tool_name,
    is_error,
    is_message,
    note_message,
    response_text,
    response_tool_calls,
    result_text,
    tool_call_message,
    tool_result_message,
)

__all__ = [
    "BytesMessage",
    "Descriptor",
    "JsonMessage",
    "Message",
    "MultipartMessage",
    "TextMessage",
    "child_of",
    "decode_message",
    "encode_message",
    "error_message",
    "get_directive",
    "get_queue_id",
    "get_tool_name",
    "is_error",
    "is_message",
    "message_from_json",
    "new_id",
    "note_message",
    "response_text",
    "response_tool_calls",
    "result_text",
    "tool_call_message",
    "tool_descriptor",
    "tool_result_message",
]
