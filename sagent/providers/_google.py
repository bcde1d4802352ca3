import re
from collections.abc import Mapping
from typing import ClassVar

import attrs

from sagent.lib.json import JSON
from sagent.model import ModelInfo
from sagent.providers._listing import Listing
from sagent.providers._provider import HttpProvider, base_url, shown
from sagent.providers._wires.fields import fields_of, number_in, objects_in, text_in
from sagent.providers._wires.google.encoder import WIRE
from sagent.providers._wires.google.wire import GoogleWire

_ENDS_IN_VERSION = re.compile(r"/v\d\w*/$")


def _versioned(value: str) -> str:
    url = base_url(value)
    return url if _ENDS_IN_VERSION.search(url) else f"{url}v1beta/"


@attrs.frozen(kw_only=True)
class Google(HttpProvider):
    """Gemini, by the Gemini API.

    Args:
        key: the API key; it travels in a header of its own.
        base_url: where the API lives, with or without its version, which is ``v1beta`` unless
            the URL says another.
        options: further fields of every request, in Google's own words; those of its
            ``generationConfig`` win one by one, its ``tools`` come beside the agent's.
    """

    NAME: ClassVar[str] = "Google"
    WIRE: ClassVar[str] = WIRE
    DEFAULT_MODEL: ClassVar[str] = "gemini-3.1-pro-preview"
    KEY_VARIABLES: ClassVar[tuple[str, ...]] = ("GOOGLE_API_KEY", "GEMINI_API_KEY")
    BASE_URL_VARIABLES: ClassVar[tuple[str, ...]] = ("GOOGLE_GEMINI_BASE_URL",)
    BASE_URL: ClassVar[str] = "https://generativelanguage.googleapis.com/v1beta"

    base_url: str = attrs.field(
        default=BASE_URL, converter=_versioned, repr=lambda url: repr(shown(url))
    )

    def headers(self) -> Mapping[str, str]:
        """Give the headers of every request."""
        return {"x-goog-api-key": self.key} if self.key else {}

    def wire(self, model_id: str) -> GoogleWire:
        """Make the wire format for a model."""
        return GoogleWire.of(model_id, self.options)

    def listing(self) -> Listing:
        """Say how the vendor lists its models."""
        return Listing(parse=models_from, path="models?pageSize=1000", next_page=_next_page)


def _next_page(page: JSON) -> Mapping[str, str]:
    token = text_in(fields_of(page), "nextPageToken")
    return {"pageToken": token} if token else {}


def models_from(body: JSON) -> tuple[ModelInfo, ...]:
    """Read a page of Google's list of models; those that make no content are left out."""
    return tuple(
        ModelInfo(
            model_id=text_in(model, "name").removeprefix("models/"),
            context_window=number_in(model, "inputTokenLimit") or None,
            max_output_tokens=number_in(model, "outputTokenLimit") or None,
        )
        for model in objects_in(fields_of(body).get("models"))
        if text_in(model, "name") and _generates(model)
    )


def _generates(model: Mapping[str, JSON]) -> bool:
    methods = model.get("supportedGenerationMethods")
    return not isinstance(methods, list) or "generateContent" in methods
