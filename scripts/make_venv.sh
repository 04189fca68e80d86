#!/bin/sh
# Make a virtual environment with pip, also on a Debian machine that lacks python3-venv.
# Usage: make_venv.sh PYTHON FOLDER
set -eu
python=$1
folder=$2

if ! command -v "$python" >/dev/null 2>&1; then
    echo "make: there is no $python. Install Python 3.11 or newer, such as with" >&2
    echo "    apt-get install python3 python3-venv" >&2
    exit 2
fi
if ! "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))'; then
    echo "make: $python is $("$python" -V 2>&1). Give Python 3.11 to 3.13: make PYTHON=python3.11" >&2
    exit 2
fi
rm -rf "$folder"
if "$python" -m venv "$folder" >/dev/null 2>&1; then
    exit 0
fi
rm -rf "$folder"
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "make: installing python3-venv" >&2
    apt-get -qq update >&2
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y python3-venv >&2
    exec "$python" -m venv "$folder"
fi
echo "make: $python cannot make a virtual environment. Install python3-venv, such as with" >&2
echo "    sudo apt-get install python3-venv" >&2
exit 2
