"""Who spent what."""

import attrs

from sagent.budget._amount import Amount

MAX_NAMES = 1_000
"""How many names of children a budget keeps apart; all further ones are one."""
OTHERS = "(others)"


@attrs.frozen(kw_only=True)
class LedgerEntry:
    """What one spender took, and those below it: to the last digit, the parts make the total.

    Children of one name are one entry.

    Attributes:
        name: the spender's.
        own: what it took itself.
        children: what those below it took.
    """

    name: str
    own: Amount
    children: "tuple[LedgerEntry, ...]"

    @property
    def total(self) -> Amount:
        """All that was spent here and below."""
        return sum((child.total for child in self.children), self.own)


@attrs.define(eq=False)
class Record:
    """The running totals behind an entry: its size goes by names, never by calls."""

    _name: str
    _own: Amount = attrs.field(factory=Amount, init=False)
    _children: "dict[str, Record]" = attrs.field(factory=dict[str, "Record"], init=False)

    def book(self, amount: Amount) -> None:
        """Add *amount* to what was spent here."""
        self._own += amount

    def child(self, name: str) -> "Record":
        """Give the record of the children called *name*."""
        if name not in self._children and len(self._children) >= MAX_NAMES:
            name = OTHERS
        return self._children.setdefault(name, Record(name))

    def entry(self) -> LedgerEntry:
        """Give the totals as they are now."""
        children = tuple(child.entry() for child in self._children.values())
        return LedgerEntry(name=self._name, own=self._own, children=children)
