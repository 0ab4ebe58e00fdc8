#!/bin/sh
# SPDX-License-Identifier: MIT
# pytest.sh FOLDER [OPTION]...: Debian's pytest on one folder of tests.
# Status 77 (skipped, for automake) where pytest is missing and CI is not set.
folder=$1
shift
python=${PYTHON:-/usr/bin/python3}
if ! "$python" -c 'import pytest' 2>/dev/null; then
    echo "skipped: python3-pytest is not installed"
    [ -n "$CI" ] && exit 1
    exit 77
fi
# In a build folder, the server that was built there.
if [ -z "$ETAGD" ] && [ -x ./etagd ]; then
    ETAGD=$(pwd)/etagd
    export ETAGD
fi
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
exec "$python" -m pytest -q -p no:cacheprovider --rootdir "$folder" \
    -c /dev/null "$folder" "$@"
