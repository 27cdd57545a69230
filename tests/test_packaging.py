"""What is installed elsewhere is what stands here: the wheel and the requirements; neither asks for an index."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import broadsheet

ROOT = Path(__file__).parent.parent
REQUIREMENTS = ROOT / "requirements"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def plain(name: str) -> str:
    """A package's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(kind: str) -> dict[str, str]:
    """Name and version of everything in a hashed requirement file."""
    text = (REQUIREMENTS / f"{kind}.txt").read_text(encoding="utf-8")
    return {
        plain(name): version
        for name, version in re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^\s;]+)", text, re.MULTILINE)
    }


def asked(lines: list[str]) -> set[str]:
    """The names in lines of requirements."""
    return {plain(match[0]) for line in lines if (match := re.match(r"[A-Za-z][\w.-]*", line))}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built by the backend itself, as pip does with --no-build-isolation."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "flit_core.wheel", "--outdir", folder], cwd=ROOT, check=True, capture_output=True
    )
    [path] = folder.glob("*.whl")
    assert path.name == f"broadsheet-{broadsheet.__version__}-py3-none-any.whl"
    return zipfile.ZipFile(path)


def test_the_wheel_holds_every_file_of_the_package(wheel: zipfile.ZipFile) -> None:
    here = {
        str(path.relative_to(ROOT / "src"))
        for path in (ROOT / "src/broadsheet").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    packed = {name for name in wheel.namelist() if not name.startswith(f"broadsheet-{broadsheet.__version__}")}
    assert packed == here


@pytest.mark.parametrize("part", [r"web/templates/.+\.html", r"web/static/.+\.css", r"\w+/migrations/0001_\w+\.py"])
def test_the_wheel_holds_what_is_not_imported(wheel: zipfile.ZipFile, part: str) -> None:
    assert [name for name in wheel.namelist() if re.fullmatch(rf"broadsheet/{part}", name)]


def test_the_wheel_holds_the_licence_and_the_command(wheel: zipfile.ZipFile) -> None:
    information = f"broadsheet-{broadsheet.__version__}.dist-info"
    assert any(name.startswith(information) and name.endswith("LICENSE") for name in wheel.namelist())
    assert "broadsheet=broadsheet.cli.main:main" in wheel.read(f"{information}/entry_points.txt").decode().replace(
        " ", ""
    )


def test_installing_the_package_itself_asks_no_index(tmp_path: Path) -> None:
    uv = Path(sys.executable).parent / "uv"
    command = [uv, "pip", "install", "--offline", "--no-index", "--no-deps", "--no-build-isolation", "--no-cache"]
    environment = {**os.environ, "VIRTUAL_ENV": sys.prefix}
    done = subprocess.run(
        [*command, "--python", sys.executable, "--target", tmp_path, ROOT],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "broadsheet/web/urls.py").exists()


@pytest.mark.parametrize("kind", ["runtime", "dev"])
def test_every_requirement_is_pinned_and_hashed(kind: str) -> None:
    text = (REQUIREMENTS / f"{kind}.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert len(lines) >= 10
    assert [line for line in lines if "==" not in line or "--hash=sha256:" not in line] == []


def test_what_the_package_asks_for_is_what_is_pinned() -> None:
    runtime = asked((REQUIREMENTS / "runtime.in").read_text(encoding="utf-8").splitlines())
    assert runtime == asked(PROJECT["dependencies"]) | {"flit-core"}
    assert runtime <= set(pins("runtime"))


def test_developers_run_what_owners_run() -> None:
    developers = pins("dev")
    assert {name: developers.get(name) for name in pins("runtime")} == pins("runtime")


def test_owners_need_neither_a_browser_nor_a_neural_network_nor_the_test_tools() -> None:
    unwanted = {"torch", "tensorflow", "jax", "transformers", "playwright", "selenium", "pytest", "mypy", "ruff", "uv"}
    assert unwanted & set(pins("runtime")) == set()


def test_everything_the_package_imports_is_asked_for() -> None:
    """Run without the developers' packages, each module still imports (web pages and commands included)."""
    modules = [
        ".".join(path.relative_to(ROOT / "src").with_suffix("").parts).removesuffix(".__init__")
        for path in sorted((ROOT / "src/broadsheet").rglob("*.py"))
    ]
    unwanted = sorted(
        {"pytest", "hypothesis", "playwright", "axe_playwright_python", "mypy", "ruff", "xdist", "execnet"}
    )
    code = (
        f"import sys\nfor name in {unwanted!r}: sys.modules[name] = None\n"
        "import importlib, django\ndjango.setup()\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "broadsheet.config.settings"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
