#!/usr/bin/env bash
# Runs the hand-off, handles that join and leave, and the log's intake under the model checker loom; then each variant with a mistake, which it must find.
#   scripts/check-loom.sh
set -uo pipefail
cd "$(dirname "$0")/.."
# Optimized, as there are many orders; but not linked as one, as the addon is, which would take longer than the tests.
export CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
passed=0 failed=0

run() { # variant or nothing, tests, filter
  if [[ $1 ]]; then export MILLRACE_BROKEN=$1; fi
  RUSTFLAGS='--cfg loom' cargo test --locked --no-default-features --release --test "$2" --target-dir target/loom -- \
    --test-threads 2 $3 2>&1
}

expect() { # what, ok|caught, variant, tests, filter
  local output status
  output=$(run "$3" "$4" "$5")
  status=$?
  # A build that failed, or a filter that matched nothing, proves nothing.
  if ! grep -qE '^running [1-9]' <<<"$output"; then status=build; fi
  if [[ ($2 == ok && $status == 0) || ($2 == caught && $status == 101) ]]; then
    echo "ok: $1"; passed=$((passed + 1))
  else
    tail -30 <<<"$output"; echo "FAILED: $1"; failed=$((failed + 1))
  fi
}

expect 'the protocol holds in every order' ok '' 'loom*' ''
expect 'a Relaxed publish is caught' caught publish loom what_is_written_again
expect 'a missing second look before sleeping is caught' caught recheck loom no_wake_up
expect 'so is one in the log' caught recheck loom_intake no_item_is_left
expect 'a store that hides what was announced is caught' caught look loom nothing_is_lost
expect 'a release one handler early is caught' caught release loom what_two_handlers_read
expect 'work for a worker that has left is caught' caught leave loom_leaving a_handle_joins
echo "$passed passed, $failed failed"
[[ $failed == 0 ]]
