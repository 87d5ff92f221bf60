#!/usr/bin/env bash
# Rebuilds the .wasm of every compute kernel, byte for byte, beside its source.
#
#   build.sh             rebuild in place
#   build.sh --check     fail when a committed .wasm differs from what its source builds
#
# The compilers are Debian's (clang-19, lld-19); CLANG and WASM_LD name others.
set -euo pipefail
export LC_ALL=C TZ=UTC SOURCE_DATE_EPOCH=0
unset CPATH C_INCLUDE_PATH LIBRARY_PATH

cd "$(dirname "${BASH_SOURCE[0]}")"

CLANG=${CLANG:-clang-19}
WASM_LD=${WASM_LD:-wasm-ld-19}
kernels=(sha256 json mandelbrot quicksort bubblesort memcpy bytecopy markdown fib interpreter)

for tool in "$CLANG" "$WASM_LD"; do
  command -v "$tool" >/dev/null || { echo "build.sh: $tool is missing: apt-get install clang-19 lld-19" >&2; exit 1; }
done

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
for kernel in "${kernels[@]}"; do
  # -fno-builtin keeps a byte loop a byte loop; __builtin_memcpy is memory.copy all the same.
  "$CLANG" --target=wasm32-unknown-unknown -std=c11 -O2 -Wall -Wextra -Werror -Wno-unused-function -fno-ident \
    -ffile-prefix-map="$PWD"=. -mbulk-memory -msign-ext -mnontrapping-fptoint -ffreestanding -fno-builtin -nostdlib \
    -fuse-ld="$(command -v "$WASM_LD")" -I../../sdk/c "$kernel.c" -Wl,--no-entry -Wl,--strip-all \
    -Wl,--compress-relocations -Wl,--stack-first -Wl,--gc-sections -Wl,--build-id=none -Wl,-z,stack-size=32768 \
    -Wl,--export-memory -Wl,--initial-memory=262144 -Wl,--max-memory=4194304 -o "$out/$kernel.wasm"
  chmod 644 "$out/$kernel.wasm"
  if [ "${1:-}" = --check ]; then
    cmp "$out/$kernel.wasm" "$kernel.wasm"
  else
    mv "$out/$kernel.wasm" "$kernel.wasm"
    printf '%-20s %6d bytes\n' "$kernel.wasm" "$(wc -c <"$kernel.wasm")"
  fi
done
