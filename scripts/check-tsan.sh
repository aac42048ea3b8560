#!/usr/bin/env bash
# The core under load with ThreadSanitizer, which must have nothing to report; or a variant with one mistake, which
# ThreadSanitizer or the program's own checks must catch.
#   scripts/check-tsan.sh [seconds, by default 60]
#   scripts/check-tsan.sh --broken publish|recheck|release [seconds]
#   scripts/check-tsan.sh --all [seconds]    the core, then every variant: at most that long each, they end when caught
set -euo pipefail
cd "$(dirname "$0")/.."
target=x86_64-unknown-linux-gnu
tsan='-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer'
passed=0 failed=0

# Suppressions go by function names, which need a symbolizer; addr2line comes with gcc.
if ! command -v llvm-symbolizer >/dev/null && ! command -v addr2line >/dev/null; then
  echo 'ThreadSanitizer needs llvm-symbolizer or addr2line (binutils)' >&2
  exit 1
fi

build() { # variant or nothing, flags: prints the program's path
  local folder=target/tsan/$([[ $2 ]] && echo sanitized || echo plain)
  if [[ $1 ]]; then export MILLRACE_BROKEN=$1; fi
  # An allocator of our own looks like races to ThreadSanitizer (src/store/slab.rs).
  if [[ $2 ]]; then export MILLRACE_PLAIN_MEMORY=1; fi
  # On a stable toolchain, with its own std, which is not instrumented (tsan/suppressions.txt).
  RUSTC_BOOTSTRAP=1 RUSTFLAGS=$2 cargo build --quiet --locked --release --manifest-path tsan/Cargo.toml \
    --target "$target" --target-dir "$folder" >&2
  echo "$folder/$target/release/millrace-stress"
}

stress() { # program, seconds, more options
  local options="suppressions=tsan/suppressions.txt history_size=7 allow_addr2line=1 exitcode=66 $3"
  TSAN_OPTIONS="$options" "$1" "$2"
}

result() { # ok|FAILED, what
  echo "$1: $2"
  if [[ $1 == ok ]]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

sound() { # seconds
  local program
  program=$(build '' "$tsan")
  if stress "$program" "$1" ''; then result ok 'nothing to report'; else result FAILED 'a report, or a check that failed'; fi
}

broken() { # variant, seconds
  local flags program output status=0
  # A lost wake-up is no data race: the program waits for good, and meets it sooner at full speed.
  if [[ $1 == recheck ]]; then flags=''; else flags=$tsan; fi
  program=$(build "$1" "$flags")
  output=$(stress "$program" "$2" halt_on_error=1 2>&1) || status=$?
  case $status in
    66) result ok "broken_$1 is caught: $(grep -m 1 '^SUMMARY' <<<"$output")" ;;
    # A failed check, and a writer that waits for good (tsan/src/main.rs).
    70 | 101) result ok "broken_$1 is caught: $(grep -m 1 -E -A 1 '^stuck|panicked' <<<"$output" | tr '\n' ' ')" ;;
    *) tail -20 <<<"$output"; result FAILED "broken_$1 is not caught (exit code $status)" ;;
  esac
}

case ${1-} in
  --broken) broken "$2" "${3:-60}" ;;
  --all)
    sound "${2:-60}"
    for variant in publish recheck release; do broken "$variant" "${2:-60}"; done
    ;;
  *) sound "${1:-60}" ;;
esac
echo "$passed passed, $failed failed"
[[ $failed == 0 ]]
