"""The command ``sagent models``."""

from collections.abc import Sequence
from functools import partial

import attrs
import trio

from sagent.cli._exit_code import DONE, FAILED
from sagent.cli._last_stop import settled
from sagent.cli._model_offer import Shelf, look_over
from sagent.cli._model_rows import json_rows, shelf_rows
from sagent.cli._models_parser import ModelsOptions
from sagent.cli._provider_setting import provider_settings
from sagent.cli._streams import columns, complain, write_out
from sagent.cli._until_signal import End, until_signal
from sagent.providers import PROVIDER_NAMES


def run_models(options: ModelsOptions) -> int:
    """List the models that *options* ask for, and give the exit code."""
    return settled(lambda: trio.run(until_signal, partial(_list, options)))


async def _list(options: ModelsOptions, end: End) -> int:  # noqa: ARG001  # a signal ends it
    names = PROVIDER_NAMES if options.provider is None else (options.provider,)
    set_up = {setting.name for setting in provider_settings()}
    shelves = await look_over(names, asked=() if options.offline else set_up.intersection(names))
    chosen = [_chosen(shelf, options.words) for shelf in shelves]
    left = [shelf for shelf in chosen if shelf.offers]
    if not left:
        complain(_nothing(options))
        return FAILED
    for place, shelf in enumerate(left):
        if options.json:
            rows = list(json_rows(shelf))
        else:
            rows = ["" for _ in range(bool(place))] + [r[: columns()] for r in shelf_rows(shelf)]
        await write_out("".join(f"{row}\n" for row in rows))
    return DONE


def _chosen(shelf: Shelf, words: Sequence[str]) -> Shelf:
    fitting = (
        offer
        for offer in shelf.offers
        if all(word.lower() in offer.model_id.lower() for word in words)
    )
    return attrs.evolve(shelf, offers=tuple(fitting))


def _nothing(options: ModelsOptions) -> str:
    whose = f"of {options.provider}" if options.provider else "of any provider"
    if options.words:
        return f"no model {whose} has {' and '.join(options.words)} in its name: see sagent models"
    return f"no model {whose} is known: set its address or its key, see docs/providers.md"
