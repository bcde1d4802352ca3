"""What the cards of this package offer: known without what the tools need for their work."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

from sagent.lib.json import JSON

MOST_PAPERS = 1000

type Choice = Literal["s2", "openalex", "arxiv", "fused"]
"""One service, or all of them."""

CHOICES: tuple[Choice, ...] = get_args(Choice.__value__)
"""All that may be chosen."""

type Relation = Literal["references", "citations"]
"""Those that a paper cites, or those that cite it."""

RELATIONS: tuple[Relation, ...] = get_args(Relation.__value__)
"""Both."""

_YEAR: JSON = {"type": "integer", "minimum": 0}

LIST_PARAMETERS: Mapping[str, JSON] = MappingProxyType(
    {
        "limit": {"type": "integer", "minimum": 1, "maximum": MOST_PAPERS},
        "year_from": _YEAR,
        "year_to": _YEAR,
        "abstract_chars": {"type": "integer", "minimum": 1},
    }
)
"""The schemas of what every list of papers can be asked for."""
