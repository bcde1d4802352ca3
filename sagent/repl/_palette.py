"""The colours of a conversation: such as can be read on black and on white.

Nobody knows what colour a terminal's background has: few set ``COLORFGBG``, and a question to the
terminal is answered in the midst of what the user types. The sixteen colours that a user can choose
do not help, since most choices have a yellow or a blue that cannot be read on one of the two. So
these are of the 256, where each has a contrast of 3 at least with both, as WCAG 2 counts it; a
terminal of sixteen colours shows the nearest, and ``dim`` and ``bold`` are as it has them.
"""

from collections.abc import Mapping

from rich.style import Style
from rich.syntax import ANSISyntaxTheme
from rich.theme import Theme

from sagent.repl._printed import Tone

BLUE = "color(33)"
CYAN = "color(31)"
GREEN = "color(28)"
RED = "color(160)"
MAGENTA = "color(133)"
AMBER = "color(136)"

TONES: Mapping[Tone, str] = {
    "plain": "",
    "dim": "dim",
    "error": RED,
    "notice": AMBER,
    "title": "bold",
}
SAID = f"bold {BLUE}"

PROSE = Theme(
    {
        "markdown.code": f"bold {CYAN}",
        "markdown.code_block": CYAN,
        "markdown.block_quote": MAGENTA,
        "markdown.list": "none",
        "markdown.item.number": "bold",
        "markdown.link": BLUE,
        "markdown.link_url": f"underline {BLUE}",
        "markdown.table.border": "dim",
        "markdown.table.header": "bold",
        "markdown.kbd": "bold",
    }
)
CODE = ANSISyntaxTheme(
    {
        ("Comment",): Style(dim=True),
        ("Keyword",): Style.parse(MAGENTA),
        ("Operator", "Word"): Style.parse(MAGENTA),
        ("Name", "Builtin"): Style.parse(CYAN),
        ("Name", "Function"): Style.parse(BLUE),
        ("Name", "Class"): Style.parse(f"bold {BLUE}"),
        ("Name", "Exception"): Style.parse(CYAN),
        ("Name", "Decorator"): Style.parse(MAGENTA),
        ("Name", "Tag"): Style.parse(BLUE),
        ("Name", "Attribute"): Style.parse(CYAN),
        ("Literal", "String"): Style.parse(GREEN),
        ("Literal", "Number"): Style.parse(AMBER),
        ("Generic", "Deleted"): Style.parse(RED),
        ("Generic", "Inserted"): Style.parse(GREEN),
        ("Generic", "Heading"): Style(bold=True),
        ("Generic", "Subheading"): Style.parse(CYAN),
        ("Generic", "Error"): Style.parse(RED),
    }
)
