#!/bin/sh
# Makes .venv and installs what Broadsheet needs: `sh scripts/setup.sh runtime` to run it, `… dev` to work on it.
# Needs Python 3.11 or newer with pip or venv. PYTHON=… chooses one. Everything installed is pinned and hashed.
set -eu

kind=${1:?say runtime or dev}
venv=.venv

say() { printf '%s\n' "$*" >&2; }

fits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
        if command -v "$name" >/dev/null 2>&1 && fits "$name"; then
            command -v "$name"
            return
        fi
    done
    say "Broadsheet needs Python 3.11 or newer, and none was found${PYTHON:+ at PYTHON=$PYTHON}."
    say "On Debian 12, Ubuntu 24.04 or newer: apt install python3 python3-venv. Or name one: make demo PYTHON=/path/to/python3.11"
    exit 1
}

# Debian parts ensurepip from Python. Without it the environment is made bare, and a pip outside fills it.
make_environment() {
    python=$(find_python)
    rm -rf "$venv"
    if "$python" -c 'import ensurepip' >/dev/null 2>&1; then
        "$python" -m venv "$venv"
    elif "$python" -m pip --version >/dev/null 2>&1 && "$python" -m venv --without-pip "$venv" >/dev/null 2>&1; then
        printf '%s\n' "$python" >"$venv/outer-python"
    else
        say "$python has neither venv nor pip, and Broadsheet installs what it needs with them."
        say "On Debian or Ubuntu: apt install python3-venv. Then run this again."
        rm -rf "$venv"
        exit 1
    fi
}

run_pip() {
    if [ -f "$venv/outer-python" ]; then
        "$(cat "$venv/outer-python")" -m pip --python "$venv/bin/python" "$@"
    else
        "$venv/bin/python" -m pip "$@"
    fi
}

# An environment that was cut off while it was made, or whose Python has gone since, is made anew.
if ! fits "$venv/bin/python" || { [ ! -f "$venv/outer-python" ] && ! "$venv/bin/python" -c 'import pip' 2>/dev/null; }; then
    make_environment
fi

say "Installing what requirements/$kind.txt lists into $venv …"
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
run_pip install --quiet --require-hashes --requirement "requirements/$kind.txt"
# Broadsheet itself: its build backend is among what was just installed, so this asks no registry.
run_pip install --quiet --no-index --no-deps --no-build-isolation --editable .
touch "$venv/runtime.stamp"
[ "$kind" = runtime ] || touch "$venv/dev.stamp"
