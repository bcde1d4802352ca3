"""What the authors of skills leave to be filled in.

``$ARGUMENTS`` and ``${CLAUDE_SKILL_DIR}`` are no part of the published format, but of the agent
that most skills were written for, and are taken as its documentation has them
(code.claude.com/docs/en/skills).
"""

import re
import shlex

_ARGUMENTS = re.compile(r"\$ARGUMENTS(?:\[(?P<number>\d{1,3})\]|(?![\w\[]))")
_FOLDER = "${CLAUDE_SKILL_DIR}"


def filled(body: str, args: str, *, folder: str) -> str:
    """Put *args* and *folder* where *body* wants them; *args* it has no place for come last.

    ``$ARGUMENTS`` is all of *args*, ``$ARGUMENTS[0]`` their first word, as a shell parts them; what
    is not given is left empty.
    """
    words = _words(args)

    def fill(place: re.Match[str]) -> str:
        number = place["number"]
        return args if number is None else "".join(words[int(number) :][:1])

    text, places = _ARGUMENTS.subn(fill, body.replace(_FOLDER, folder))
    return text if places or not args else f"{text}\n\nArguments: {args}"


def _words(args: str) -> list[str]:
    try:
        return shlex.split(args)
    except ValueError:  # a quote that does not end
        return args.split()
