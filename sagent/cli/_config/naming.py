"""What answers: four words that belong together, wherever they are said."""

from collections.abc import Callable

import attrs

from sagent.cli._options import ToolProtocol

type ProviderOf = Callable[[str], str | None]
"""Tells whose a model is, by its name; None for nobody's that is known."""


@attrs.frozen(kw_only=True)
class Naming:
    """A model and who runs it, as far as one source names them."""

    provider: str | None = None
    model: str | None = None
    base_url: str | None = None
    tool_protocol: ToolProtocol | None = None

    @property
    def runner(self) -> str | None:
        """Who runs it, if this alone tells: whoever names an address means a compatible server."""
        return self.provider or ("OpenAICompat" if self.base_url else None)

    def over(self, weaker: "Naming", provider_of: ProviderOf) -> "Naming":
        """Complete it by what *weaker* says, as far as that is of the same provider.

        A model alone keeps the address that *weaker* names, where any model may be; or else its
        provider, unless *provider_of* knows the model to be of another.
        """
        if not self.goes_with(weaker, provider_of):
            return self
        return Naming(
            provider=self.provider or weaker.provider,
            model=self.model or weaker.model,
            base_url=self.base_url or weaker.base_url,
            tool_protocol=self.tool_protocol or weaker.tool_protocol,
        )

    def goes_with(self, weaker: "Naming", provider_of: ProviderOf) -> bool:
        """Tell whether what *weaker* says is of the same provider, as far as that is known."""
        if self.runner is not None:
            of_weaker = weaker.runner or (weaker.model and provider_of(weaker.model)) or ""
            return self.runner.lower() == of_weaker.lower()
        if self.model is None or weaker.base_url or weaker.provider is None:
            return True
        return (provider_of(self.model) or weaker.provider).lower() == weaker.provider.lower()
