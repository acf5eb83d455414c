# common.sh: what the commands of ./run share: saying what is going on, installing, building. Sourced, from the root.

say() { printf '\033[1m==>\033[0m %s\n' "$*" | { [ -t 1 ] && cat || sed 's/\x1b\[[0-9;]*m//g'; }; }
fail() {
    printf 'run: %s\n' "$*" >&2
    exit 1
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# A python3 that is a wrapper (pyenv's is a script of some thirty processes a call) is asked once where the real one is.
real_python() {
    local real
    real=$(python3 -c 'import sys; print(sys.executable)' 2>/dev/null) || return 0
    [ "$real" = "$(command -v python3)" ] || PATH=$(dirname "$real"):$PATH
}
real_python

# ---- installing ----

# Names in tools/packages.txt that serve one of the given purposes.
packages_for() {
    local purpose name about
    while read -r name about; do
        [ -n "$name" ] && [ "$name" != "#" ] || continue
        case "$about" in
            *" build:"* | "# build:"*) purpose=build ;;
            "# bench:"*) purpose=bench ;;
            *) purpose=test ;;
        esac
        case " $* " in *" $purpose "*) echo "$name" ;; esac
    done <tools/packages.txt
}

# node may have come from elsewhere than Debian; then it has its own npm.
have_package() {
    case "$1" in
        nodejs) command -v node >/dev/null && return 0 ;;
        npm) command -v npm >/dev/null && return 0 ;;
        python3) command -v python3 >/dev/null && return 0 ;;
    esac
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

install_packages() {
    local missing=() name
    command -v dpkg-query >/dev/null || { say "not Debian: install what tools/packages.txt names yourself"; return 0; }
    for name in $(packages_for "$@"); do
        have_package "$name" || missing+=("$name")
    done
    [ ${#missing[@]} = 0 ] && return 0
    say "installing ${#missing[@]} Debian packages: ${missing[*]}"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update </dev/null | tail -n 1
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends "${missing[@]}" \
        </dev/null | grep -aE "^(Need to get|Setting up)" || true
    for name in "${missing[@]}"; do
        have_package "$name" || fail "apt could not install $name"
    done
}

install_node() {
    local wanted
    wanted=$(sha256sum package-lock.json)
    [ "$(cat node_modules/.installed 2>/dev/null)" = "$wanted" ] && return 0
    say "installing npm packages from package-lock.json"
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null
    echo "$wanted" >node_modules/.installed
}

# ---- building ----

# configure NAME COMPILER [MESON OPTION…]: build/NAME; again when the list of files has changed, anew when the
# flags have.
configure() {
    local folder=build/$1 compiler=$2 inventory flags
    shift 2
    mkdir -p "$folder"
    inventory=$(python3 -B tools/sources.py .)
    flags=$(cat meson.build meson_options.txt | sha256sum)
    if [ -f "$folder/build.ninja" ] && [ "$flags" != "$(cat "$folder/flags" 2>/dev/null)" ]; then
        rm -rf "$folder"
        mkdir -p "$folder"
    fi
    if [ ! -f "$folder/build.ninja" ]; then
        CC=$compiler meson setup "$folder" "$@" >"$folder.log" 2>&1 || { tail -n 30 "$folder.log"; return 1; }
    elif [ "$inventory" != "$(cat "$folder/inventory" 2>/dev/null)" ]; then
        meson setup --reconfigure "$folder" >"$folder.log" 2>&1 || { tail -n 30 "$folder.log"; return 1; }
    fi
    printf '%s\n' "$inventory" >"$folder/inventory"
    printf '%s\n' "$flags" >"$folder/flags"
}

# compile NAME [TARGET…]: shows ninja's progress on a terminal, only what went wrong elsewhere.
compile() {
    local folder=build/$1 quiet=--quiet started=$SECONDS
    shift
    [ -t 1 ] && quiet=
    ninja $quiet -k 0 -C "$folder" "$@" || return 1
    [ -t 1 ] || echo "    $folder is built (+$((SECONDS - started)) s)"
}

build_release() { configure release gcc && compile release "$@"; }
# Sanitizers: little optimised, which compiles in four fifths of the time and runs about as fast.
build_asan() { configure asan clang -Db_sanitize=address,undefined -Doptimization=1 && compile asan "$@"; }
build_tsan() { configure tsan clang -Db_sanitize=thread -Doptimization=1 && compile tsan "$@"; }
build_fuzz() {
    local names
    mapfile -t names < <(python3 -B tools/sources.py . | awk -F'|' '$1 == "fuzz" {print $3}')
    [ ${#names[@]} != 0 ] || return 0
    configure fuzz clang -Db_sanitize=address,undefined -Dfuzz=true && compile fuzz "${names[@]}"
}

export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=1:detect_stack_use_after_return=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-halt_on_error=1:print_stacktrace=1}
export TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=1:second_deadlock_stack=1}
[ ! -f test/lsan.supp ] || export LSAN_OPTIONS=suppressions=$PWD/test/lsan.supp:print_suppressions=0
[ ! -f test/tsan.supp ] || export TSAN_OPTIONS="$TSAN_OPTIONS:suppressions=$PWD/test/tsan.supp"
[ ! -f test/lsan.supp ] || export LSAN_OPTIONS="${LSAN_OPTIONS:-suppressions=$PWD/test/lsan.supp:print_suppressions=0}"
