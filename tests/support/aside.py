"""Steps of a scripted model that sees to the call it has put into the background."""

import re
from collections.abc import Callable

from sagent.lib.json import JSON
from sagent.message import MultipartMessage, response_text
from sagent.model import ModelRequest
from sagent.testing import calls

_STUB = re.compile(r"runs in the background as (\w+);")


def seeing_to(operation: str, **more: JSON) -> Callable[[ModelRequest], MultipartMessage]:
    """Call BackgroundTask for *operation* on the first call that runs in the background."""

    def step(request: ModelRequest) -> MultipartMessage:
        heard = "\n".join(map(response_text, request.messages))
        found = _STUB.search(heard)
        assert found is not None, "no call runs in the background"
        return calls(("BackgroundTask", {"operation": operation, "id": found[1], **more}))

    return step
