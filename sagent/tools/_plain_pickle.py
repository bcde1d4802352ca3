"""Functions as bytes without cloudpickle, which takes the worker longer to load than to start.

It serves what most tools are: functions of a module, without closures, that refer to each other, to
modules, and to values that are pickled by name or as themselves.
"""

import io
import marshal
import pickle
import sys
from collections.abc import Iterable, Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any, override

from sagent.tools._worker import State, imported, new_function, with_globals


class NotPlainError(Exception):
    """It takes cloudpickle."""


def pickled_plainly(module: ModuleType, call: object) -> bytes:
    """Pickle *call*, the functions of *module* in it by value.

    Raises:
        NotPlainError: something in it is not as plain as that.
        Exception: whatever the pickling of something in it raises.
    """
    file = io.BytesIO()
    _Pickler(file, module).dump(call)
    return file.getvalue()


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO, module: ModuleType) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._module = module
        self._globals = {
            name: getattr(module, name, None) for name in ("__name__", "__package__", "__file__")
        }

    @override
    def reducer_override(self, obj: object) -> Any:  # a form that no stub knows
        if isinstance(obj, ModuleType):
            if obj is self._module or sys.modules.get(obj.__name__) is not obj:
                raise NotPlainError(obj.__name__)
            return imported, (obj.__name__,)
        if isinstance(obj, FunctionType) and obj.__globals__ is vars(self._module):
            return self._function(obj)
        if isinstance(obj, FunctionType | type) and self._is_own(obj.__module__):
            raise NotPlainError(obj.__qualname__)
        return NotImplemented

    def _is_own(self, name: str) -> bool:
        # Whoever imported these there would run them again.
        return name == "__main__" or f"{name}.".startswith(f"{self._module.__name__}.")

    def _function(self, function: FunctionType) -> tuple[object, ...]:
        if function.__closure__ or vars(function) or function.__type_params__:
            raise NotPlainError(function.__qualname__)
        names = frozenset(_names(function.__code__))
        used = {name: value for name, value in vars(self._module).items() if name in names}
        state: State = (
            used,
            list(_submodules(used.values(), names)),
            function.__defaults__,
            function.__kwdefaults__,
            function.__annotations__,
        )
        code = marshal.dumps(function.__code__)
        made = (self._globals, code, function.__name__)
        return new_function, made, state, None, None, with_globals


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _submodules(values: Iterable[object], names: frozenset[str]) -> Iterator[str]:
    """Give the modules below those among *values* that are likely reached through them."""
    for value in values:
        if isinstance(value, ModuleType) and hasattr(value, "__path__"):
            start = f"{value.__name__}."
            below = (name for name in tuple(sys.modules) if name.startswith(start))
            yield from (name for name in below if names.issuperset(name[len(start) :].split(".")))
