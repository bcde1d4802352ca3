"""What a tree of agents may spend, reserved before each call and settled after it."""

from sagent.budget._amount import Amount, Remaining
from sagent.budget._budget import Budget
from sagent.budget._estimate import (
    ASSUMED_OUTPUT_TOKENS,
    Estimate,
    Spent,
    affordable_output_tokens,
    estimate,
    price_of,
)
from sagent.budget._hold import Hold
from sagent.budget._ledger import LedgerEntry

__all__ = [
    "ASSUMED_OUTPUT_TOKENS",
    "Amount",
    "Budget",
    "Estimate",
    "Hold",
    "LedgerEntry",
    "Remaining",
    "Spent",
    "affordable_output_tokens",
    "estimate",
    "price_of",
]
