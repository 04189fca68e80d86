#!/bin/sh
# Build the pages of the web part into src/bunyad/web/static.
set -eu
. "$(dirname -- "$0")/node.sh"
npm run --silent build
