# shellcheck shell=sh
# A throw-away cluster for a benchmark: made from a staged installation, reached only through a
# unix socket in its own folder, gone when the benchmark ends. Sourced by the benchmarks.
#
# Reads their argument (the staged bin folder), runs them again as an ordinary user if need be,
# and gives them $bin, $scratch (an empty folder) and the functions below.
set -eu

here=$(cd "$(dirname "$0")" && pwd)

fail() {
    echo "$(basename "$0"): $1" >&2
    exit 1
}

bin=${1:-}
if [ -z "$bin" ]; then
    pg_ctl=$(find "$here/../build/stage" -path '*/bin/pg_ctl' 2>/dev/null | head -n 1)
    [ -n "$pg_ctl" ] || fail "no staged installation: build, then run scripts/stage build build/stage"
    bin=$(dirname "$pg_ctl")
fi
[ -x "$bin/pgbench" ] || fail "no PostgreSQL programs in $bin"
bin=$(cd "$bin" && pwd)

# PostgreSQL refuses to run as root. Not su or runuser: these would stand between us and the
# script when a signal comes, and kill it before it has tidied up.
if [ "$(id -u)" -eq 0 ]; then
    command -v setpriv >/dev/null || fail "run it as an ordinary user"
    user=postgres
    id "$user" >/dev/null 2>&1 || user=nobody
    cd /
    exec setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups \
        "$here/$(basename "$0")" "$bin"
fi

# A thousand sessions are a thousand sockets of one process.
# shellcheck disable=SC3045
ulimit -S -n "$(ulimit -H -n)"

scratch=$(mktemp -d "${TMPDIR:-/tmp}/ai_cleanup_bench.XXXXXX")
unset PGPASSWORD PGSERVICE PGOPTIONS
export HOME="$scratch" PGHOST="$scratch" PGPORT=5432 PGUSER=bench PGDATABASE=bench PGAPPNAME=bench

end() {
    status=$?
    trap - EXIT
    trap '' INT TERM
    close_sessions
    for pid_file in "$scratch"/*/postmaster.pid; do
        [ ! -e "$pid_file" ] ||
            "$bin/pg_ctl" -D "$(dirname "$pid_file")" -m immediate -w stop >/dev/null 2>&1 || true
    done
    [ "$status" -eq 0 ] || tail -n 20 "$scratch"/*.log >&2 || true
    rm -rf "$scratch"
    exit "$status"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Makes a cluster with a database for the benchmark, and starts it. Its settings are read from
# standard input.
make_cluster() {
    "$bin/initdb" -D "$scratch/data" -U bench -A trust -N >"$scratch/initdb.log" 2>&1
    {
        echo "listen_addresses = ''"
        echo "unix_socket_directories = '$scratch'"
        echo "fsync = off"
        cat
    } >>"$scratch/data/postgresql.conf"
    start_cluster data
    sql -d postgres -c 'CREATE DATABASE bench'
}

# Keeps the benchmark and all that it starts from here on to one CPU, where that can be had. What
# wakes what then costs the same each time; across CPUs it is one of two times, by chance, and what
# we measure is less than the difference.
use_one_cpu() {
    command -v taskset >/dev/null || return 0
    cpu=$(taskset -c -p "$$" | sed 's/.*[^0-9]//')
    taskset -c -p "$cpu" "$$" >/dev/null
}

# Each cluster listens under its own port number, for they share the socket's folder.
start_cluster() { # data folder[, port[, server options]]
    "$bin/pg_ctl" -D "$scratch/$1" -l "$scratch/$1.log" -w \
        -o "-p ${2:-$PGPORT} ${3:-}" start >/dev/null
}

stop_cluster() { # data folder
    "$bin/pg_ctl" -D "$scratch/$1" -m fast -w stop >/dev/null
}

sql() {
    "$bin/psql" -XAtq -v ON_ERROR_STOP=1 "$@"
}

# Opens that many idle sessions; returns when the last one has been let in.
sessions=
open_sessions() {
    rm -f "$scratch/sessions"
    mkfifo "$scratch/sessions"
    "$here/idle_sessions" "$1" >"$scratch/sessions" 2>"$scratch/sessions.log" &
    sessions=$!
    exec 3<"$scratch/sessions"
    read -r word <&3 || fail "could not open $1 sessions"
    [ "$word" = open ]
}

close_sessions() {
    [ -n "$sessions" ] || return 0
    kill "$sessions" 2>/dev/null || true
    wait "$sessions" 2>/dev/null || true
    sessions=
}

# Transactions per second of one pgbench run, the set-up of its connections left out unless
# every transaction has one of its own (-C).
pgbench_tps() {
    "$bin/pgbench" "$@" 2>"$scratch/pgbench.log" | sed -n 's/^tps = \([0-9.]*\).*/\1/p'
}

# A percentile of the numbers in a file, one on each line; between two, the mean of both.
percentile() { # percent, file
    sort -n "$2" | awk -v p="$1" '
        { v[NR] = $1 }
        END { at = 1 + (NR - 1) * p / 100; print (v[int(at)] + v[int(at + 0.999999)]) / 2 }'
}
