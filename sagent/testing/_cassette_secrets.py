"""What a cassette may not hold, and how it is found.

No list of keys is complete: what is known to be secret is searched for everywhere, what looks
like a key is taken for one, and of headers only those are kept that are known to be harmless.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from urllib.parse import quote

import attrs
import httpx

SECRET = "[secret]"  # noqa: S105  # stands where one was
SHORTEST = 6
"""A shorter one would tear words apart."""
_SHORTEST_ID = 8

_KEPT_HEADERS = re.compile(
    r"content-type|retry-after(-ms)?|x-should-retry|(anthropic|x)-ratelimit-[\w-]+"
)
_KEY_HEADERS = re.compile(r"auth|key|token|secret|password")
_ID_HEADERS = re.compile(r"cookie|organi[sz]ation|project|account|user(?!-agent)")
_KEY_PARAMETERS = re.compile(
    r"auth|key|(?<!page)(?<!page_)token|secret|password|sig|credential", re.IGNORECASE
)

_KEY_LIKE = (
    rb"(?<![\w-])(?=[\w.*-]*[\d*])(?:"
    rb"sk-[\w*-]{8,}"  # OpenAI, Anthropic and many more; with stars, as their refusals show it
    rb"|AIza[\w-]{30,}|(?:AQ|ya29)\.[\w-]{20,}"  # Google
    rb"|(?:gsk|hf|r8|gh[opusr]|github_pat)_\w{16,}"
    rb"|(?:glpat|xai|pplx|nvapi|csk|tvly|xox[abeoprs]|xapp)-[\w-]{16,}"
    rb"|AKIA[0-9A-Z]{16}"
    rb"|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*"  # a JSON Web Token (RFC 7519)
    rb"|org-\w{12,}|proj_\w{12,})"
    rb"|(?<=[Bb]earer )(?=[\w.~+/-]*\d)[\w.~+/-]{16,}=*"
)
_KEY_FIELD = (
    rb'(?P<field>"(?i:(?:x-|x-goog-)?api[_-]?key|authorization|access_token|refresh_token'
    rb'|client_secret|org_id|organi[sz]ation_id)\\*"\s*:\s*\\*")(?:[^"\\]|\\[^"\\])+'
)


def kept(headers: httpx.Headers) -> Mapping[str, str]:
    """Give those of an answer's headers that providers act on and nobody can be known by."""
    return {name: value for name, value in headers.items() if _KEPT_HEADERS.fullmatch(name)}


def secrets_of(message: httpx.Request | httpx.Response) -> Iterator[str]:
    """Find the keys, cookies and organizations that *message* shows outside of its body."""
    if isinstance(message, httpx.Request):
        yield message.url.password
        for name, value in message.url.params.multi_items():
            if _KEY_PARAMETERS.search(name):
                yield value
    for name, value in message.headers.multi_items():
        words = {value, value.rpartition(" ")[2]}
        if _KEPT_HEADERS.fullmatch(name):
            continue
        if _KEY_HEADERS.search(name):
            yield from words
        elif _ID_HEADERS.search(name):
            words |= {part.partition("=")[2] for part in value.split(";")}
            yield from filter(_is_id, words)


def alike(one: str, other: str) -> bool:
    """Tell whether two texts are equal but for what was secret in either."""
    return one == other or _fits(one, other) or _fits(other, one)


def _fits(scrubbed: str, text: str) -> bool:
    first, *middle = scrubbed.split(SECRET)
    if not middle or not text.startswith(first):
        return False
    last, place = middle.pop(), len(first)
    for part in middle:
        place = text.find(part, place)
        if place < 0:
            return False
        place += len(part)
    return len(text) - place >= len(last) and text.endswith(last)


def _is_id(word: str) -> bool:
    """Tell *word* from a name that may stand in any text."""
    return len(word) >= _SHORTEST_ID and " " not in word and any(map(str.isdigit, word))


def _pattern(secrets: Iterable[str]) -> re.Pattern[bytes]:
    forms = {
        form.encode()
        for secret in secrets
        if len(secret) >= SHORTEST
        for form in (secret, json.dumps(secret)[1:-1], quote(secret, safe=""))
    }
    known = [re.escape(form) for form in sorted(forms, key=len, reverse=True)]
    return re.compile(b"|".join([_KEY_FIELD, *known, _KEY_LIKE]))


@attrs.frozen
class Scrubber:
    """Puts `SECRET` in the place of each secret."""

    _secrets: re.Pattern[bytes] = attrs.field(converter=_pattern, repr=False)

    def scrub(self, content: bytes) -> bytes:
        """Take the secrets out of *content*."""
        return b"".join(self.scrub_pieces([content]))

    def scrub_text(self, text: str) -> str:
        """Take the secrets out of *text*."""
        return self.scrub(text.encode(errors="surrogateescape")).decode(errors="surrogateescape")

    def scrub_pieces(self, pieces: Sequence[bytes]) -> Sequence[bytes]:
        """Take out also those that are cut in two; each then stands where it began."""
        whole = b"".join(pieces)
        found = [
            (match.end("field") if match["field"] else match.start(), match.end())
            for match in self._secrets.finditer(whole)
        ]
        cuts = [0, *accumulate(map(len, pieces))]
        return [_without(whole, found, start, end) for start, end in pairwise(cuts)]

    def scrub_url(self, url: httpx.URL) -> str:
        """Take user, password and secrets out of *url*."""
        params = [
            (name, SECRET if _KEY_PARAMETERS.search(name) else value)
            for name, value in url.params.multi_items()
        ]
        bare = url.copy_with(userinfo=b"")
        if params:
            bare = bare.copy_with(params=params)
        return self.scrub_text(str(bare).replace(quote(SECRET), SECRET))


def _without(whole: bytes, found: Sequence[tuple[int, int]], start: int, end: int) -> bytes:
    """Give *whole* from *start* to *end*, with `SECRET` for what begins there."""
    kept_bytes: list[bytes] = []
    for first, after in found:
        if after <= start or first >= end:
            continue
        kept_bytes.append(whole[start:first])
        if first >= start:
            kept_bytes.append(SECRET.encode())
        start = after
    return b"".join([*kept_bytes, whole[start:end]])
