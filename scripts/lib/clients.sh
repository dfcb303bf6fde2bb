# Real clients: psql processes that connect, ask something and stay connected, as the forgotten
# connections of a development server do. Sourced by scripts/demo, which sets `work`, a folder.
declare -A client_pid client_input

wait_seconds=30 # for anything that is promised; most of it takes milliseconds

# Looks again until a condition holds. False if it does not come to hold.
wait_until() { # command...
    local deadline=$((SECONDS + wait_seconds))
    until "$@"; do
        [ $SECONDS -lt $deadline ] || return 1
        sleep 0.05
    done
}

open_client() { # name, application name
    [ -p "$work/$1.in" ] || mkfifo "$work/$1.in"
    : >"$work/$1.out"
    PGAPPNAME=$2 stdbuf -oL psql -X <"$work/$1.in" >>"$work/$1.out" 2>&1 &
    client_pid[$1]=$!
    exec {client_input[$1]}>"$work/$1.in"
    ask "$1" 'SELECT count(*) AS tasks FROM task;' >/dev/null
    grep -q tasks "$work/$1.out"
}

is_running() { # name
    kill -0 "${client_pid[$1]}" 2>/dev/null
}

# A client that is gone hears nothing, which is no reason to end by SIGPIPE.
tell() { # name, command
    (trap '' PIPE && printf '%s\n' "$2" >&"${client_input[$1]}") 2>/dev/null || true
}

# Has it answered, or is it gone?
has_answered() { # name, marker
    grep -qxF -e "$2" "$work/$1.out" || ! is_running "$1"
}

# Tells a client's psql a command, waits until it is done and prints what psql printed.
ask() { # name, command
    local seen marker
    seen=$(wc -c <"$work/$1.out")
    marker="-- done $RANDOM$RANDOM"
    tell "$1" "$2"
    tell "$1" "\\echo $marker"
    wait_until has_answered "$1" "$marker" || return 1
    tail -c "+$((seen + 1))" "$work/$1.out" | grep -vxF -e "$marker" || true
}

end_client() { # name
    kill "${client_pid[$1]}" 2>/dev/null || true
    wait "${client_pid[$1]}" 2>/dev/null || true
}

end_clients() {
    local name
    for name in "${!client_pid[@]}"; do
        end_client "$name"
    done
}
