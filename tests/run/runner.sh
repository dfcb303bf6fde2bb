# What all runners share; sourced by the scripts beside it, which ctest starts (see
# tests/CMakeLists.txt for BUILD, STAGE and PG_CONFIG). The name of the ctest entry is $1.
set -euo pipefail
: "${BUILD:?is set by ctest: run ctest --test-dir build -R NAME}"

name=$1
result=$BUILD/tests/results/$name
log=$result.log
shift

refuse_root() {
    if [ "$(id -u)" = 0 ]; then
        echo "PostgreSQL refuses to run as root; use scripts/test"
        exit 1
    fi
}

# Where the private installation has its programs, and PGXS its test programs.
stage_bin() { echo "$STAGE$("$PG_CONFIG" --bindir)"; }
pgxs_tests() { echo "$(dirname "$("$PG_CONFIG" --pgxs)")/../test"; }

# A cluster to copy instead of running initdb, if it was made (by tests/run/cluster).
template() { echo "$STAGE/cluster"; }
use_template() {
    [ ! -d "$(template)" ] || export INITDB_TEMPLATE="$(template)"
}

# How node runs tests; one that hangs has ten minutes.
node_test=(--test --test-timeout=600000 --test-reporter=tap)

# Installs what the npm package in this folder needs. What is there is left alone while it is what
# package-lock.json says.
npm_install() {
    [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund
}

# Runs a command, shows and keeps what it prints, and notes how many lines of that say "passed"
# and how many "failed", for scripts/test to add up. A run in which nothing passed has failed,
# unless it was skipped as a whole, for a neighbour that is not there (prove says NOTESTS).
counted() { # pattern of a pass, pattern of a failure, command...
    local passes=$1 failures=$2 status=0 passed failed
    shift 2
    mkdir -p "$(dirname "$result")"
    echo "0 1" >"$result" # what stays if we are killed
    "$@" 2>&1 | tee "$log" || status=1
    passed=$(grep -Ec "$passes" "$log") || true
    failed=$(grep -Ec "$failures" "$log") || true
    if [ "$status" = 0 ] && [ "$passed$failed" = 00 ] && grep -q '^Result: NOTESTS$' "$log"; then
        :
    elif [ "$failed" = 0 ] && { [ "$passed" = 0 ] || [ "$status" != 0 ]; }; then
        failed=1
    fi
    echo "$passed $failed" >"$result"
    echo "$name: $passed passed, $failed failed"
    [ "$failed" = 0 ]
}
