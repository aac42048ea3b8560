#!/usr/bin/env bash
# Runs each fuzz target from the committed corpus; a crash, a failed check, a leak, or an input that takes 25 s fails.
#   scripts/check-fuzz.sh [seconds for each, by default 60]
#   scripts/check-fuzz.sh --build              only builds them
#   scripts/check-fuzz.sh --corpus [seconds]   makes the corpus anew: seeds, and the least of what was found that reaches all
# What a run finds stays in target/fuzz/; the input that failed too, and its path is printed: run the program with it.
set -euo pipefail
cd "$(dirname "$0")/.."
version=0.13.2
target=x86_64-unknown-linux-gnu
work=target/fuzz
targets=(decoder program segment manifest)
passed=0 failed=0

# AddressSanitizer comes with rustup's toolchains; the flags for it need the permission of a nightly one.
export RUSTC_BOOTSTRAP=1
export ASAN_OPTIONS=quarantine_size_mb=64:detect_odr_violation=0
export PATH=$PWD/target/tools/bin:$PATH

build() {
  if [[ $(cargo fuzz --version 2>/dev/null) != "cargo-fuzz $version" ]]; then
    cargo install cargo-fuzz --version "$version" --locked --quiet --root target/tools --target-dir target/tools/build
  fi
  cargo fetch --locked --quiet --manifest-path fuzz/Cargo.toml
  cargo fuzz build --target-dir "$work"
}

fuzz() { # target, more options and folders
  "$work/$target/release/$1" -timeout=25 -rss_limit_mb=4096 -artifact_prefix="$work/artifacts/$1-" "${@:2}"
}

declare -A running

start() { # target, seconds
  mkdir -p "$work/corpus/$1" "$work/artifacts"
  fuzz "$1" -max_total_time="$2" -print_final_stats=1 "$work/corpus/$1" "fuzz/corpus/$1" >"$work/$1.log" 2>&1 &
  running[$1]=$!
}

finish() { # target
  local log="$work/$1.log"
  if wait "${running[$1]}"; then
    echo "ok: $1, $(grep -E '^#.*DONE' "$log" | tr -s ' \t' ' ')"
    passed=$((passed + 1))
  else
    # The end of the log is a dictionary, or the input that failed.
    grep -v '# Uses' "$log" | tail -60
    echo "FAILED: $1"
    failed=$((failed + 1))
  fi
}

corpus() { # target, seconds
  rm -rf "fuzz/corpus/$1"
  mkdir -p "$work/seeds/$1" "$work/corpus/$1" "$work/artifacts" "fuzz/corpus/$1"
  if [[ $1 == decoder ]]; then
    cargo run --quiet --manifest-path fuzz/Cargo.toml --target-dir "$work" --example seeds "$work/seeds/$1"
  else
    head -c 4096 /dev/urandom >"$work/seeds/$1/random"
  fi
  fuzz "$1" -max_total_time="$2" "$work/corpus/$1" "$work/seeds/$1"
  cp "$work/seeds/$1"/* "fuzz/corpus/$1"/
  fuzz "$1" -set_cover_merge=1 "fuzz/corpus/$1" "$work/corpus/$1"
  # Seeds have names; of what was found, the long inputs would be most of the bytes.
  find "fuzz/corpus/$1" -regextype posix-extended -regex '.*/[0-9a-f]{40}' -size +5k -delete
}

build
if [[ ${1-} == --build ]]; then
  exit
elif [[ ${1-} == --corpus ]]; then
  for name in "${targets[@]}"; do corpus "$name" "${2:-600}"; done
  exit
fi
# Two at a time.
for ((i = 0; i < ${#targets[@]}; i += 2)); do
  for name in "${targets[@]:i:2}"; do start "$name" "${1:-60}"; done
  for name in "${targets[@]:i:2}"; do finish "$name"; done
done
echo "$passed passed, $failed failed"
[[ $failed == 0 ]]
