"""Every public name says what it is, and so does every attribute of a public value."""

import ast
import builtins
import importlib
import inspect
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import attrs
import pytest
from site_sources import public_modules, public_names

from sagent import errors

ROOT = Path(__file__).parent.parent
MODULES = public_modules()
_ENTRY = re.compile(r"^ {4,12}\*{0,2}(\w[\w, ]*?)(?: \(.*?\))?: ?", re.MULTILINE)


@pytest.mark.parametrize("module", MODULES)
def test_every_class_and_function_has_a_docstring(module: str) -> None:
    bare = [name for name, thing in _described(module) if not inspect.getdoc(thing)]

    assert bare == []


@pytest.mark.parametrize("module", MODULES)
def test_every_attribute_of_a_value_is_described(module: str) -> None:
    bare = [
        f"{owner.__name__}.{field.name}"
        for owner in _classes(module)
        if attrs.has(owner)
        for field in attrs.fields(owner)
        if not field.name.startswith("_") and field.name not in _told_of(owner)
    ]

    assert bare == []


@pytest.mark.parametrize("module", MODULES)
def test_every_constant_and_type_is_described(module: str) -> None:
    described = _values_with_words()
    bare = [
        name
        for name in public_names(module)
        if not callable(thing := getattr(importlib.import_module(module), name))
        and not inspect.ismodule(thing)
        and name not in described
    ]

    assert bare == []


@pytest.mark.parametrize("module", MODULES)
def test_a_list_of_arguments_is_whole(module: str) -> None:
    wrong = {
        name: missing
        for name, thing in _described(module)
        if "Args:" in (thing.__doc__ or "") and (missing := _parameters(thing) - _told_of(thing))
    }

    assert wrong == {}


@pytest.mark.parametrize("module", MODULES)
def test_what_is_said_to_be_raised_is_an_exception(module: str) -> None:
    known = {**vars(builtins), **vars(errors)}
    unknown = {
        (name, raised)
        for name, thing in _described(module)
        for raised in _raised(inspect.getdoc(thing) or "")
        if not _is_exception(known.get(raised) or getattr(_module_of(thing), raised, None))
    }

    assert unknown == set()


def _described(module: str) -> Iterator[tuple[str, object]]:
    """Give the classes and functions of a module, and the public methods of its classes."""
    for name in public_names(module):
        thing = getattr(importlib.import_module(module), name)
        if inspect.isclass(thing) or inspect.isfunction(thing):
            yield name, thing
        if inspect.isclass(thing):
            for part, value in vars(thing).items():
                if not part.startswith("_") and _has_words(value):
                    yield f"{name}.{part}", getattr(thing, part)


def _classes(module: str) -> Iterator[type]:
    names = (getattr(importlib.import_module(module), name) for name in public_names(module))
    yield from (thing for thing in names if inspect.isclass(thing))


def _has_words(value: object) -> bool:
    return isinstance(value, property | classmethod | staticmethod) or inspect.isfunction(value)


def _told_of(thing: object) -> set[str]:
    """Give the names that *thing* speaks of: in a list, below a field, or amid a sentence."""
    told: set[str] = set()
    for part in inspect.getmro(thing) if inspect.isclass(thing) else (thing,):
        words = getattr(part, "__doc__", None) or ""
        for entry in _ENTRY.finditer(words):
            told |= {name.strip() for name in entry[1].split(",")}
        told |= {*re.findall(r"\*(\w+)\*", words), *re.findall(r"`(\w+)`", words)}
        if inspect.isclass(part) and part.__module__.startswith("sagent"):
            told |= _words_in_classes(inspect.getfile(part)).get(part.__name__, set())
    return told


@cache
def _words_in_classes(path: str) -> dict[str, set[str]]:
    """Give for each class of a file the fields that have words below them."""
    tree = ast.parse(Path(path).read_text())
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return {node.name: set(_assigned_with_words(node.body)) for node in classes}


@cache
def _values_with_words() -> set[str]:
    paths = (ROOT / "sagent").rglob("*.py")
    return {
        name for path in paths for name in _assigned_with_words(ast.parse(path.read_text()).body)
    }


def _assigned_with_words(body: list[ast.stmt]) -> Iterator[str]:
    for statement, words in pairwise(body):
        if isinstance(words, ast.Expr) and isinstance(words.value, ast.Constant):
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)]):
                    yield name
                case (
                    ast.AnnAssign(target=ast.Name(id=name)) | ast.TypeAlias(name=ast.Name(id=name))
                ):
                    yield name
                case _:
                    pass


def _parameters(thing: object) -> set[str]:
    assert callable(thing)
    return {name for name in inspect.signature(thing).parameters if name not in ("self", "cls")}


def _raised(words: str) -> list[str]:
    block = re.search(r"^Raises:\n((?: {4}.*\n?)+)", words, re.MULTILINE)
    return re.findall(r"^ {4}(\w+):", block[1], re.MULTILINE) if block else []


def _module_of(thing: object) -> object:
    owner = thing.fget if isinstance(thing, property) else thing
    return importlib.import_module(getattr(owner, "__module__", "builtins"))


def _is_exception(thing: object) -> bool:
    return inspect.isclass(thing) and issubclass(thing, BaseException)
