# shellcheck shell=bash
# PgBouncer as people run it, in front of a benchmark's server: it takes in far more clients than
# there are, and has as many connections as it is told. Sourced after cluster.sh.

pgbouncer_port=6432
pgbouncer=

start_pgbouncer() { # port of the server, pool_mode, connections, more lines...
    printf '"%s" ""\n' app bench >"$scratch/users"
    {
        echo '[databases]'
        echo "bench = host=$scratch port=$1"
        echo '[pgbouncer]'
        printf '%s\n' "listen_port = $pgbouncer_port" "unix_socket_dir = $scratch" \
            'auth_type = trust' "auth_file = $scratch/users" 'max_client_conn = 5000' \
            "pool_mode = $2" "default_pool_size = $3"
        shift 3
        printf '%s\n' "$@"
    } >"$scratch/pgbouncer.ini"
    # It ends with us, however that comes about.
    setpriv --pdeathsig TERM /usr/sbin/pgbouncer "$scratch/pgbouncer.ini" \
        2>>"$scratch/pgbouncer.log" &
    pgbouncer=$!
    await test -S "$scratch/.s.PGSQL.$pgbouncer_port"
}

# From 1.23 on it would wait for its clients if it were asked to end.
stop_pgbouncer() {
    [ -n "$pgbouncer" ] || return 0
    kill -KILL "$pgbouncer"
    wait "$pgbouncer" 2>/dev/null || true
    rm -f "$scratch/.s.PGSQL.$pgbouncer_port"
    pgbouncer=
}

await() { # command...
    local deadline=$((SECONDS + 60))
    until "$@"; do
        [ $SECONDS -lt $deadline ] || fail "in vain: $*"
        sleep 0.1
    done
}
