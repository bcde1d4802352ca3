"""Nothing but the process runner starts a process."""

import ast
from pathlib import Path

import pytest

import sagent

ROOT = Path(sagent.__file__).parent
MODULES = [path for path in sorted(ROOT.rglob("*.py")) if path.parent != ROOT / "process"]
MODULE_NAMES = {"subprocess", "multiprocessing", "pty", "_posixsubprocess"}
CALLS = {"run_process", "ProcessPoolExecutor", "create_subprocess_exec", "create_subprocess_shell"}
OF_OS = ("exec", "fork", "popen", "posix_spawn", "spawn", "system")


def starts(tree: ast.AST) -> list[str]:
    found: list[str] = []
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                found += [name.name for name in names if name.name.split(".")[0] in MODULE_NAMES]
            case ast.ImportFrom(module=str(module)) if module.split(".")[0] in MODULE_NAMES:
                found.append(module)
            case ast.Attribute(value=ast.Name(id="os"), attr=name) if name.startswith(OF_OS):
                found.append(f"os.{name}")
            case ast.Attribute(value=ast.Attribute(attr="lowlevel"), attr="open_process"):
                found.append("trio.lowlevel.open_process")
            case ast.Attribute(attr=name) if name in CALLS:
                found.append(name)
            case _:
                pass
    return found


def test_no_other_module_starts_a_process() -> None:
    found = {
        str(path.relative_to(ROOT)): starts(ast.parse(path.read_text(encoding="utf-8")))
        for path in MODULES
    }

    assert {name: calls for name, calls in found.items() if calls} == {}


@pytest.mark.parametrize(
    "code",
    [
        "import subprocess",
        "from multiprocessing import Pool",
        "os.execv('a', [])",
        "os.posix_spawn",
        "os.system('a')",
        "trio.run_process(['a'])",
        "trio.lowlevel.open_process(['a'])",
    ],
)
def test_one_that_did_would_be_found(code: str) -> None:
    assert starts(ast.parse(code))
