"""Let the pages of the API show how attrs classes are made.

An extension of griffe, which reads sources and knows nothing of attrs: the parameters are those
that the class has, and their types and defaults are written as in the source.
"""

import importlib
import inspect
from operator import attrgetter

import griffe

_FIELDS = ("attrs.field", "attr.ib")


class AttrsSignatures(griffe.Extension):
    """Gives every attrs class of a package the signature that attrs gives it."""

    def on_package(self, *, pkg: griffe.Module, **_: object) -> None:
        """Walk *pkg*, and complete its classes."""
        _complete(pkg, pkg)


def _complete(scope: griffe.Module | griffe.Class, package: griffe.Module) -> None:
    for member in tuple(scope.members.values()):
        if isinstance(member, griffe.Class):
            _sign(member, package)
        if isinstance(member, (griffe.Module, griffe.Class)):
            _complete(member, package)


def _sign(class_: griffe.Class, package: griffe.Module) -> None:
    decorated = any(
        isinstance(each.value, griffe.Expr) and each.value.canonical_path.startswith("attrs.")
        for each in class_.decorators
    )
    if not decorated or "__init__" in class_.members:
        return
    name = class_.path.removeprefix(f"{class_.module.path}.")
    real: type = attrgetter(name)(importlib.import_module(class_.module.path))
    own = griffe.Parameter("self", kind=griffe.ParameterKind.positional_or_keyword)
    shown = [
        _parameter(each, _field(real, each.name, package))
        for each in inspect.signature(real).parameters.values()
    ]
    init = griffe.Function("__init__", parameters=griffe.Parameters(own, *shown), returns="None")
    class_.set_member("__init__", init)


def _field(class_: type, name: str, package: griffe.Module) -> griffe.Attribute | None:
    """Find where the source of *class_* or a base of it declares a parameter."""
    for base in class_.__mro__:
        path = f"{base.__module__}.{base.__qualname__}".removeprefix(f"{package.path}.")
        for written in (name, f"_{name}"):
            try:
                found = package[f"{path}.{written}"]
            except KeyError:
                continue
            if isinstance(found, griffe.Attribute):
                return found
    return None


def _parameter(parameter: inspect.Parameter, field: griffe.Attribute | None) -> griffe.Parameter:
    has_default = parameter.default is not inspect.Parameter.empty
    return griffe.Parameter(
        parameter.name,
        annotation=field.annotation if field else str(parameter.annotation),
        kind=_KINDS[parameter.kind],
        default=_default(field) if has_default and field else None,
    )


_KINDS = {
    inspect.Parameter.POSITIONAL_ONLY: griffe.ParameterKind.positional_only,
    inspect.Parameter.POSITIONAL_OR_KEYWORD: griffe.ParameterKind.positional_or_keyword,
    inspect.Parameter.VAR_POSITIONAL: griffe.ParameterKind.var_positional,
    inspect.Parameter.KEYWORD_ONLY: griffe.ParameterKind.keyword_only,
    inspect.Parameter.VAR_KEYWORD: griffe.ParameterKind.var_keyword,
}


def _default(field: griffe.Attribute) -> str | griffe.Expr | None:
    value = field.value
    if isinstance(value, griffe.ExprCall) and value.canonical_path in _FIELDS:
        given = {
            each.name: each.value
            for each in value.arguments
            if isinstance(each, griffe.ExprKeyword)
        }
        if "factory" in given:
            return griffe.ExprCall(function=griffe.ExprName(str(given["factory"])), arguments=[])
        return given.get("default", "...")
    return value
