# The steps of scripts/test, their results, and the sum of these. Sourced by it.
# A result is a file in $results with up to three numbers: passed, failed, skipped.

note_in() { # folder with the build
    logs=$1/logs
    results=$1/tests/results
    mkdir -p "$logs" "$results"
}

# Runs one step, quietly unless it fails, and notes its result beside those of the tests, if it
# has not done so itself. Exit status 77 says that it could not be run here; its last line why.
# Not to be called in a condition: bash would ignore `set -e` inside of it.
step() { # name, command...
    local name=$1 log=$logs/$1.log start=$SECONDS status
    shift
    [[ $name = build || $name =~ $filter ]] || return 0
    mkdir -p "$(dirname "$log")" "$(dirname "$results/$name")"
    AI_CLEANUP_RESULT=$results/$name run_group "$@" >"$log" 2>&1
    [ "$interrupted" = 0 ] || exit 130
    case $status in
        0)
            [ -e "$results/$name" ] || echo "1 0" >"$results/$name"
            say_step passed
            ;;
        77)
            echo "0 0 1" >"$results/$name"
            say_step "skipped: $(tail -n 1 "$log")"
            ;;
        *)
            grep -qs ' [1-9]' "$results/$name" || echo "0 1" >"$results/$name"
            say_step FAILED
            tail -n 60 "$log"
            echo "(all of it: $log)"
            ;;
    esac
}

# A line at once, for others may be saying something, too. With step's variables.
say_step() { # result
    printf '%-32s%s  %d s\n' "$name" "$1" $((SECONDS - start))
    echo "$((SECONDS - start)) $name" >>"$logs/times"
}

passed() { # name of a step
    [ "$(cat "$results/$1" 2>/dev/null)" = "1 0" ]
}

# Has anything been noted that failed?
any_failed() {
    grep -Eqrs --exclude='*.log' '^[0-9]+ [1-9]' "$results"
}

# What took longest, of all steps and tests.
slowest() { # how many
    printf '\nThe slowest, in seconds:\n'
    sort --reverse --numeric-sort "$logs/times" | sed -n "1,$1p" | while read -r seconds name; do
        printf '%8d  %s\n' "$seconds" "$name"
    done
}

# What failed, once more where the eye ends up: a step with the end of its log, a test with the
# lines that say so.
say_failures() {
    local file name
    { grep -Elrs --exclude='*.log' '^[0-9]+ [1-9]' "$results" || true; } | while IFS= read -r file; do
        name=${file#"$results/"}
        printf '\nFAILED: %s\n' "$name"
        [ ! -e "$logs/$name.log" ] || tail -n 20 "$logs/$name.log"
    done
    grep -hs '^ *not ok ' "$logs"/*.xml | sort -u || true
}

# The sum of the results in a folder or a file, by default of all: passed, failed, skipped.
sum_up() {
    find "${1:-$results}" -type f ! -name '*.log' -exec cat {} + |
        awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0 }'
}

# The results by kind (the first part of the names), and their sum as the very last line.
summarise() {
    local kind passed failed skipped all_passed=0 all_failed=0 all_skipped=0
    echo
    for kind in $(cd "$results" && ls | sed 's/\.log$//' | sort -u); do
        read -r passed failed skipped < <(sum_up "$results/$kind")
        printf '%-12s %5d passed %5d failed' "$kind" "$passed" "$failed"
        [ "$skipped" = 0 ] && echo || printf ' %5d skipped\n' "$skipped"
        all_passed=$((all_passed + passed))
        all_failed=$((all_failed + failed))
        all_skipped=$((all_skipped + skipped))
    done
    if [ "$all_failed" != 0 ] && [ -n "${copy:-}" ]; then
        echo "Everything is left to look at in $copy"
    fi
    echo "$all_passed passed, $all_failed failed$([ "$all_skipped" = 0 ] || echo ", $all_skipped skipped")"
    [ "$all_failed" = 0 ] && [ "$all_passed" -gt 0 ]
}
