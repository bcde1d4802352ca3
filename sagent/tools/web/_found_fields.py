from collections.abc import Iterable

from sagent.lib.json import JSON
from sagent.tools.web._fields import text_field
from sagent.tools.web._found import Found


def found_in(results: Iterable[JSON], *, snippet: str) -> list[Found]:
    """Read pages that a service lists with a title, a url, and words under *snippet*."""
    return [
        Found(
            title=text_field(one, "title"),
            url=text_field(one, "url"),
            snippet=text_field(one, snippet),
        )
        for one in results
    ]
