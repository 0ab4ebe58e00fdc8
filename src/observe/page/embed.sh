#!/bin/sh
# SPDX-License-Identifier: MIT
# embed.sh COLOURS FILE...: the files as arrays of bytes, and the table of them,
# for src/observe/asset.h.  Style sheets begin with the colours that all pages
# have, a part of the sheet COLOURS.
set -eu
colours=$1
shift
content() {
    case $1 in
    *.css) sed -n '/^\/\* -- colours/,/^\/\* -- end of colours/p' "$colours" ;;
    esac
    cat "$1"
}
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
    content "$file" | od -An -v -tu1 | sed 's/  */,/g; s/^,/    /; s/$/,/'
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
