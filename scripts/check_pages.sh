#!/bin/sh
# Lint, types and tests of the pages.
set -eu
. "$(dirname -- "$0")/node.sh"
npm run --silent check
npm run --silent test
