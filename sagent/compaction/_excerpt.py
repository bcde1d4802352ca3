from sagent.compaction._estimate import BYTES_PER_TOKEN, text_bytes


def beginning(text: str, tokens: int) -> str:
    """Give as much of the beginning of *text* as *tokens* hold."""
    most = max(0, tokens) * BYTES_PER_TOKEN
    if text_bytes(text) <= most:
        return text
    return text.encode(errors="replace")[:most].decode(errors="ignore")


def both_ends(text: str, tokens: int) -> str:
    """Give the beginning and the end of *text*, and say how much is left out between them."""
    if text_bytes(text) <= tokens * BYTES_PER_TOKEN:
        return text
    head = beginning(text, tokens // 2)
    tail = beginning(text[::-1], tokens // 2)[::-1]
    left_out = len(text) - len(head) - len(tail)
    return f"{head}\n[... {left_out} characters left out here ...]\n{tail}"
