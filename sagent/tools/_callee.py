import inspect
from collections.abc import Callable, Mapping
from functools import partial
from typing import cast, get_type_hints

import attrs

from sagent.errors import UsageError

_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


@attrs.frozen
class Callee:
    """Something that can be called, whatever it is: a function, a method, a partial, an object.

    Attributes:
        plain: the function that the call comes to, with its annotations and docstring.
        name: what it is called; "" if nothing says so.
        parameters: what it takes; what a partial has set is no parameter any more.
    """

    plain: Callable[..., object]
    name: str
    parameters: tuple[inspect.Parameter, ...]

    @classmethod
    def of(cls, call: Callable[..., object]) -> "Callee":
        """Look at *call*.

        Raises:
            UsageError: it cannot be called, or does not say how.
        """
        function, fixed = call, frozenset[str]()
        while isinstance(function, partial):
            fixed |= function.keywords.keys()
            function = cast("Callable[..., object]", function.func)
        try:
            parameters = inspect.signature(call).parameters.values()
        except (TypeError, ValueError) as error:
            raise UsageError(f"{call!r} is no function that could be a tool: {error}") from error
        name = getattr(function, "__name__", type(function).__name__)
        if not inspect.isroutine(function):
            function = _call_of(function)
        return cls(function, str(name), tuple(p for p in parameters if p.name not in fixed))

    @property
    def doc(self) -> str:
        """Its docstring, or ""."""
        return inspect.getdoc(self.plain) or ""

    @property
    def is_async(self) -> bool:
        """Whether calling it gives something to await."""
        return inspect.iscoroutinefunction(self.plain)

    @property
    def is_generator(self) -> bool:
        """Whether it yields its results one by one."""
        return inspect.isgeneratorfunction(self.plain) or inspect.isasyncgenfunction(self.plain)

    def hints(self) -> Mapping[str, object]:
        """Resolve its annotations, with what is said beside the types."""
        return self._hints(include_extras=True)

    def types(self) -> Mapping[str, object]:
        """Resolve its annotations, without what is said beside the types: not all can be hashed."""
        return self._hints(include_extras=False)

    def _hints(self, *, include_extras: bool) -> Mapping[str, object]:
        """Resolve its annotations.

        Raises:
            UsageError: one of them cannot be.
        """
        try:
            return cast(
                "dict[str, object]", get_type_hints(self.plain, include_extras=include_extras)
            )
        except (NameError, TypeError) as error:
            raise UsageError(
                f"an annotation of {self.name} cannot be resolved, {error}: import the name at "
                "the top of the module, or pass schema=..."
            ) from error

    def named(self) -> tuple[inspect.Parameter, ...]:
        """Give its parameters.

        Raises:
            UsageError: one of them has no name to call it by.
        """
        for parameter in self.parameters:
            if parameter.kind not in _NAMED:
                raise UsageError(
                    f"parameter {parameter.name!r} of {self.name} has no name to call it by: make "
                    "it a plain parameter"
                )
        return self.parameters


def _call_of(instance: Callable[..., object]) -> Callable[..., object]:
    """Give the method that calling *instance* comes to; a class is called as such."""
    if isinstance(instance, type):
        return instance
    return cast("Callable[..., object]", instance.__call__)  # type: ignore[operator]  # it is callable
