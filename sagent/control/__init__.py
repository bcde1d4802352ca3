"""Seeing and steering the agents of a process from outside of it.

    async with open_system() as system, open_control(system):
        ...

`sagent.control.client` is the other side, which ``sagent ps`` and its like are made of.
"""

from sagent.control._event_json import event_json
from sagent.control._server import open_control

__all__ = ["event_json", "open_control"]
