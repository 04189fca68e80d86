#!/bin/sh
# The report is tested in a real browser: make sure that Chromium is there.
set -eu
if command -v chromium >/dev/null 2>&1; then
    exit 0
fi
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "make: installing chromium for the tests of the report" >&2
    apt-get -qq update >&2
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y chromium >/dev/null
    exit 0
fi
echo "make: the tests of the report need Chromium. Install it, such as with" >&2
echo "    sudo apt-get install chromium" >&2
exit 2
