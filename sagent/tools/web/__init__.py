"""What the web has: its pages, and services that find them.

A page is asked for over connections whose every address is checked, so that no model, page or
redirect can reach what only this machine can.
"""

from sagent.tools.web._policy import AddressPolicy
from sagent.tools.web._web_fetch import WebFetch

__all__ = ["AddressPolicy", "WebFetch"]
