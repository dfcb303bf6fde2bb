# The machine the scripts run on: its packages, and an ordinary user with a copy of the source to
# work in, for PostgreSQL refuses to run as root. Sourced by scripts/test and scripts/demo.

build_packages=(g++ cmake ninja-build)
# With PG_CONFIG set it is the caller's own PostgreSQL that is built for.
server_packages=(postgresql-15 postgresql-server-dev-15)
# What it is tested beside.
neighbour_packages=(krb5-admin-server krb5-kdc krb5-user pgbouncer postgresql-15-cron
    postgresql-15-plproxy sqlsmith)
test_packages=(libgtest-dev libipc-run-perl make openssl perl)
lint_packages=(clang-format clang-tidy)
fuzz_packages=(clang libclang-rt-14-dev)
# What building PostgreSQL itself takes.
postgresql_packages=(bison flex libkrb5-dev libssl-dev zlib1g-dev)
browser_packages=(bsdutils chromium)
[ -z "${PG_CONFIG:-}" ] || server_packages=() neighbour_packages=()

# What is kept from one run to the next, outside of this repository.
kept=${AI_CLEANUP_ROOTS:-${XDG_CACHE_HOME:-${HOME:-}/.cache}/ai_cleanup}

fail() {
    echo "$(basename "$0"): $*" >&2
    exit 1
}

# Prints those that are not installed.
missing_packages() {
    local package
    for package; do
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
            echo "$package"
    done
}

# Installs what is missing, and only that; without anything missing it needs no rights. Scripts that
# run side by side take turns: apt gives up where another apt is at work.
need_packages() {
    local missing
    if ! command -v apt-get >/dev/null; then
        return 0 # not Debian: the build says what it does not find
    fi
    [ -n "$(missing_packages "$@")" ] || return 0
    exec 8<scripts
    flock 8
    mapfile -t missing < <(missing_packages "$@") # another may have installed them meanwhile
    [ ${#missing[@]} = 0 ] || install_packages "${missing[@]}"
    exec 8<&-
}

install_packages() {
    local log sudo=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || fail "please install, as root: $*"
        sudo=(sudo)
    fi
    echo "Installing $*"
    log=$(mktemp)
    # A server that is installed is started, and is not to keep the lock.
    if ! {
        "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update &&
            "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-upgrade \
                --no-install-recommends --option DPkg::Lock::Timeout=300 "$@"
    } >"$log" 2>&1 </dev/null 8<&-; then
        tail -n 30 "$log"
        fail "could not install: $*"
    fi
    rm -f "$log"
}

# The files of the source tree, nothing that was built: what git knows or would add, or, where
# there is no git, everything outside the folders that builds and checkouts leave.
list_source() {
    git -c safe.directory='*' ls-files -z --cached --others --exclude-standard 2>/dev/null ||
        find . \( -name build -o -name dist -o -name .git -o -name node_modules \) -prune -o -type f -print0
}

# Copies the source tree (the current folder) to another.
copy_source() { # to
    local file
    list_source | while IFS= read -r -d '' file; do
        if [ -e "$file" ]; then # git also lists what is deleted and not yet committed
            printf '%s\0' "$file"
        fi
    done | tar --create --null --files-from=- | tar --extract --no-same-owner --directory="$1"
}

# The source of each released version, to upgrade from (tests/t/083_from_release.pl): from git, or,
# in a copy without it, what was copied with that. A version of neither is left out.
copy_releases() { # to
    local version commit
    while read -r version commit; do
        if git -c safe.directory='*' cat-file -e "$commit^{commit}" 2>/dev/null; then
            mkdir -p "$1/$version"
            git -c safe.directory='*' archive "$commit" | tar --extract --directory="$1/$version"
        elif [ -d "build/releases/$version" ]; then
            mkdir -p "$1"
            cp -r "build/releases/$version" "$1"
        fi
    done < <(grep -v '^#' tests/releases)
}

# May we work in the source tree as it is?
works_in_place() {
    [ "$(id -u)" != 0 ] && [ -w . ] && { [ ! -e build ] || [ -w build ]; }
}

# Runs a command in a process group of its own, which is ended as a whole when a signal comes: by
# TERM, or by what end_by says. Sets `status`, and `interrupted` to 1 if there was such a signal;
# the caller then still has to tidy up.
run_group() { # command...
    local child
    set -m
    "$@" </dev/null &
    child=$!
    set +m
    interrupted=0
    trap 'interrupted=1; kill -s "${end_by:-TERM}" -- "-$child" 2>/dev/null || true' INT TERM HUP
    # A signal also ends the waiting.
    while :; do
        status=0
        wait "$child" || status=$?
        kill -0 "$child" 2>/dev/null || break
    done
    if [ "$interrupted" = 1 ]; then trap '' INT TERM HUP; else trap - INT TERM HUP; fi
}

# What npm has downloaded is lent to one copy at a time; others begin without it. It is no loss if it
# cannot be kept.
lend_npm_cache() { # copy
    mv -T "$kept/npm" "$1/.npm" 2>/dev/null || true
}
take_npm_cache_back() { # copy
    if [ -d "$1/.npm" ]; then
        mkdir -p "$kept" && rm -rf "$kept/npm" && mv -T "$1/.npm" "$kept/npm" || true
    fi
}

# Runs a script of this tree in a private copy of it, as an ordinary user; `copy` is its folder,
# `status` how it ended. The copy goes in the end, unless the script failed (it then says where it
# is, for it is in AI_CLEANUP_COPY) or keep is 1. A signal ends the script and whatever it has
# started; the copy goes then, too.
run_in_copy() { # keep, script, arguments...
    local keep=$1 home=$PWD user as_user=() given=()
    shift
    copy=$(mktemp -d /tmp/ai_cleanup.XXXXXX)
    trap 'rm -rf "$copy"; exit 130' INT TERM HUP
    mkdir "$copy/source" "$copy/tmp"
    copy_source "$copy/source"
    copy_releases "$copy/source/build/releases"
    if [ -n "${AI_CLEANUP_POSTGRESQL_SOURCE:-}" ]; then # where that user may not look
        cp -r "$AI_CLEANUP_POSTGRESQL_SOURCE" "$copy/postgresql"
        given=(AI_CLEANUP_POSTGRESQL_SOURCE="$copy/postgresql")
    fi
    lend_npm_cache "$copy"
    if [ "$(id -u)" = 0 ]; then
        user=postgres
        id "$user" >/dev/null 2>&1 || user=nobody
        chown -R "$user:" "$copy"
        # Not su or runuser: these stand between us and the script when a signal comes.
        as_user=(setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups)
        # How the person at the terminal does something as root, and as the user of the copy.
        export AI_CLEANUP_AS_ROOT="${SUDO_USER:+sudo }"
        export AI_CLEANUP_AS_OWNER="${SUDO_USER:+sudo }runuser -u $user -- "
    fi

    cd "$copy/source"
    run_group env HOME="$copy" TMPDIR="$copy/tmp" AI_CLEANUP_COPY="$copy" "${given[@]}" \
        "${as_user[@]}" "$@"
    cd "$home"
    take_npm_cache_back "$copy"
    if [ "$interrupted" = 1 ] || { [ "$status" = 0 ] && [ "$keep" = 0 ]; }; then
        rm -rf "$copy"
    fi
    [ "$interrupted" = 0 ] || exit 130
}
