import attrs


@attrs.frozen(kw_only=True)
class ModelInfo:
    """A model as its vendor lists it.

    Attributes:
        model_id: the vendor's name for it, for `.model(name)`.
        context_window: how many tokens request and answer may have together; None if not told.
        max_output_tokens: how many tokens an answer may have; None if not told.
    """

    model_id: str
    context_window: int | None = None
    max_output_tokens: int | None = None
