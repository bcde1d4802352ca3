from sagent.message import Descriptor, Message, response_text, result_text

_TEXT_CHARS = 20_000


def searchable_text(message: Message) -> str:
    """Give what of *message* a search goes through: at most its first 20,000 characters."""
    told = result_text if message.descriptor == Descriptor.TOOL_RESULT else response_text
    return told(message)[:_TEXT_CHARS].encode(errors="replace").decode()
