from collections.abc import Iterable
from http import HTTPStatus

import attrs
import trio

from sagent.tools._pdf import MOST_PDF_BYTES, is_pdf
from sagent.tools._refusal import Refusal
from sagent.tools.web._dialer import Dialer
from sagent.tools.web._exchange import Answer
from sagent.tools.web._fetcher import Fetcher
from sagent.tools.web._policy import AddressPolicy
from sagent.tools.web._target import target_of

_EACH_S = 60.0
_ALL_S = 120.0
_MOST_PLACES = 6


@attrs.frozen
class Pdf:
    """A document that was downloaded."""

    url: str
    content: bytes = attrs.field(repr=False)


@attrs.define
class Downloads:
    """Tries to get one document from many places, within two minutes of its making.

    Attributes:
        faults: why each place that was tried did not give it.
    """

    _fetcher: Fetcher
    _deadline: float
    faults: dict[str, str] = attrs.field(factory=dict[str, str], init=False)

    @classmethod
    def by(cls, addresses: AddressPolicy) -> "Downloads":
        """Make one that keeps to these *addresses*."""
        fetcher = Fetcher(Dialer(addresses), most_bytes=MOST_PDF_BYTES)
        return cls(fetcher, trio.current_time() + _ALL_S)

    async def first_pdf(self, urls: Iterable[str]) -> Pdf | None:
        """Get the PDF at the first of these *urls* that has one; a place is tried once."""
        for url in urls:
            if url in self.faults:
                continue
            if len(self.faults) == _MOST_PLACES:
                break
            try:
                return Pdf(url, await self._pdf(url))
            except Refusal as error:
                self.faults[url] = str(error)
        return None

    async def _pdf(self, url: str) -> bytes:
        target = target_of(url)
        with trio.CancelScope(deadline=min(trio.current_time() + _EACH_S, self._deadline)):
            return _checked(target.host, await self._fetcher.get(target))
        raise Refusal(f"{target.host} did not send it in time")


def _checked(host: str, answer: Answer) -> bytes:
    if answer.status != HTTPStatus.OK:
        raise Refusal(f"{host} answers {answer.told_status}")
    if not is_pdf(answer.body):
        raise Refusal(f"{host} sends no PDF, but {answer.content_type or 'something else'}")
    if answer.cut:
        raise Refusal(f"{host} sends more than {MOST_PDF_BYTES >> 20} MB")
    return answer.body
