from pathlib import Path

import attrs

from sagent.tools._place import shown
from sagent.tools._refusal import Refusal
from sagent.tools._text_encoding import TextEncoding, probable_encodings


@attrs.frozen
class TextFile:
    """A file's whole text, which goes back to the same bytes."""

    text: str
    encoding: TextEncoding

    @classmethod
    def of(cls, path: Path, content: bytes) -> "TextFile":
        """Decode the *content* of *path*.

        Raises:
            Refusal: it is binary.
        """
        for encoding in probable_encodings(content):
            try:
                text = content[len(encoding.mark) :].decode(encoding.codec)
            except UnicodeDecodeError:
                continue
            return cls(text, encoding)
        raise Refusal(f"{shown(path)} is a binary file: change it with a program, through Bash")

    def encoded(self, text: str) -> bytes:
        """Encode *text* as the file was.

        Raises:
            Refusal: the encoding has no such character.
        """
        try:
            return self.encoding.mark + text.encode(self.encoding.codec)
        except UnicodeEncodeError as error:
            character = error.object[error.start : error.start + 1]
            raise Refusal(
                f"the file's encoding, {self.encoding.codec}, has no {character!a}: "
                "write another character, or convert the file first (iconv, through Bash)"
            ) from error
