"""The rules of the tree hold, and whoever breaks one is told."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "broadsheet"
# Where the clock is read: the doors, and what Django itself calls.
DOORS = ("cli", "web", "jobs", "config")


def run_check(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, ROOT / "scripts/check_tree.py", folder], capture_output=True, text=True)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """An empty checkout."""
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / "src").mkdir()
    return tmp_path


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is no git checkout")
def test_the_tree_keeps_its_rules() -> None:
    done = run_check(ROOT)
    assert done.stdout == ""
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("name", "text", "finding"),
    [
        ("src/long.py", "x = 1\n" * 601, "src/long.py:1: the file has 601 lines"),
        ("src/deep.py", "def f():\n" + "    x = 1\n" * 60, "src/deep.py:1: f has 61 lines"),
        ("notes.md", "see /" + "home/somebody/notes\n", "notes.md:1: names a path of one machine"),
        ("requirements.txt", "\n--index" + "-url x\n", "requirements.txt:2: names a package index's host"),
        ("setup.sh", "pip install -i py" + "pi.org/simple x\n", "setup.sh:1: names a package index's host"),
    ],
)
def test_a_breach_is_named_with_its_place(tree: Path, name: str, text: str, finding: str) -> None:
    (tree / name).write_text(text)
    done = run_check(tree)
    assert done.returncode == 1
    assert done.stdout.startswith(finding)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("src/short.py", "x = 1\n" * 600),
        ("src/shallow.py", "def f():\n" + "    x = 1\n" * 59),
        ("src/told.py", 'def f():\n    """Told.\n' + "\n" * 30 + '    """\n' + "    x = 1\n" * 59),
        ("notes.md", "a and/or b, https://example.org/home/page, ~/work/papers, ./root/x\n"),
        ("picture.png", "\x89PNG"),
    ],
)
def test_what_is_allowed_is_not_named(tree: Path, name: str, text: str) -> None:
    (tree / name).write_bytes(text.encode("latin-1"))
    done = run_check(tree)
    assert done.stdout == ""
    assert done.returncode == 0


def test_a_folder_that_git_ignores_is_left_alone(tree: Path) -> None:
    (tree / ".gitignore").write_text("/own/\n")
    (tree / "own").mkdir()
    (tree / "own" / "notes.md").write_text("/" + "home/somebody/notes\n")
    assert run_check(tree).returncode == 0


def clock_reads(path: Path) -> list[str]:
    """Calls in a file that read the clock: `….now()`, `….today()`, `….utcnow()`, `time.time()`."""
    return [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (
            node.func.attr in {"now", "today", "utcnow"}
            or (node.func.attr == "time" and ast.unparse(node.func.value) == "time")
        )
    ]


def test_below_the_doors_nobody_reads_the_clock() -> None:
    files = [path for path in SOURCE.rglob("*.py") if path.relative_to(SOURCE).parts[0] not in DOORS]
    assert len(files) > 20
    assert [place for path in files for place in clock_reads(path)] == []


def test_migrations_are_named_for_what_they_do() -> None:
    automatic = [path.name for path in SOURCE.glob("*/migrations/[0-9]*.py") if "_auto_" in path.name]
    assert automatic == []


def test_every_test_folder_mirrors_a_folder_of_the_package() -> None:
    own = {"support", "contract", "browser", "samples", "soak", "homes"}
    folders = {
        path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and not path.name.startswith(("_", "."))
    }
    assert folders - own <= {path.name for path in SOURCE.iterdir() if path.is_dir()}


def test_nothing_configures_a_tool_beside_pyproject() -> None:
    """A second configuration file would silently win over the one that everybody reads."""
    beside = ["setup.cfg", "tox.ini", "pytest.ini", "mypy.ini", ".mypy.ini", "ruff.toml", ".ruff.toml", ".importlinter"]
    assert [name for name in beside if (ROOT / name).exists()] == []
