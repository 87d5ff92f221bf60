#!/usr/bin/env bash
# Rebuilds the .wasm of every sample, byte for byte, beside its source.
#
#   build.sh             rebuild in place, print sizes and SHA-256
#   build.sh --check     build into a temporary directory; fail when a committed .wasm differs
#   build.sh noop ...    only these samples (also after --check)
#
# The compilers are Debian 12's, so that the bytes are the same on every machine. CLANG, WASM_LD, RUSTC and
# WASI_LIBC (the directory with libc.a) name others.
set -euo pipefail
export LC_ALL=C TZ=UTC SOURCE_DATE_EPOCH=0
unset CPATH C_INCLUDE_PATH LIBRARY_PATH RUSTFLAGS

cd "$(dirname "${BASH_SOURCE[0]}")"

CLANG=${CLANG:-clang-19}
WASM_LD=${WASM_LD:-wasm-ld-19}
RUSTC=${RUSTC:-/usr/bin/rustc} # Debian's; another may come first on the PATH
WASI_LIBC=${WASI_LIBC:-/usr/lib/wasm32-wasi}
WASI_INCLUDE=${WASI_INCLUDE:-/usr/include/wasm32-wasi}
ASC=${ASC:-../assemblyscript/node_modules/.bin/asc} # of the version that package.json there names

all=(noop mask-pii echo-json word-count token-transfers markdown counter counter-rust enrich enrich-as ledger ledger-as)

# sample -> module file
module_of() { echo "$1/${1//-/_}.wasm"; }

need() { # what to look for, Debian packages
  local tool=$1
  shift
  command -v "$tool" >/dev/null 2>&1 || [ -e "$tool" ] && return
  echo "build.sh: $tool is missing. Install it: apt-get install $*" >&2
  exit 1
}

# Options that every C sample shares. No names, no producers, nothing of this machine in the output.
c_flags=(-std=c11 -O2 -Wall -Wextra -Werror -Wno-unused-function -fno-ident -ffile-prefix-map="$(dirname "$PWD")"=.
  -mbulk-memory -msign-ext -mnontrapping-fptoint)
link_flags=(-Wl,--strip-all -Wl,--compress-relocations -Wl,--stack-first -Wl,--gc-sections -Wl,--build-id=none)

# handler SAMPLE OUT STACK_BYTES INITIAL_PAGES MAXIMUM_PAGES
handler() {
  need "$CLANG" clang-19
  need "$WASM_LD" lld-19
  "$CLANG" --target=wasm32-unknown-unknown "${c_flags[@]}" -ffreestanding -fno-builtin -nostdlib -fuse-ld="$(command -v "$WASM_LD")" \
    -I../c "$1/${1//-/_}.c" -Wl,--no-entry "${link_flags[@]}" -Wl,-z,stack-size="$3" \
    -Wl,--initial-memory=$(($4 * 65536)) -Wl,--max-memory=$(($5 * 65536)) -o "$2"
}

# wasi_command SAMPLE OUT STACK_BYTES INITIAL_PAGES MAXIMUM_PAGES
wasi_command() {
  need "$CLANG" clang-19
  need "$WASM_LD" lld-19
  need "$WASI_LIBC/libc.a" wasi-libc
  "$CLANG" --target=wasm32-wasi "${c_flags[@]}" -nostdlib -nostdlibinc -isystem "$WASI_INCLUDE" -fuse-ld="$(command -v "$WASM_LD")" \
    "$WASI_LIBC/crt1-command.o" "$1/${1//-/_}.c" "$WASI_LIBC/libc.a" "${link_flags[@]}" -Wl,-z,stack-size="$3" \
    -Wl,--initial-memory=$(($4 * 65536)) -Wl,--max-memory=$(($5 * 65536)) -o "$2"
}

