# Bash reads this before the command that it is given (BASH_ENV).
#
# Standard input and output arrive as one socket, on which the shell reports its directory, ended by
# NUL; standard error is where everything the command writes goes. A descriptor as high as 200 is
# out of the way of the command's own.
exec 200>&1 1>&2 </dev/null
unset BASH_ENV
if [ -n "${SAGENT_BASH_ENV-}" ]; then
    export BASH_ENV=$SAGENT_BASH_ENV
    unset SAGENT_BASH_ENV
fi

__sagent_report() {
    # A subshell's directory is its own.
    [ "$BASHPID" != "$$" ] || builtin printf '%s\0' "$PWD" >&200 || :
} 2>/dev/null

# An exit trap hears of every end but three: the command sets its own, replaces the shell by exec,
# or is killed. So each change is reported as well.
cd() { builtin cd "$@" && __sagent_report; }
pushd() { builtin pushd "$@" && __sagent_report; }
popd() { builtin popd "$@" && __sagent_report; }
trap __sagent_report EXIT

if [ -n "${BASH_ENV-}" ] && [ -r "$BASH_ENV" ]; then
    . "$BASH_ENV"
fi
