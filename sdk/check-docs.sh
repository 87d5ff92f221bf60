#!/usr/bin/env bash
# Builds every function of docs/FUNCTIONS.md ("Building") from the text, as a reader would.
#
#   sdk/check-docs.sh [DIR]    DIR: where to, and what is left of it; else a temporary directory
#
# Needs Debian's clang-19 lld-19 wasi-libc libclang-rt-19-dev-wasm32 rustc libstd-rust-dev-wasm32 lld-14, and npm.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=${1:-$(mktemp -d)}
[ $# -gt 0 ] || trap 'rm -rf "$work"' EXIT
mkdir -p "$work/sdk"
work=$(cd "$work" && pwd)
rm -f "$work"/build.sh "$work"/greet*
ln -sfn "$root/sdk/c" "$work/sdk/c"

# A file of its own for each fenced block that follows a `name.ext`, and one script of all `sh` blocks.
awk -v work="$work" '
  /^## / { inside = $0 == "## Building" }
  !inside { next }
  /^```$/ { if (file != "") close(file); file = ""; next }
  /^```sh$/ { file = work "/build.sh"; next }
  /^```/ { file = work "/" name; next }
  file != "" { print >> file; next }
  match($0, /`[a-z_]+\.(c|rs|ts)`:$/) { name = substr($0, RSTART + 1, RLENGTH - 3) }
' "$root/docs/FUNCTIONS.md"

PATH=/usr/bin:$PATH # Debian's rustc; another may come first
if ! rustc --print target-list | grep -qx wasm32-wasip1; then
  sed -i 's/wasm32-wasip1/wasm32-wasi/' "$work/build.sh"
fi
cd "$work"
[ -d node_modules/assemblyscript ] || npm install --silent --no-fund --no-audit assemblyscript
set -x
# shellcheck disable=SC1091
. ./build.sh
ls -l ./*.wasm
