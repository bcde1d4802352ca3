"""What a call may take, stated before it is made, and what it took."""

from bisect import bisect_right
from decimal import ROUND_FLOOR, Context, Decimal

import attrs

from sagent.budget._amount import Amount, exact_usd
from sagent.model import Model, Usage, is_priced

ASSUMED_OUTPUT_TOKENS = 1_000
"""How much one call is assumed to write, if it may write that much.

A tool call or some paragraphs; an agent's steps rarely have more. Models may write a hundred times
as much, and a budget that reserved all that would refuse a first call of a cent's worth.
"""
_LONGEST_ANSWER_TOKENS = 1_000_000
"""More than any model of November 2026 writes at once, by a factor of seven."""
_COARSE = Context(prec=28, rounding=ROUND_FLOOR)


@attrs.frozen(kw_only=True)
class Estimate:
    """What a call is expected to take.

    Attributes:
        input_tokens: what is sent.
        output_tokens: what it is assumed to write.
        usd: what that costs; None if there is no known price.
        model_id: the model, for messages.
    """

    input_tokens: int
    output_tokens: int
    usd: Decimal | None = None
    model_id: str = "this model"

    @property
    def amount(self) -> Amount:
        """What is to be reserved."""
        return _one_call(self.usd, self.input_tokens + self.output_tokens)


@attrs.frozen
class Spent:
    """What a call took.

    Some servers count no tokens. As no call is without any, such a usage is none, and what was
    estimated is booked.

    Attributes:
        usage: the tokens that the vendor counted.
        usd: what they cost; None if that is not known: the estimate's is booked then.
    """

    usage: Usage
    usd: Decimal | None = None

    @classmethod
    def of(cls, model: Model, usage: Usage) -> "Spent":
        """Let *model* price *usage*."""
        return cls(usage, price_of(model, usage) if _tokens(usage) else None)

    def amount(self, estimate: Estimate) -> Amount:
        """What is to be booked for the call of *estimate*."""
        usd = estimate.usd if self.usd is None else self.usd
        return _one_call(usd, _tokens(self.usage) or estimate.amount.tokens)


def price_of(model: Model, usage: Usage) -> Decimal | None:
    """Give what a call of *model* that took *usage* costs now; None if it cannot tell."""
    usd = model.price_usd(usage) if is_priced(model) else None
    return usd if usd is not None and usd.is_finite() else None


def estimate(
    model: Model,
    request_tokens: int,
    max_response_tokens: int | None = None,
    *,
    cached_tokens: int = 0,
    assumed_output_tokens: int = ASSUMED_OUTPUT_TOKENS,
) -> Estimate:
    """State what a call is expected to take.

    The call may write more than is assumed, up to *max_response_tokens*: by so much, at the
    model's price, one call may overspend. Assume as much as that cap, and nothing is overspent, but
    fewer calls can be made at once; or see `affordable_output_tokens`.

    What is sent anew is priced as if the vendor put it into its cache, where that costs more; a
    cache that keeps it for an hour costs still more, which is not in it.

    Args:
        model: what is asked; see `Priced` for its price.
        request_tokens: the request's tokens, as far as they are known.
        max_response_tokens: the cap on what it writes; None for the model's own.
        cached_tokens: how many of the request's tokens the vendor's cache is expected to have.
        assumed_output_tokens: how much it is assumed to write, if the cap allows it.
    """
    output = assumed_output_tokens
    if max_response_tokens is not None:
        output = min(output, max_response_tokens)
    return Estimate(
        input_tokens=request_tokens,
        output_tokens=output,
        usd=_expected_usd(model, request_tokens, output, cached_tokens),
        model_id=model.model_id,
    )


def affordable_output_tokens(
    remaining_usd: Decimal | None, model: Model, input_tokens: int, *, cached_tokens: int = 0
) -> int | None:
    """Tell how much a call may write for what remains, its input paid: a cap for its request.

    With it a call overspends by nothing but what the vendor counts otherwise than *input_tokens*.

    Args:
        remaining_usd: what remains; see `Budget.remaining`.
        model: what is asked.
        input_tokens: the request's tokens, as far as they are known.
        cached_tokens: how many of them the vendor's cache is expected to have.

    Returns:
        tokens, 0 if not even the input can be paid; None if no cap is needed, or the price is not
        known.
    """
    if remaining_usd is None:
        return None

    def cost(output_tokens: int) -> Decimal:
        usd = _expected_usd(model, input_tokens, output_tokens, cached_tokens)
        return Decimal("Infinity") if usd is None else usd

    least = cost(0)
    if not least.is_finite():
        return None
    if least > remaining_usd:
        return 0
    most = cost(_LONGEST_ANSWER_TOKENS)
    if most <= remaining_usd:
        return None
    # A price is a straight line, as far as is known; where it is none, the answer is sought.
    share = _COARSE.divide(remaining_usd - least, most - least)
    tokens = int(share * _LONGEST_ANSWER_TOKENS)
    if cost(tokens) <= remaining_usd < cost(tokens + 1):
        return tokens
    return bisect_right(range(_LONGEST_ANSWER_TOKENS), remaining_usd, key=cost) - 1


def _expected_usd(
    model: Model, input_tokens: int, output_tokens: int, cached_tokens: int
) -> Decimal | None:
    cached = min(cached_tokens, input_tokens)
    # Nearly everywhere it costs more to write the cache than not to, but at some sellers less.
    prices = [
        price_of(
            model,
            Usage(
                input_tokens=input_tokens,
                output_tokens=output_tokens,
                cached_tokens=cached,
                cache_write_tokens=written,
            ),
        )
        for written in (0, input_tokens - cached)
    ]
    return max((price for price in prices if price is not None), default=None)


def _tokens(usage: Usage) -> int:
    return max(0, usage.input_tokens) + max(0, usage.output_tokens)


def _one_call(usd: Decimal | None, tokens: int) -> Amount:
    if usd is None or not usd.is_finite():
        return Amount(tokens=tokens, calls=1, unpriced_calls=1)
    return Amount(usd=max(Decimal(0), exact_usd(usd)), tokens=tokens, calls=1)
