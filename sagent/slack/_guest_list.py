from collections.abc import Iterable

import attrs

from sagent.slack._heard import Heard

DIRECT = "dm"
"""Stands on the list for direct conversations with the users on it."""


def _ids(ids: Iterable[str]) -> frozenset[str]:
    return frozenset(ids)


@attrs.frozen
class GuestList:
    """Who may talk to agents, and where: they have a shell on this machine.

    Attributes:
        users: ids of users.
        channels: ids of channels; `DIRECT` for direct conversations.
    """

    users: frozenset[str] = attrs.field(converter=_ids)
    channels: frozenset[str] = attrs.field(converter=_ids)

    def admits(self, heard: Heard) -> bool:
        """Tell whether both who did it and where it was done are on the list."""
        return heard.user in self.users and self.admits_channel(heard.channel)

    def admits_channel(self, channel: str) -> bool:
        """Tell whether *channel* is on it."""
        is_direct = channel.startswith("D")
        return channel in self.channels or (is_direct and DIRECT in self.channels)
