from collections.abc import Mapping
from types import MappingProxyType

VARIABLES: Mapping[str, str] = MappingProxyType(
    {
        "searxng": "SEARXNG_URL",
        "brave": "BRAVE_API_KEY",
        "tavily": "TAVILY_API_KEY",
        "exa": "EXA_API_KEY",
    }
)
"""The environment variable that each backend needs, by the backend's name."""
