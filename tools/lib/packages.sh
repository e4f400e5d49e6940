# SPDX-License-Identifier: Apache-2.0
# What a machine needs for building, running and testing, and how it gets it: Debian packages, with a reason
# each. Nothing is installed, and apt-get is not even asked, when all is there.
# To be sourced. Uses tools/lib/steps.sh.

# PACKAGE|how it is recognised: a program of that name, or else the package's own state|why it is needed
build_packages='
g++|g++|compiles the programs
meson|meson|configures the build
ninja-build|ninja|runs the build
pkgconf|pkg-config|finds the libraries
libboost-dev||shared memory (Boost.Interprocess)
libboost-program-options-dev||command line and configuration file
libfmt-dev||formats text
libexpat1-dev||reads XML
libsqlite3-dev||the ledger
libssl-dev||digests (SHA-256)
libpq-dev||the ledger in PostgreSQL
nlohmann-json3-dev||requests to and answers from programs; what the observer says
prometheus-cpp-dev||the observer: metrics
libcpp-httplib-dev||the observer: metrics and a page over HTTP
libncurses-dev||the observer: its screen
libnats-dev||the source nats://
'
run_packages='
python3|python3|makes the sample invoices
sqlite3|sqlite3|asks the ledger
'
test_packages='
python3|python3|makes invoices and counts the tests
sqlite3|sqlite3|looks into the ledger from outside
catch2||runs the tests
ccache|ccache|keeps what has been compiled before
clang|clang++|compiles everything a second time
spin|spin|checks the model of the protocol
prometheus|promtool|checks the alerts
shellcheck|shellcheck|checks the shell scripts
tmux|tmux|looks at the screen of the observer
postgresql||the server of the tests of several hosts
chromium|chromium|looks at the page of the observer
chromium-driver|chromedriver|drives that browser
scdoc|scdoc|makes the manual pages
python3-lxml||judges changed invoices by libxml2
zsh|zsh|checks its completions
fish|fish|checks its completions
libsystemd-dev||the service: what the supervisor tells systemd
nats-server||tests the source nats://
'
service_packages='
mmdebstrap|mmdebstrap|makes the machines in which the service is tested
systemd-container|systemd-nspawn|boots them
dpkg-dev|dpkg-buildpackage|builds the package
debhelper|dh|builds the package
lintian|lintian|checks the package
'
# For tools/soak, beside those for the tests.
soak_packages='
faketime|faketime|lets an hour pass in a minute
'
# Other versions of these say other things about the same code: this one decides, where there is one.
checker_packages='
clang-format-14|clang-format-14|checks the formatting
clang-tidy-14|clang-tidy-14|checks the code
'

# For bench/: what is measured always, and the peers, each of which is left out where it is missing.
bench_packages='
python3|python3|runs the measurements and writes the report
libbenchmark-dev||measures operations one by one
'
peer_packages='
golang-go|go|the peer: a Go channel
libzmq3-dev||the peer: ZeroMQ
libhiredis-dev||the peer: Redis, its client
redis-server|redis-server|the peer: Redis, its server
libconcurrentqueue-dev||the bound: a queue between threads
'

# True on Debian 12, whose archive has the packages in $checker_packages.
has_checkers_in_archive() {
    # The file is the system's own and defines what it is.
    [ -r /etc/os-release ] && (. /etc/os-release && [ "${ID:-}:${VERSION_ID:-}" = debian:12 ])
}

is_installed() {  # PACKAGE PROGRAM
    if [ -n "$2" ]; then
        command -v "$2" >/dev/null
    else
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
    fi
}

# Runs apt-get as root, without a question and without a terminal.
apt_get() {
    local as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@"
}

# Makes sure that all packages in the given lists are there: says what is missing and why, and installs it.
need_packages() {  # LIST...
    local package program why missing=()
    while IFS='|' read -r package program why; do
        [ -n "$package" ] || continue
        is_installed "$package" "$program" && continue
        [ ${#missing[@]} -gt 0 ] || echo "Missing on this machine:"
        printf '  %-30s %s\n' "$package" "$why"
        missing+=("$package")
    done < <(printf '%s\n' "$@" | sort -u -t '|' -k 1,1)
    [ ${#missing[@]} -gt 0 ] || return 0

    if ! command -v apt-get >/dev/null; then
        fail "no apt-get here: install the packages above (Debian's names) with what this system has"
    fi
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        fail "not root, and no sudo here: as root, run apt-get install ${missing[*]}"
    fi
    if [ "$(id -u)" -ne 0 ]; then
        sudo -v || fail "installing needs root: as root, run apt-get install ${missing[*]}"
    fi
    # Stale lists may do; if they do not, installing says so.
    step 'reading the package lists' apt_get update || true
    step 'installing them with apt-get' apt_get install --no-install-recommends "${missing[@]}" ||
        fail "apt-get could not install the packages: see above"
}
