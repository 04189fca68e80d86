#!/bin/sh
# The store is tested on PostgreSQL too: make sure that its programs are there.
set -eu
for folder in /usr/lib/postgresql/*/bin; do
    if [ -x "$folder/initdb" ]; then
        exit 0
    fi
done
if command -v initdb >/dev/null 2>&1; then
    exit 0
fi
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "make: installing postgresql for the tests of the store" >&2
    if apt-get -qq update >&2 \
        && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y postgresql >/dev/null; then
        exit 0
    fi
fi
echo "make: no PostgreSQL here: the tests on it are SKIPPED. Install it, such as with" >&2
echo "    sudo apt-get install postgresql" >&2
[ "${CI:-}" = true ] && exit 2
exit 0
