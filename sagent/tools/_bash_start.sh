# Bash reads this before the command that it is given (BASH_ENV).
#
# Standard input and output arrive as one socket, on which the shell reports, in records of a letter
# and a text that NUL ends; standard error is where everything the command writes goes. The
# descriptor is out of the way of the command's own, which like to be 200 (flock(1)); should a command
# take it all the same, nothing is written there that it would take for its own.
#
#   U  the shell is up
#   E  the exported variables    N  the names of exported functions    F  these functions
#   D  the directory; after E, N and F it says that they are whole
exec 187>&1 1>&2 </dev/null
unset BASH_ENV
if [[ -n ${SAGENT_BASH_ENV-} ]]; then
    export BASH_ENV=$SAGENT_BASH_ENV
    unset SAGENT_BASH_ENV
fi

# A subshell's directory and environment are its own. The status is the one that was found, since
# whose trap runs next may look at it.
__sagent_report() {
    local __sagent_status=$?
    if [[ ${BASH_SUBSHELL-0} == 0 && -S /dev/fd/187 ]]; then
        if [[ ${1-} == all ]]; then
            builtin printf E
            builtin export -p
            builtin printf '\0N'
            builtin declare -Fx
            builtin printf '\0F'
            builtin declare -fx
            builtin printf '\0'
        fi
        builtin printf 'D%s\0' "$PWD"
    fi >&187
    return "$__sagent_status"
} 2>/dev/null

# An exit trap hears of every end but three: the command sets its own, which is therefore made a part
# of ours; it replaces the shell by exec, or is killed, before which a command that has either word
# in it reports; and a kill from elsewhere. So each change of directory is reported as well.
cd() { builtin cd "$@" && { __sagent_report; } 2>/dev/null; }
pushd() { builtin pushd "$@" && { __sagent_report; } 2>/dev/null; }
popd() { builtin popd "$@" && { __sagent_report; } 2>/dev/null; }

__sagent_exit='if { __sagent_report all; } 2>/dev/null; then eval "${__sagent_theirs-}"; else eval "${__sagent_theirs-}"; fi'
__sagent_theirs=

trap() {
    local __sagent_word
    for __sagent_word; do
        case $__sagent_word in
        0 | [Ee][Xx][Ii][Tt] | [Ss][Ii][Gg][Ee][Xx][Ii][Tt])
            builtin trap "$@" && { __sagent_join; } 2>/dev/null
            return
            ;;
        esac
    done
    builtin trap "$@"
}

__sagent_join() {
    [[ ${BASH_SUBSHELL-0} == 0 ]] || return 0
    local __sagent_now
    __sagent_now=$(builtin trap -p EXIT)
    eval "set -- $__sagent_now"
    if [[ ${3-} != "$__sagent_exit" ]]; then
        __sagent_theirs=${3-}
        builtin trap "$__sagent_exit" EXIT
    fi
}

readonly -f __sagent_report __sagent_join
readonly __sagent_exit
builtin trap "$__sagent_exit" EXIT
builtin printf 'U\0' >&187

if [[ -n ${SAGENT_FUNCTIONS-} ]]; then
    shopt -s extglob
    eval "$SAGENT_FUNCTIONS"
    shopt -u extglob
    unset SAGENT_FUNCTIONS
fi 2>/dev/null

if [[ -n ${BASH_ENV-} && -r $BASH_ENV ]]; then
    . "$BASH_ENV"
fi

if [[ -n ${SAGENT_WATCH-} ]]; then
    unset SAGENT_WATCH
    builtin trap '{ case $BASH_COMMAND in *exec\ * | *kill\ *) __sagent_report all ;; esac; } 2>/dev/null' DEBUG
fi
