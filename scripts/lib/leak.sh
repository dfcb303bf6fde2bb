# A leak without end into a small server, without ai_cleanup and with it: measured, drawn in the
# terminal while it happens, and as a picture. Sourced by scripts/demo, after clients.sh.
leak_seconds=6
leak_rate=10

ai_cleanup_is() { # on or off
    [ "$(psql -XAtc 'SHOW ai_cleanup.enabled')" = "$1" ]
}

# For the worker, and for all logins from now on.
switch_ai_cleanup() { # on or off
    psql -Xqc "ALTER SYSTEM SET ai_cleanup.enabled = $1" -c 'SELECT pg_reload_conf()' >/dev/null
    wait_until ai_cleanup_is "$1"
}

leak_twice() {
    switch_ai_cleanup off &&
        scripts/lib/leak $leak_seconds $leak_rate 'without ai_cleanup' &&
        switch_ai_cleanup on &&
        scripts/lib/leak $leak_seconds $leak_rate 'with ai_cleanup'
}

# Leaks twice, 13 seconds in all, draws both and writes the picture; what was measured stays
# beside it, in leak.samples. False if ai_cleanup did not get every login in, or if there was
# nothing to do for it, because none was refused without it.
#
# Needs a server that has ai_cleanup preloaded and hardly a client connected; psql in PATH; PGHOST,
# PGPORT, PGUSER (a superuser, which switches ai_cleanup) and PGDATABASE, to log in without a
# password. The role that leaks is LEAK_USER, or PGUSER if that is not set.
show_leak() { # picture to write (.svg)
    local samples lines='' columns='' status=0
    samples=$(dirname "$1")/leak.samples
    { read -r lines columns < <(stty size <&3 2>/dev/null) || true; } 3>&1

    leak_twice | tee "$samples" | LINES=$lines COLUMNS=$columns scripts/lib/plot || status=1
    psql -Xqc 'ALTER SYSTEM RESET ai_cleanup.enabled' -c 'SELECT pg_reload_conf()' >/dev/null
    scripts/lib/plot_svg <"$samples" >"$1" || status=1
    awk '$1 == "run" { runs++ } $1 == "end" { ends++ } $2 == "refused" { refused[runs]++ }
         END { exit !(runs == 2 && ends == 2 && refused[1] > 0 && !refused[2]) }' "$samples" ||
        status=1
    return $status
}
