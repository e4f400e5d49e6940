# SPDX-License-Identifier: Apache-2.0
# Build trees: configured once, and anew when the arguments have changed. To be sourced.

# Configures DIR with the arguments of `meson setup`. A tree that somebody configured by hand is used as it is;
# one of ours that was configured otherwise is made anew.
configure() {  # DIR ARGUMENT...
    local dir=$1 wanted
    shift
    wanted="CXX=${CXX:-} $*"
    if [ -f "$dir/build.ninja" ]; then
        [ -f "$dir/.configured" ] || return 0
        [ "$(cat "$dir/.configured")" != "$wanted" ] || return 0
    fi
    rm -rf "$dir"
    meson setup "$@" "$dir" && printf '%s\n' "$wanted" >"$dir/.configured"
}

# Configures and builds; the targets are all if none is given.
build() {  # DIR CONFIGURE-ARGUMENTS-IN-ONE-STRING TARGET...
    local dir=$1 arguments
    read -ra arguments <<<"$2"
    shift 2
    configure "$dir" "${arguments[@]}" && ninja -C "$dir" "$@"
}

# The name of the compiler for Meson, which looks for ccache itself only when it chooses the compiler.
compiler() {  # PROGRAM
    if command -v ccache >/dev/null; then printf 'ccache %s' "$1"; else printf '%s' "$1"; fi
}

# True if clang++ is here and brings libFuzzer.
has_libfuzzer() {
    command -v clang++ >/dev/null && echo 'extern "C" int LLVMFuzzerTestOneInput(const char*, unsigned long) { return 0; }' |
        clang++ -fsanitize=fuzzer -x c++ -o /dev/null - 2>/dev/null
}

# What clang++ compiles for libFuzzer's coverage and with sanitizers whose first finding ends the program: all, or the
# targets given. A stack needs lines only; all that a debugger needs takes a fifth more time.
build_sanitized() {  # DIR TARGET...
    local dir=$1
    shift
    CXX=$(compiler clang++) build "$dir" \
        '--werror -Dfuzz=true -Doptimization=1 -Ddebug=false -Dcpp_args=-gline-tables-only -Db_sanitize=address,undefined -Db_lundef=false' "$@"
}
