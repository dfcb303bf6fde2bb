# Throw-away Debian systems to build and test in. Sourced by scripts/test-* after machine.sh.
#
# A root is made once, by debootstrap, and kept in a cache outside of this repository. Whatever
# happens in it goes to a layer of its own on top, which is thrown away. The mounts are made in a
# mount namespace and the processes run in a process namespace, so that nothing of either is left
# behind, whatever ends the script. All of it needs root, and a machine on which root may mount.

# What making and entering them takes.
root_packages=(debootstrap iproute2)

# Says why there cannot be any roots here; fails if there can.
roots_impossible() {
    if [ "$(id -u)" != 0 ]; then
        echo "only root can make the systems it runs in"
    elif ! command -v apt-get >/dev/null; then
        echo "only Debian can make the systems it runs in"
    elif ! unshare --mount --pid --fork true 2>/dev/null; then
        echo "root may not mount here"
    else
        return 1
    fi
}

# Sets `root` to the folder of a root, whether or not it is there.
name_root() { # as make_root
    local suite=$1
    shift
    root=$kept/$suite-$(printf '%s\n' "$@" | LC_ALL=C sort -u | paste -sd, | sha256sum | cut -c 1-12)
}

# Makes a root unless it is in the cache; `root` is then its folder. Comes into the cache by
# being renamed when it is complete, so one that was interrupted is never used. Several roots may
# be in the making at a time, with low priority: tests that run meanwhile go first.
make_root() { # suite, packages..., -- and packages that a suite may lack...
    local new
    name_root "$@"
    new=$root.new
    mkdir -p "$kept"
    exec 8>"$root.lock" # each is made by one; the others then find it
    flock 8
    if [ ! -d "$root" ]; then
        rm -rf "$new"
        mkdir -m 755 "$new"
        status=0
        end_by=KILL run_group nice setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child \
            scripts/lib/install-root "$1" "$new" "${@:2}" >"$root.log" 2>&1
        if [ "$status" = 0 ]; then
            mv "$new" "$root"
        else
            tail -n 20 "$root.log"
            rm -rf "$new"
        fi
    fi
    exec 8>&-
    [ -d "$root" ]
}

# A fresh layer on a root: a folder in which everything that in_layer writes ends up. One at a
# time: a layer that is not yet in use looks to others like one that is left over.
new_layer() { # root
    local old
    mkdir -p "$kept/layers"
    exec 8>"$kept/layers.lock"
    flock 8
    for old in "$kept"/layers/*; do # of runs that were killed
        [ ! -d "$old" ] || flock --nonblock "$old" rm -rf "$old" || true
    done
    layer=$(mktemp -d "$kept/layers/XXXXXX")
    exec 9<"$layer" # says that it is in use for as long as we run
    flock --shared 9
    exec 8>&-
    mkdir "$layer/upper" "$layer/work" "$layer/root"
    chmod 755 "$layer/upper"
    echo "$1" >"$layer/lower"
}

drop_layer() {
    exec 9<&-
    [ -z "${layer:-}" ] || rm -rf "$layer"
    layer=
}

# Runs a command in the current layer, as root, in the folder /, with no more in its environment
# than it is given: in_layer [NAME=VALUE...] COMMAND...  Sets `status`. With `network` set to
# "none" it has only a loopback interface of its own, with all ports free.
in_layer() {
    end_by=KILL run_group setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child \
        $([ "${network:-}" != none ] || echo --net) scripts/lib/enter "$layer" "$@"
}

# Copies the source tree (the current folder) to /source in the current layer.
copy_source_to_layer() {
    mkdir -p "$layer/upper/source"
    copy_source "$layer/upper/source"
    copy_releases "$layer/upper/source/build/releases"
}
