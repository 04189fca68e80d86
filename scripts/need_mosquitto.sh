#!/bin/sh
# Live data is tested over MQTT: make sure that a broker is there.
set -eu
if command -v mosquitto >/dev/null 2>&1 || [ -x /usr/sbin/mosquitto ]; then
    exit 0
fi
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "make: installing mosquitto for the tests of live data" >&2
    # Only the program: the tests start it themselves, where and when they need it.
    if apt-get -qq update >&2 \
        && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends mosquitto >/dev/null; then
        exit 0
    fi
fi
echo "make: no mosquitto here: the tests over MQTT are SKIPPED. Install it, such as with" >&2
echo "    sudo apt-get install mosquitto" >&2
exit 0
