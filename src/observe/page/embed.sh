#!/bin/sh
# SPDX-License-Identifier: MIT
# embed.sh FILE...: the files as arrays of bytes, and the table of them, for
# src/observe/asset.h.
set -eu
echo '/* SPDX-License-Identifier: MIT
 *
 * Made by src/observe/page/embed.sh: do not edit.
 */
#include "observe/asset.h"'
n=0
rows=
for file; do
    name=${file##*/}
    case $name in
    index.html) path=/ type='text/html; charset=utf-8' ;;
    *.css) path=/$name type='text/css; charset=utf-8' ;;
    *.js) path=/$name type='text/javascript; charset=utf-8' ;;
    *.svg) path=/$name type='image/svg+xml' ;;
    *) echo "embed.sh: what type has $name?" >&2; exit 1 ;;
    esac
    echo
    echo "static const unsigned char file_$n[] = {"
    od -An -v -tu1 "$file" | sed 's/  */,/g; s/^,/    /; s/$/,/'
    echo '};'
    rows="$rows    { \"$path\", \"$type\", file_$n, sizeof file_$n },
"
    n=$((n + 1))
done
echo
echo 'const struct asset assets[] = {'
printf '%s' "$rows"
echo '    { 0, 0, 0, 0 },'
echo '};'
