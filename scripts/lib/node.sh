# A Node.js that is new enough for the npm package, and its npm: the machine's own, or else what npm
# installs into a folder of ours. Sourced by scripts/test.

# The package's floor ("engines" in npm/package.json).
node_is_new_enough() {
    command -v node >/dev/null && node -e '
        const [major, minor] = process.versions.node.split(".").map(Number);
        process.exit(major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19) ? 0 : 1);'
}

# What the npm package's tests need of the machine. May have to install packages.
need_npm() {
    # Debian's npm brings an older Node.js, which is good enough to fetch a newer one.
    command -v npm >/dev/null || need_packages npm
    need_packages iproute2 procps
}

# Sees to it that `node` in PATH is new enough, and comes with an npm of its time: Debian's npm 9
# does not take all the lock files here. As the user who runs the tests.
provide_node() { # folder
    local arch log=$1.log
    ! node_is_new_enough || return 0
    case $(uname -m) in
        x86_64) arch=x64 ;;
        aarch64) arch=arm64 ;;
        *) fail "please install Node.js 22: $(node --version) is too old" ;;
    esac
    mkdir -p "$1"
    npm install --prefix "$1" --no-save --no-audit --no-fund "node-linux-$arch@22" npm@10 \
        >"$log" 2>&1 || { tail -n 20 "$log" && fail "could not install a newer Node.js with npm"; }
    PATH=$(cd "$1" && pwd)/node_modules/.bin:$PATH
    node_is_new_enough || fail "Node.js $(node --version) is too old"
}
