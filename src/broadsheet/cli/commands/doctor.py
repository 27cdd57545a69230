"""`broadsheet doctor`: is all well?"""

from __future__ import annotations

from dataclasses import asdict

import typer

from broadsheet.cli.boot import boot
from broadsheet.cli.output import FAILED, AsJson, Home, out, print_json


def doctor(home: Home = None, as_json: AsJson = False) -> None:
    """Look over settings, data and index, and say what is wrong and what to do. Changes nothing.

    Exit status: 0 all is well; 1 something is not.

    Examples:

        broadsheet doctor

        broadsheet doctor --json | jq '.checks[] | select(.ok | not)'
    """
    boot(home)
    from broadsheet.cli.checkup import checkup

    checks = checkup()
    if as_json:
        print_json({"ok": all(c.ok for c in checks), "checks": [asdict(c) for c in checks]})
    else:
        for check in checks:
            out.print(f"{'ok  ' if check.ok else 'FAIL'}  {check.name}: {check.detail}", markup=False)
    if not all(c.ok for c in checks):
        raise typer.Exit(FAILED)
