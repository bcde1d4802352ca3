from pathlib import Path

from sagent.errors import UnknownNameError
from sagent.home import Home
from sagent.session import find_session


def find(home: Home, id_prefix: str) -> Path:
    """Find a session by the beginning of its id, here or else anywhere, or by its directory.

    Raises:
        UnknownNameError: there is none, or more than one.
    """
    if "/" in id_prefix:
        return Path(id_prefix).absolute()
    try:
        return find_session(home, Path.cwd(), id_prefix)
    except UnknownNameError:
        return find_session(home, None, id_prefix)
