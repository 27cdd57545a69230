"""Rules about the tree itself that no other tool checks: `python scripts/check_tree.py [FOLDER]`.

Files are at most 600 lines and functions at most 60 (aim for 400 and 40). No committed file names a package index's
host or a folder of somebody's machine: a checkout must install from whatever index its owner uses, and work wherever
it lies. Each finding is a line, and makes the status 1.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

FILE_LINES, FUNCTION_LINES = 600, 60
CODE = ("src/", "tests/", "bench/", "scripts/")
# Recorded inputs are what they are; migrations are written by Django.
EXEMPT = ("demo/captures/", "tests/samples/")
# Written in halves, so that this file does not find itself.
FORBIDDEN = {
    "a package index's host": re.compile(
        r"\b(?:pypi" + r"\.org|pythonhosted" + r"\.org)|--(?:extra-)?index" + r"-url|--find" + r"-links"
    ),
    "a path of one machine": re.compile(r"(?<![\w./~-])/(?:work" + r"|root|home" + r"|Users)/[\w.-]+"),
}
# What may name them: the option that keeps them out.
ALLOWED = ("--no-emit-index" + "-url",)


def tracked(root: Path) -> list[str]:
    """The files under `root` that git tracks or would track, as relative paths; none outside a git checkout."""
    if not (root / ".git").exists() or not shutil.which("git"):
        return []
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, capture_output=True, check=True).stdout.decode()
    return sorted(name for name in set(listed.split("\0")) if name and (root / name).is_file())


def findings(root: Path, names: list[str]) -> Iterator[str]:
    """One line `path:line: what is wrong` for each breach among the files `names` under `root`."""
    for name in names:
        if name.startswith(EXEMPT):
            continue
        try:
            text = (root / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or another binary
        if name.endswith(".py") and name.startswith(CODE) and "/migrations/" not in name:
            yield from _sizes(name, text)
        yield from _words(name, text)


def _sizes(name: str, text: str) -> Iterator[str]:
    lines = text.count("\n")
    if lines > FILE_LINES:
        yield f"{name}:1: the file has {lines} lines; {FILE_LINES} are the most. Part it by what it does."
    for node in ast.walk(ast.parse(text, name)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1 - _docstring_lines(node)
            if length > FUNCTION_LINES:
                yield f"{name}:{node.lineno}: {node.name} has {length} lines; {FUNCTION_LINES} are the most."


def _docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """A docstring is not counted: the help of a command is one, and nobody should shorten it for this."""
    first = node.body[0]
    if not isinstance(first, ast.Expr) or not ast.get_docstring(node):
        return 0
    return (first.end_lineno or first.lineno) - first.lineno + 1


def _words(name: str, text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), start=1):
        for word in ALLOWED:
            line = line.replace(word, "")
        for what, pattern in FORBIDDEN.items():
            if match := pattern.search(line):
                yield f"{name}:{number}: names {what}: {match[0]}"


def main(arguments: list[str]) -> int:
    """Print every finding under the folder given (default: here); 1 when there is one, or nothing to look at."""
    root = Path(arguments[0] if arguments else ".")
    names = tracked(root)
    if not names:
        print("This needs git and a git checkout: the rules are for committed files.")
        return 1
    found = list(findings(root, names))
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