# rust SAMPLE OUT STACK_BYTES INITIAL_PAGES MAXIMUM_PAGES FEATURE EXPORT...
# FEATURE: of the crate leat, "std" or "". rustc makes a static library and lld links it, because rustc itself
# exports more than the contract needs.
rust() {
  local sample=$1 out=$2 stack=$3 initial=$4 maximum=$5 feature=$6
  shift 6
  need "$RUSTC" rustc
  [ -d "$("$RUSTC" --print sysroot)/lib/rustlib/wasm32-unknown-unknown" ] || need wasm32-unknown-unknown libstd-rust-dev-wasm32
  need "$WASM_LD" lld-19
  local flags=(--edition 2021 --target wasm32-unknown-unknown -D warnings -C opt-level=s -C panic=abort -C codegen-units=1
    -C target-feature=+bulk-memory,+nontrapping-fptoint --remap-path-prefix "$(dirname "$PWD")"=.)
  local features=()
  [ -z "$feature" ] || features=(--cfg "feature=\"$feature\"")
  "$RUSTC" "${flags[@]}" --crate-type rlib --crate-name leat "${features[@]}" -o "$(dirname "$out")/libleat.rlib" ../rust/src/lib.rs
  "$RUSTC" "${flags[@]}" --crate-type staticlib -C lto=fat --extern leat="$(dirname "$out")/libleat.rlib" -o "$out.a" "$sample/${sample//-/_}.rs"
  "$WASM_LD" --no-entry "${link_flags[@]#-Wl,}" -z stack-size="$stack" --initial-memory=$((initial * 65536)) \
    --max-memory=$((maximum * 65536)) "${@/#/--export=}" -o "$out" "$out.a"
  rm "$out.a" "$(dirname "$out")/libleat.rlib"
}

# assemblyscript SAMPLE OUT INITIAL_PAGES MAXIMUM_PAGES
assemblyscript() {
  local packages
  packages=$(dirname "$2")
  ln -s "$(cd ../assemblyscript && pwd)" "$packages/leat" # as a package of npm
  need "$ASC" "nodejs npm, then npm install in sdk/assemblyscript"
  "$ASC" "$1/${1//-/_}.ts" -o "$2" -O3 --runtime stub --bindings none --path "$packages" --initialMemory "$3" --maximumMemory "$4" \
    --use abort=~lib/leat/assembly/handler/stop
}

build() { # SAMPLE OUT
  case $1 in
    noop) handler "$1" "$2" 4096 2 256 ;;
    mask-pii) handler "$1" "$2" 16384 4 256 ;;
    echo-json) handler "$1" "$2" 16384 4 256 ;;
    word-count) wasi_command "$1" "$2" 16384 2 64 ;;
    markdown) handler "$1" "$2" 32768 4 512 ;;
    counter) handler "$1" "$2" 4096 2 16 ;;
    token-transfers) rust "$1" "$2" 32768 4 256 "" allocate free process_event ;;
    counter-rust) rust "$1" "$2" 16384 2 32 std allocate init handle ;;
    enrich | ledger) rust "$1" "$2" 32768 2 64 std allocate init handle ;;
    enrich-as | ledger-as) assemblyscript "$1" "$2" 1 64 ;;
    *)
      echo "build.sh: no sample '$1'; there are: ${all[*]}" >&2
      exit 2
      ;;
  esac
}

check=false
if [ "${1:-}" = --check ]; then
  check=true
  shift
fi
[ $# -gt 0 ] || set -- "${all[@]}"

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
different=0
for sample in "$@"; do
  module=$(module_of "$sample")
  mkdir -p "$out/$sample"
  build "$sample" "$out/$module"
  chmod 644 "$out/$module"
  note=
  if $check; then
    cmp -s "$out/$module" "$module" || { note='  DIFFERS from the committed file'; different=$((different + 1)); }
  else
    mv "$out/$module" "$module"
    ln -s "$PWD/$module" "$out/$module"
  fi
  printf '%-40s %7d bytes  sha256:%s%s\n' "$module" "$(wc -c <"$out/$module")" "$(sha256sum <"$out/$module" | cut -d' ' -f1)" "$note"
done
if [ "$different" -gt 0 ]; then
  echo "build.sh: $different of $# modules differ from what their source builds. Run build.sh and commit the result." >&2
  exit 1
fi
