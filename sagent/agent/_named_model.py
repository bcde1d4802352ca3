import os

import trio

from sagent.errors import MissingKeyError
from sagent.model import Model


async def named_model(*, model_id: str, provider: str, auth: str) -> Model:
    """Give the model of a name.

    Args:
        model_id: the model, "" for the provider's own choice.
        provider: its provider, "" for the one that the model's name tells.
        auth: the name of an environment variable with the key; "" for the provider's own.

    Raises:
        UsageError: there is no such model or provider.
        MissingKeyError: there is no key for it.
    """
    return await trio.to_thread.run_sync(_load_and_make, model_id, provider, auth)


def _load_and_make(model_id: str, provider: str, auth: str) -> Model:
    from sagent.providers import build_provider, infer_provider  # noqa: PLC0415  # they take long to load, and few agents ask

    name = provider or infer_provider(model_id)
    made = build_provider(name, key=_key(auth)) if auth else build_provider(name)
    return made.model(model_id)


def _key(variable: str) -> str:
    key = os.environ.get(variable)
    if not key:
        raise MissingKeyError(f"{variable} is not set: name an environment variable with a key")
    return key
