"""The scripts that shells read: they ask the sagent that is being written, and complete paths."""

from collections.abc import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sagent.cli._completion_parser import Shell

# Each passes on the words up to the cursor, and puts in what comes back: lines of a word, a tab and
# what it is; or :files and :directories, which shells know best. The command that is asked is the
# one of the line, so that two installations complete each their own.

_BASH = r"""
_sagent() {
    local command=$1 word=$2 line quoted
    [[ $command == "~/"* ]] && command=$HOME/${command:2}
    [[ $word == [=:] ]] && word=
    COMPREPLY=()
    while IFS= read -r line; do
        case $line in
            :files) compopt -o filenames; _sagent_paths -f "$word" ;;
            :directories) compopt -o filenames; _sagent_paths -d "$word" ;;
            *) printf -v quoted %q "${line%%$'\t'*}"; COMPREPLY+=("$quoted") ;;
        esac
    done < <("$command" __complete bash "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
_sagent_paths() {
    local line
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen "$1" -- "$2")
}
complete -F _sagent sagent sagent-slack
"""

_ZSH = r"""#compdef sagent sagent-slack
_sagent() {
    local line about
    local -a found shown
    while IFS= read -r line; do
        case $line in
            :files) compset -P '--[^=]#='; _files ;;
            :directories) compset -P '--[^=]#='; _files -/ ;;
            *)
                found+=("${line%%$'\t'*}")
                about=${line#*$'\t'}
                shown+=("${line%%$'\t'*}${about:+  -- $about}")
                ;;
        esac
    done < <("${(Q)words[1]/#\~\//$HOME/}" __complete zsh \
        "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)
    (( ${#found} )) && compadd -l -d shown -a found
}
if [[ ${funcstack[1]} == _sagent ]]; then
    _sagent "$@"
else
    compdef _sagent sagent sagent-slack
fi
"""

_FISH = r"""
function __sagent_words
    set -l before (commandline -opc)
    set -l word (commandline -ct)
    set -l command (string replace -r '^~/' "$HOME/" -- $before[1])
    for line in ($command __complete fish $before[2..-1] "$word" 2>/dev/null)
        switch $line
            case :files
                __fish_complete_path (string replace -r '^--[^=]*=' '' -- "$word")
            case :directories
                __fish_complete_directories (string replace -r '^--[^=]*=' '' -- "$word") ''
            case '*'
                echo $line
        end
    end
end
complete -c sagent -f -a '(__sagent_words)'
complete -c sagent-slack -f -a '(__sagent_words)'
"""

SCRIPTS: "Mapping[Shell, str]" = {"bash": _BASH.lstrip(), "zsh": _ZSH, "fish": _FISH.lstrip()}
"""By the shells' names."""
