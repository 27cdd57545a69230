"""The documents say what the program does: settings, commands, options, targets, version, links, both ways."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

import broadsheet
from broadsheet.config.options import OPTIONS

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "bench/*.md", "src/**/*.md")
    for path in ROOT.glob(pattern)
    if ".venv" not in path.parts
)
SETTINGS = (ROOT / "docs/user/settings.md").read_text(encoding="utf-8")
CLI = (ROOT / "docs/user/cli.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def table_rows(text: str, header: str) -> list[list[str]]:
    """The cells of the table whose first heading is `header`, row by row."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {header} |"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def test_every_setting_is_documented_with_its_default_and_no_other() -> None:
    documented = {
        row[0].strip("`"): "" if row[1] == "(empty)" else row[1].strip("`") for row in table_rows(SETTINGS, "setting")
    }
    assert documented == {option.name: option.default for option in OPTIONS.values()}


def test_every_check_of_the_settings_is_documented_and_no_other() -> None:
    source = (ROOT / "src/broadsheet/config/checks.py").read_text(encoding="utf-8")
    assert set(re.findall(r'id="(broadsheet\.\w+)"', source)) == {
        row[0].strip("`") for row in table_rows(SETTINGS, "id")
    }


def leaves(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Every command that does something, by the words one types for it."""
    below = getattr(command, "commands", None)
    if below is None:
        yield name, command
        return
    for word, child in below.items():
        yield from leaves(child, f"{name} {word}")


def commands() -> dict[str, Any]:
    """Imported late, so that the other documents are tested while the command line is broken."""
    from broadsheet.cli.main import app

    return dict(leaves(typer.main.get_command(app), "broadsheet"))


def section_of(command: str) -> str:
    """The part of cli.md under the heading of this command; empty when there is none."""
    match = re.search(rf"^## `{re.escape(command)}(?: [^`]*)?`\n(.*?)(?=^## |\Z)", CLI, re.MULTILINE | re.DOTALL)
    return match[1] if match else ""


def test_every_command_has_a_section_and_every_section_a_command() -> None:
    headed = {re.sub(r"( [A-Z…]+)+$", "", heading) for heading in re.findall(r"^## `([^`]+)`$", CLI, re.MULTILINE)}
    assert headed == set(commands())


def test_every_option_is_documented_and_no_other() -> None:
    shared = set(re.findall(r"^- `(--[a-z-]+)", CLI.partition("\n## ")[0], re.MULTILINE))
    for name, command in commands().items():
        options = {
            word for p in command.params if p.param_type_name == "option" for word in p.opts if word.startswith("--")
        }
        described = set(re.findall(r"^- `(--[a-z-]+)", section_of(name), re.MULTILINE))
        assert described == options - shared, name
        assert shared - {"--help"} <= options, f"{name} lacks an option that cli.md says every command takes"


def test_every_default_of_a_command_is_documented() -> None:
    for name, command in commands().items():
        for parameter in command.params:
            if parameter.param_type_name == "option" and isinstance(parameter.default, int | str) and parameter.default:
                [line] = [row for row in section_of(name).splitlines() if row.startswith(f"- `{parameter.opts[0]}")]
                assert str(parameter.default) in line, f"{name} {parameter.opts[0]}"


def test_every_command_shows_examples_in_its_help() -> None:
    for name, command in commands().items():
        assert "Examples:" in (command.help or ""), name
        assert f"{name} " in command.help or f"{name}\n" in f"{command.help}\n", name


def test_every_exit_status_is_documented() -> None:
    from broadsheet.cli import output

    statuses = {output.FAILED, output.USAGE, output.QUARANTINED, output.NOTHING_READABLE, output.INTERRUPTED, 0}
    assert {int(row[0]) for row in table_rows(CLI, "status")} == statuses


def make_targets() -> dict[str, str]:
    """The targets `make` lists, with what it says of them."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z]+):.*?## (.+)$", text, re.MULTILINE))


def test_every_target_is_listed_with_a_sentence() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    assert phony
    assert set(phony[1].split()) == set(make_targets())
    assert {"demo", "test", "check", "soak", "bench", "help"} <= set(make_targets())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_make_command_in_a_document_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    fenced = re.findall(r"^(?:[A-Z_]+=\S+ )*make ([a-z]+)", text, re.MULTILINE)
    inline = re.findall(r"`(?:[A-Z_]+=\S+ )*make ([a-z]+)[^`]*`", text)
    assert set(fenced + inline) <= set(make_targets())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_broadsheet_command_in_a_document_exists(document: Path) -> None:
    """And so does every option that a document gives it."""
    known = commands()
    for line in re.findall(
        r"(?:^|`|bin/)(broadsheet [a-z][^`\n]*)", document.read_text(encoding="utf-8"), re.MULTILINE
    ):
        found = [name for name in known if f"{line} ".startswith(f"{name} ")]
        assert found, line
        options = {word for parameter in known[found[0]].params for word in parameter.opts} | {"--help"}
        # What stands behind a pipe is another program's.
        assert set(re.findall(r"(?<= )--[a-z-]+", line.partition(" | ")[0])) <= options, line


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_between_documents_leads_somewhere(document: Path) -> None:
    text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"[a-z]+:", target):
            path, _, anchor = target.partition("#")
            linked = document.parent / path if path else document
            assert linked.exists(), target
            if anchor:
                headings = re.findall(r"^#+ (.+)$", linked.read_text(encoding="utf-8"), re.MULTILINE)
                assert anchor in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}, (
                    target
                )


def test_every_document_is_linked_from_another() -> None:
    linked = {
        (document.parent / target.partition("#")[0]).resolve()
        for document in DOCUMENTS
        for target in re.findall(r"\]\(([^)\s:]+)\)", document.read_text(encoding="utf-8"))
    }
    lonely = [path for path in DOCUMENTS if path.is_relative_to(ROOT / "docs") and path.resolve() not in linked]
    assert lonely == []


def test_the_newest_version_in_the_changelog_is_the_package_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    first = re.search(r"^## \[(\d+\.\d+\.\d+)\]", changelog, re.MULTILINE)
    assert first
    assert first[1] == broadsheet.__version__


@pytest.mark.parametrize("record", sorted((ROOT / "docs/dev/decisions").glob("*.md")), ids=lambda path: path.stem)
def test_every_decision_record_is_one_page_with_four_headings(record: Path) -> None:
    text = record.read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings == ["Question", "Options", "Choice", "What would change it"]
    assert re.fullmatch(r"\d{4}-[a-z0-9-]+", record.stem)
    assert text.startswith(f"# {record.stem[:4]} ")
    assert len(text.split()) <= 600


def test_decision_records_are_numbered_without_gap_or_repetition() -> None:
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs/dev/decisions").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_readme_names_the_oldest_python_that_works() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"Python {project['requires-python'].removeprefix('>=')} or newer" in README


def test_every_operator_and_order_of_a_search_is_documented() -> None:
    from broadsheet.search import registry

    text = (ROOT / "docs/user/search.md").read_text(encoding="utf-8")
    assert [operator.name for operator in registry.operators() if f"`{operator.name}:" not in text] == []
    assert [key.name for key in registry.sort_keys() if f"`{key.name}`" not in text] == []


def test_every_page_is_documented() -> None:
    from broadsheet.web.urls import urlpatterns

    text = (ROOT / "docs/user/pages.md").read_text(encoding="utf-8")
    starts = {str(route.pattern).partition("<")[0] for route in urlpatterns if getattr(route, "name", None)}
    assert [start for start in sorted(starts) if f"`/{start}" not in text] == []
