"""How a terminal is told what to put in the clipboard of the person at it, however far away."""

from base64 import b64encode

from sagent.errors import UsageError

MOST_BYTES = 74_994
"""What all terminals take that take anything: 100,000 bytes of base64 and its frame (xterm)."""


def clipboard_sequence(text: str) -> str:
    """Give what puts *text* in the clipboard: OSC 52 (xterm, Operating System Commands).

    Raises:
        UsageError: it is too long for terminals.
    """
    octets = text.encode(errors="replace")
    if len(octets) > MOST_BYTES:
        raise UsageError(
            f"{len(octets):,} bytes are more than terminals take ({MOST_BYTES:,}): /export writes "
            "a file"
        )
    return f"\x1b]52;c;{b64encode(octets).decode()}\x07"
