"""The house itself: its doors, its names, and what must not stand in it."""

import importlib
import pkgutil
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import sagent
from sagent import errors

ROOT = Path(__file__).parent.parent
PACKAGES = [
    module.name
    for module in pkgutil.walk_packages(sagent.__path__, "sagent.")
    if module.ispkg and not module.name.rpartition(".")[2].startswith("_")
]


@pytest.mark.parametrize("room", ["actors", "providers", "tools"])
def test_the_roots_doors_lead_home(room: str) -> None:
    assert (ROOT / room).is_symlink()
    assert (ROOT / room).resolve() == ROOT / "sagent" / room


@pytest.mark.parametrize("package", [*PACKAGES, "sagent.permission", "sagent.errors"])
def test_a_public_module_says_what_it_is_for(package: str) -> None:
    assert importlib.import_module(package).__doc__


@pytest.mark.parametrize("package", PACKAGES)
def test_a_door_lists_its_names_in_order_and_has_them(package: str) -> None:
    names = getattr(importlib.import_module(package), "__all__", [])

    assert list(names) == sorted(names, key=_ruffs_order)
    assert all(hasattr(importlib.import_module(package), name) for name in names)


def test_every_error_has_its_place_in_the_tree_at_the_top_of_its_module() -> None:
    drawn = set(re.findall(r"[├└]── (\w+)", errors.__doc__ or "")) | {"SagentError"}
    real = {name for name, value in vars(errors).items() if isinstance(value, type)}

    assert drawn == real


def test_the_version_is_that_of_what_is_installed_and_one_that_an_index_takes() -> None:
    assert sagent.__version__ == version("sagent")
    assert re.fullmatch(r"[0-9]+(\.[0-9]+)*((a|b|rc)[0-9]+)?(\.dev[0-9]+)?", sagent.__version__)


def test_no_module_is_longer_than_its_reason() -> None:
    long = {
        path.name: count
        for path in (ROOT / "sagent").rglob("*.py")
        if (count := len(path.read_text().splitlines())) > 400
    }

    assert long == {}


def test_no_lock_file_with_registry_addresses_is_committed() -> None:
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()

    assert "uv.lock" not in tracked


def _ruffs_order(name: str) -> tuple[int, str]:
    constant = name.isupper()
    return (0 if constant else 1 if name[0].isupper() else 2, name)


def test_to_load_agents_and_teams_loads_no_library_that_few_programs_need() -> None:
    code = "import sagent.team, sys; print(*{'cattrs', 'httpx', 'rich'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == []
