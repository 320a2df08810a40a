#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test; ends with a line "N passed, N failed, N skipped".
#   --fuzz          also runs each fuzzer for 30 s      --preset NAME   release (default), debug, asan or tsan
#   -k EXPRESSION   only these end-to-end tests         --long          also what takes longer than a few minutes
# CONSENTGATE_SOAK=SECONDS: another length for the soak; CONSENTGATE_FIGURES=FILE: what each fault showed, as a table;
# CONSENTGATE_PATIENCE=N: the end-to-end tests wait N times as long before they give up (5 with a sanitizer).
set -uo pipefail
cd "$(dirname "$0")/.."

preset=release fuzz=0 long=0 select=()
while [ $# -gt 0 ]; do
  case "$1" in
    --fuzz) fuzz=1 ;;
    --long) long=1 ;;
    --preset) preset=${2:?--preset needs a name}; shift ;;
    -k) select=(-k "${2:?-k needs an expression}"); shift ;;
    *) echo "usage: tests/run.sh [--long] [--fuzz] [--preset NAME] [-k EXPRESSION]" >&2; exit 2 ;;
  esac
  shift
done

groups=(build demo package test)
[ "$fuzz" = 1 ] && groups+=(tools)
deploy/install-packages.sh "${groups[@]}" || exit 1

werror=OFF
[ -n "${CI:-}" ] && werror=ON
cmake --preset "$preset" -DCONSENTGATE_WERROR=$werror >/dev/null || exit 1
cmake --build --preset "$preset" || exit 1

passed=0 failed=0 skipped=0
add() { passed=$((passed + $1)); failed=$((failed + $2)); skipped=$((skipped + $3)); }
number_before() { grep -oE "[0-9]+ $1" <<<"$2" | tail -n 1 | grep -oE '[0-9]+' || echo 0; }

# What a sanitizer finds ends the program that it finds it in, or fails it at its end, and is kept in a file: also where a test kills the
# program with SIGKILL and never sees its exit code.
reports=$PWD/build/$preset/sanitizer
rm -f "$reports".*
export TSAN_OPTIONS="suppressions=$PWD/tests/tsan.supp die_after_fork=0 exitcode=66 log_path=$reports"
export ASAN_OPTIONS="exitcode=66 log_path=$reports" UBSAN_OPTIONS="halt_on_error=1 print_stacktrace=1 log_path=$reports"

# Unit tests: every case of every program counts.
for program in build/"$preset"/bin/test_*; do
  output=$("$program" 2>&1)
  status=$?
  if [ "$status" = 0 ]; then
    cases=$(grep -oE '[0-9]+ test cases?' <<<"$output" | tail -n 1 | grep -oE '[0-9]+')
    echo "$(basename "$program"): ${cases:-0} cases passed"
    add "${cases:-0}" 0 0
  else
    echo "$output"
    add 0 1 0
  fi
done

# The npm peer is installed beside the build; without a registry its tests are skipped and say so.
mkdir -p build/peers && cp tests/peers/package.json tests/peers/package-lock.json tests/peers/*.js build/peers/ 2>/dev/null
(cd build/peers && [ -d node_modules/smpp ] && [ -d node_modules/kubernetes-models ] || npm ci --no-audit --no-fund --silent) || echo "npm could not install the smpp package: its tests are skipped"

case "$preset" in asan | tsan) export CONSENTGATE_PATIENCE=${CONSENTGATE_PATIENCE:-5} ;; esac
export CONSENTGATE=$PWD/build/$preset/bin/consentgate CONSENTGATE_LONG=$long CONSENTGATE_PEERS=$PWD/build/peers
output=$(/usr/bin/python3 -m pytest tests/e2e -q -n "$(nproc)" -p no:cacheprovider "${select[@]}" 2>&1)
status=$?
echo "$output"
closing=$(tail -n 1 <<<"$output")
broken=$(($(number_before failed "$closing") + $(number_before 'errors?' "$closing")))
[ "$status" != 0 ] && [ "$status" != 5 ] && [ "$broken" = 0 ] && broken=1
add "$(number_before passed "$closing")" "$broken" "$(number_before skipped "$closing")"

for report in "$reports".*; do
  [ -e "$report" ] || continue
  echo "$report:" && head -n 60 "$report"
  add 0 1 0
done

if [ "$fuzz" = 1 ]; then
  cmake --preset fuzz >/dev/null && cmake --build --preset fuzz && /usr/bin/python3 tests/fuzz/seeds.py build/fuzz/corpus || exit 1
  for fuzzer in build/fuzz/bin/fuzz_*; do
    name=$(basename "$fuzzer")
    if "$fuzzer" -max_total_time=30 -print_final_stats=1 "build/fuzz/corpus/$name" >"build/fuzz/$name.log" 2>&1; then
      echo "$name: 30 s clean"
      add 1 0 0
    else
      tail -n 40 "build/fuzz/$name.log"
      add 0 1 0
    fi
  done
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
