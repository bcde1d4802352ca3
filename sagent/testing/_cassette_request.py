import json
from typing import cast

import httpx

from sagent.lib.json import JsonValue
from sagent.testing._cassette_secrets import Scrubber
from sagent.testing._cassette_tape import Asked


def asked(request: httpx.Request, scrubber: Scrubber) -> Asked:
    """Give *request*, which has been read, as a cassette holds it."""
    text = scrubber.scrub(request.content).decode(errors="surrogateescape")
    try:
        body = cast("JsonValue", json.loads(text))  # what it gives
    except (ValueError, RecursionError):
        body = text or None
    return Asked(method=request.method, url=scrubber.scrub_url(request.url), body=body)


def target(request: Asked) -> str:
    """Give method, path and query; where the server lives is no part of it."""
    return f"{request.method} {httpx.URL(request.url).raw_path.decode()}"
