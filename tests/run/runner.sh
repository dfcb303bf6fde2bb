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

# For servers of others' making: where their logs are to go.
keep_server_logs() {
    server_logs=$BUILD/tests/$name.servers
    rm -rf "$server_logs"
    mkdir -p "$server_logs"
    export SERVER_LOGS=$server_logs
}

# How node runs tests; one that hangs has ten minutes.
node_test=(--test --test-timeout=600000 --test-reporter=tap)

# Installs what the npm package in this folder needs. What is there is left alone while it is what
# package-lock.json says.
npm_install() {
    [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund
}

# What no server may log: a failed assertion, a crash, something it has forgotten to give back, or
# any warning that tests/expected-in-logs does not expect. Prints such lines. (The rest of a
# statement of several lines is indented.)
unexpected_lines() {
    [ -d "${server_logs:-}" ] || return 0
    grep -HrE --include='*.log' '^TRAP: | (PANIC|WARNING):  |leaked|was terminated by signal' "$server_logs" |
        grep -vE ':	|(LOG|STATEMENT|DETAIL):  .*leaked' |
        grep -vEf <(expected_patterns) || true
}

expected_patterns() {
    local tests pattern
    while read -r tests pattern; do
        [[ ! $name =~ ^$tests$ ]] || echo "$pattern"
    done < <(grep -v -e '^#' -e '^$' tests/expected-in-logs)
}

# Runs a command, shows and keeps what it prints, and notes how many lines of that say "passed"
# and how many "failed", for scripts/test to add up. A run in which nothing passed has failed,
# unless it was skipped as a whole, for a neighbour that is not there (prove says NOTESTS). So has
# one whose servers logged what they should not; their logs are *.log in the folder server_logs.
counted() { # pattern of a pass, pattern of a failure, command...
    local passes=$1 failures=$2 status=0 passed failed lines
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
    lines=$(unexpected_lines)
    if [ -n "$lines" ]; then
        echo "In the servers' logs, and not in tests/expected-in-logs:"
        echo "$lines"
        failed=$((failed + 1))
    fi
    echo "$passed $failed" >"$result"
    echo "$name: $passed passed, $failed failed"
    [ "$failed" = 0 ]
}
