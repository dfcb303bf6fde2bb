# PostgreSQL's source, of which we use the tests and the suppressions for valgrind, or all of it to
# build a server: from Debian's source package, by apt with lists and sources of its own. Sourced
# after machine.sh.
#
# It is kept in a cache outside of this repository; remove it there to have it fetched again.
# AI_CLEANUP_POSTGRESQL_SOURCE names a source tree to use instead.

# What fetching and unpacking it takes.
source_packages=(bzip2 xz-utils)

# The parts that the tests use.
tests_source=(--wildcards '*/src/test/regress/*' '*/src/test/isolation/*' '*/src/tools/valgrind.supp'
    '*/contrib/dblink/*' '*/contrib/postgres_fdw/*')

# Sees to it that AI_CLEANUP_POSTGRESQL_SOURCE is a folder with what we use, of the version that we
# build for. Debian may have a newer server than source: then it is the newest one it has. Fails,
# and says why, if there is none.
provide_postgresql_source() { # "whole", or the parts that the tests use
    local version tree new log parts=("${tests_source[@]}")
    [ -z "${AI_CLEANUP_POSTGRESQL_SOURCE:-}" ] || return 0
    version=$("${PG_CONFIG:-pg_config}" --version | sed -n 's/^PostgreSQL \([0-9.]*\).*/\1/p')
    [ -n "$version" ] || { echo "there is no pg_config" && return 1; }
    tree=$kept/postgresql-$version-tests
    [ "${1:-}" != whole ] || { tree=${tree%-tests}-whole && parts=(); }
    if [ ! -d "$tree" ]; then
        command -v apt-get >/dev/null || { echo "only Debian's source of PostgreSQL is used" && return 1; }
        mkdir -p "$kept"
        new=$(mktemp -d "$kept/new.XXXXXX")
        log=$tree.log
        # Into the cache by being renamed, so one that was interrupted is never used.
        if (fetch_postgresql_source "$version" "$new" "${parts[@]}") >"$log" 2>&1; then
            mv -T "$new/tree" "$tree"
        fi
        rm -rf "$new"
        if [ ! -d "$tree" ]; then
            tail -n 5 "$log"
            echo "PostgreSQL's source could not be had: $log"
            return 1
        fi
    fi
    export AI_CLEANUP_POSTGRESQL_SOURCE=$tree
}

fetch_postgresql_source() ( # version of the server, folder, what tar is to unpack...
    local package=postgresql-${1%%.*} version=$1 folder=$2 apt
    shift 2
    set -e
    cd "$folder"
    mkdir -p lists/partial cache/archives/partial tree
    # shellcheck disable=SC2016 # for apt to fill in
    apt-get indextargets --format 'deb-src $(REPO_URI) $(RELEASE) $(COMPONENT)' \
        'Created-By: Packages' 'Origin: Debian' | sort -u >sources.list
    apt=(-o "Dir::Etc::SourceList=$folder/sources.list" -o Dir::Etc::SourceParts=/dev/null
        -o "Dir::State::Lists=$folder/lists" -o "Dir::Cache=$folder/cache"
        -o "APT::Sandbox::User=$(id -un)")
    apt-get "${apt[@]}" update
    # That of the server before all others, and of those the newest.
    apt-cache "${apt[@]}" showsrc "$package" | sed -n 's/^Version: //p' | sort -u --reverse --version-sort |
        awk -v wanted="$version-" '{ print index($0, wanted) == 1 ? 0 : 1, $0 }' | sort --stable --key=1,1 |
        while read -r _ version; do
            if apt-get "${apt[@]}" source --download-only --tar-only "$package=$version"; then
                break
            fi
        done
    tar --extract --file="$(ls ./*.orig.tar.*)" --directory=tree --strip-components=1 --no-same-owner "$@"
    ls ./*.orig.tar.* | sed 's/.*_\(.*\)\.orig\..*/\1/' >tree/version
)
