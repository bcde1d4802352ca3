import attrs

from sagent.tools._found_files import in_order

_MOST_BYTES = 256 << 10
"""Of lines that are waited for before they are put in order."""


@attrs.define
class UnsortedLines:
    """Matches in any order: a path, a NUL, and the line; those of one file stand together."""

    _octets: bytearray = attrs.field(factory=bytearray, init=False)

    @property
    def is_full(self) -> bool:
        """Whether there are so many that the first of them are soon found in order."""
        return len(self._octets) > _MOST_BYTES

    @property
    def are_matches(self) -> bool:
        """Whether nothing else is among them: a complaint, or half a name with a line end in it."""
        return all(line.startswith(b"./") and b"\0" in line for line in self._split())

    def feed(self, chunk: bytes) -> None:
        """Take in more of them."""
        self._octets += chunk

    def in_order(self) -> bytes:
        """Give them directory by directory."""
        lines: list[bytes] = sorted(self._split(), key=_place)
        return b"".join(lines)

    def _split(self) -> list[bytes]:
        return [line + b"\n" for line in bytes(self._octets).split(b"\n") if line]


def _place(line: bytes) -> bytes:
    return in_order(line.partition(b"\0")[0])
