"""``sagent config``: what is set, and who says so."""

import json
from collections.abc import Iterator
from decimal import Decimal
from functools import partial

from sagent.cli._config import Config, load_config, sources_of
from sagent.cli._config.keys import KEYS, schema
from sagent.cli._config.layer import Setting
from sagent.cli._config_parser import ConfigOptions
from sagent.cli._exit_code import DONE
from sagent.cli._last_stop import settled
from sagent.cli._streams import print_out
from sagent.terminal import one_line

_MOST_SHOWN_CHARS = 60


def run_config(options: ConfigOptions) -> int:
    """Do what *options* ask for and give the exit code."""
    return settled(partial(_show, options))


def _show(options: ConfigOptions) -> int:
    print_out(_told(options))
    return DONE


def _told(options: ConfigOptions) -> str:
    if options.command == "schema":
        return f"{json.dumps(schema(), indent=2)}\n"
    config = load_config(sources_of(options))
    if options.json:
        return f"{json.dumps(_object(config), default=_plain)}\n"
    if options.command == "path":
        return "".join(f"{path}\n" for path in config.files)
    return "".join(f"{line}\n" for line in _lines(config))


def _object(config: Config) -> dict[str, object]:
    return {
        "files": [str(path) for path in config.files],
        "settings": {
            name: {"value": setting.value, "origin": setting.origin}
            for name, setting in _in_order(config)
        },
    }


def _lines(config: Config) -> Iterator[str]:
    """Give a row for each setting, then one for each default."""
    rows = [
        (name, _shown(setting.value), setting.origin) for name, setting in _in_order(config)
    ] + [
        (key.name, key.default, "default")
        for key in KEYS
        if key.default and key.name not in config.settings
    ]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for name, value, origin in rows:
        yield f"{name:<{widths[0]}}  {value:<{widths[1]}}  {origin}"


def _in_order(config: Config) -> Iterator[tuple[str, Setting]]:
    for key in KEYS:
        yield from (item for item in config.settings.items() if key.fits(item[0]))


def _shown(value: object) -> str:
    text = one_line(json.dumps(value, default=_plain, ensure_ascii=False))
    return text if len(text) <= _MOST_SHOWN_CHARS else f"{text[: _MOST_SHOWN_CHARS - 1]}…"


def _plain(value: object) -> object:
    """Give a number as JSON has it."""
    assert isinstance(value, Decimal)  # all else that a kind gives is JSON
    return int(value) if value == value.to_integral_value() else float(value)
