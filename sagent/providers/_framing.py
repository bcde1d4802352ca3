"""How the bytes that follow the head of an answer make its body (RFC 9112, 6)."""

from typing import Protocol

import attrs
import h11


class Framing(Protocol):
    """What turns bytes, cut anywhere, into the pieces of a body."""

    @property
    def whole(self) -> bool:
        """Whether all of the body has come."""
        ...

    @property
    def fault(self) -> str:
        """What is wrong with it, after the pieces that were given; "" if nothing is."""
        ...

    @property
    def surplus(self) -> bytes:
        """What came after it."""
        ...

    def feed(self, data: bytes) -> list[bytes]:
        """Give the pieces that *data* carries; b"" says that nothing follows."""
        ...


@attrs.define(eq=False)
class PlainFraming:
    """A body that has a length, or ends with the connection; see `Framing`."""

    _http: h11.Connection
    """It has read the head, and holds what came with it."""
    whole: bool = attrs.field(default=False, init=False)
    fault: str = attrs.field(default="", init=False)

    @property
    def surplus(self) -> bytes:
        """What came after it."""
        return self._http.trailing_data[0]

    def feed(self, data: bytes) -> list[bytes]:
        """Give the pieces that *data* carries; b"" says that nothing follows."""
        self._http.receive_data(data)
        return self.held()

    def held(self) -> list[bytes]:
        """Give the pieces that came with the head."""
        pieces: list[bytes] = []
        try:
            while (event := self._http.next_event()) is not h11.NEED_DATA:
                if not isinstance(event, h11.Data):
                    self.whole = True
                    break
                pieces.append(event.data)
        except h11.RemoteProtocolError as error:
            self.fault = str(error)
        return pieces
