"""Functions as bytes that hold all they need: plain pickles, else those of cloudpickle, with types.

Cloudpickle is imported at the first use, since most programs have no use for it.
"""

import importlib
import sys
from collections.abc import Callable, Collection, Generator
from contextlib import contextmanager, suppress
from types import ModuleType
from typing import Protocol, cast

from sagent.tools._callee import Callee
from sagent.tools._plain_pickle import pickled_plainly


class _Cloudpickle(Protocol):
    """What is used of the library, which has no types of its own."""

    def dumps(self, value: object, /) -> bytes: ...
    def register_pickle_by_value(self, module: ModuleType, /) -> None: ...
    def unregister_pickle_by_value(self, module: ModuleType, /) -> None: ...
    def list_registry_pickle_by_value(self) -> Collection[str]: ...


def pickled_by_value(function: Callable[..., object], call: object) -> bytes:
    """Pickle a *call* of *function*, with everything of its module that it refers to.

    So whoever unpickles it need not import, and thereby run again, that module.

    Raises:
        Exception: whatever the pickling of something in it raises.
    """
    name = Callee.of(function).plain.__module__
    if (module := sys.modules.get(name)) is not None:
        with suppress(Exception):  # there is a second way
            return pickled_plainly(module, call)
    cloudpickle = cast("_Cloudpickle", importlib.import_module("cloudpickle"))
    with suppress(Exception), _by_value(cloudpickle, name):
        return cloudpickle.dumps(call)
    # The last way: with something of the module by its name.
    return cloudpickle.dumps(call)


@contextmanager
def _by_value(cloudpickle: _Cloudpickle, name: str) -> Generator[None]:
    module = sys.modules.get(name)
    if module is None or name == "__main__" or name in cloudpickle.list_registry_pickle_by_value():
        yield
        return
    cloudpickle.register_pickle_by_value(module)
    try:
        yield
    finally:
        # Another thread may have done the same.
        with suppress(ValueError):
            cloudpickle.unregister_pickle_by_value(module)
