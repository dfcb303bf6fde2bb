# A throw-away PostgreSQL server with the extension, in a folder of its own; sourced by
# scripts/demo. Nobody but its owner can connect: it listens on no port, and its socket is in a
# folder that is closed to others.

# Not influenced by the settings of the user that runs this.
for variable in $(compgen -e | grep '^PG[A-Z]'); do
    unset "$variable"
done

start_cluster() { # folder, build folder, lines of configuration...
    local folder=$1 build=$2 programs
    shift 2
    programs=$(scripts/stage "$build" "$folder/stage") || return 1
    PATH=$programs:$PATH
    export PGDATA=$folder/data PGHOST=$folder PGUSER=postgres PGDATABASE=postgres
    server_log=${SERVER_LOGS:-$folder}/server.log # for a look into it afterwards, or beside the data

    initdb --auth=trust --username="$PGUSER" --encoding=UTF8 --locale=C --no-sync \
        >"$folder/initdb.log" 2>&1 || { tail "$folder/initdb.log" && return 1; }
    printf '%s\n' "listen_addresses = ''" "unix_socket_directories = '$folder'" 'fsync = off' \
        "$@" >>"$PGDATA/postgresql.conf"
    pg_ctl start --wait --silent --log="$server_log" >/dev/null
}

# Safe to call whatever has been started.
stop_cluster() {
    [ ! -e "${PGDATA:-}/postmaster.pid" ] || pg_ctl stop --mode=immediate --silent >/dev/null || true
}
