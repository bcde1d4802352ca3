"""Which async library the caller is on, for what works under one of them alone."""

import sniffio

from sagent.errors import UsageError


def async_library() -> str:
    """Give the name of the library whose task this is, such as ``trio``; "" for none."""
    try:
        return sniffio.current_async_library()
    except sniffio.AsyncLibraryNotFoundError:
        return ""


def check_trio(what: str) -> None:
    """See whether this is a task of trio.

    Args:
        what: what needs that, for the error.

    Raises:
        UsageError: it is none.
    """
    if (library := async_library()) != "trio":
        raise not_trio(what, library)


def not_trio(what: str, library: str) -> UsageError:
    """Make the error that says that *what* is not for a task of *library*, and what to do."""
    if library == "asyncio":
        return UsageError(
            f"{what} works under trio, not asyncio: do it in a system of its own thread, "
            "`async with sagent.agent.open_system_thread() as system`, by `await system.call(...)`"
        )
    return UsageError(f"{what} works under trio, not {library or 'outside of it'}: call trio.run")
