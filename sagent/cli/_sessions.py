"""The commands of ``sagent sessions``."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from sagent.cli._exit_code import DONE
from sagent.cli._last_stop import settled
from sagent.cli._session_export import export_text, readable
from sagent.cli._session_json import hit_json, json_line, session_json
from sagent.cli._session_place import find
from sagent.cli._session_removal import confirm, remove
from sagent.cli._session_rows import by_directory, hit_row, rows, tell_damage
from sagent.cli._sessions_parser import Command, SessionsOptions
from sagent.cli._streams import columns, complain, print_out
from sagent.errors import UsageError
from sagent.home import Home
from sagent.session import (
    fork_session,
    list_sessions,
    read_session,
    rename_session,
    search_sessions,
)
from sagent.terminal import find_message, message_rows


def run_sessions(options: SessionsOptions) -> int:
    """Do what *options* ask for and give the exit code."""
    return settled(partial(_do, options))


def _do(options: SessionsOptions) -> int:
    _COMMANDS[options.command](options, Home.default())
    return DONE


def _list(options: SessionsOptions, home: Home) -> None:
    sessions = list_sessions(home, None if options.all else Path.cwd())
    if options.json:
        print_out("".join(json_line(session_json(session)) for session in sessions))
    elif options.all:
        groups = by_directory(sessions).items()
        tables = ("\n".join((place, *rows(group, columns()), "")) for place, group in groups)
        print_out("\n".join(tables))
    elif sessions:
        print_out("".join(f"{row}\n" for row in rows(sessions, columns())))
    if not sessions:
        complain("no sessions" if options.all else "no sessions of this directory; --all has more")


def _search(options: SessionsOptions, home: Home) -> None:
    query = " ".join(options.text)
    hits = search_sessions(home, query, None if options.all else Path.cwd())
    if options.json:
        print_out("".join(json_line(hit_json(hit)) for hit in hits))
    else:
        print_out("".join(f"{hit_row(hit)}\n" for hit in hits))
    if not hits:
        complain(f"nothing was found of {query!r}")


def _show(options: SessionsOptions, home: Home) -> None:
    transcript = read_session(find(home, options.id))
    tell_damage(transcript)
    if options.ids:
        print_out("".join(f"{row}\n" for row in message_rows(transcript)))
    else:
        print_out(readable(transcript))


def _export(options: SessionsOptions, home: Home) -> None:
    transcript = read_session(find(home, options.id))
    tell_damage(transcript)
    output = None if options.output is None else Path(options.output)
    text = export_text(transcript, options.format, output)
    if output is None:
        print_out(text)
        return
    try:
        output.write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}") from error


def _remove(options: SessionsOptions, home: Home) -> None:
    directories = [find(home, id_) for id_ in dict.fromkeys(options.session_ids)]
    for directory in directories:
        if not directory.resolve().is_relative_to(home.root.resolve()):
            raise UsageError(f"{directory} may hold more than a session: delete it yourself")
    if options.yes or confirm(directories):
        remove(directories)


def _rename(options: SessionsOptions, home: Home) -> None:
    title = " ".join(options.title.split())
    if not title:
        raise UsageError("a title has at least one character")
    rename_session(find(home, options.id), title)


def _rewind(options: SessionsOptions, home: Home) -> None:
    from sagent.cli._session_rewind import rewind  # noqa: PLC0415  # agents take long to load

    rewind(options, home)


def _fork(options: SessionsOptions, home: Home) -> None:
    source = find(home, options.id)
    transcript = read_session(source)
    tell_damage(transcript)
    at = None if options.at is None else find_message(transcript, options.at)
    print_out(f"{fork_session(source, home, at=at).name}\n")


_COMMANDS: Mapping[Command, Callable[[SessionsOptions, Home], None]] = {
    "list": _list,
    "search": _search,
    "show": _show,
    "export": _export,
    "remove": _remove,
    "rename": _rename,
    "rewind": _rewind,
    "fork": _fork,
}
