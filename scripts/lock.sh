#!/bin/sh
# Pin every dependency with hashes, for Python 3.11 to 3.13, without naming where they come from.
set -eu
cd "$(dirname "$0")/.."
uv=.venv/bin/uv
pin() {
    name=$1
    shift
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
        --output-file "requirements/$name.txt" "$@"
}
pin run requirements/build.in pyproject.toml
pin test requirements/build.in pyproject.toml --group test -c requirements/run.txt
pin check requirements/build.in requirements/check.in pyproject.toml --group test --group check -c requirements/test.txt
pin docs requirements/build.in pyproject.toml --group docs -c requirements/run.txt
pin bench requirements/build.in pyproject.toml --group bench -c requirements/run.txt
