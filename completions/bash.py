#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The bash completion of all programs.

    bash.py COMMANDS.json >invoice-pipeline
"""
import sys

import specs

# bash splits words at '=' and ':' too, so that "--source=spool:/srv" is five words of COMP_WORDS: the word is taken from
# the line instead, and what bash regards as earlier words is cut off the answers.
COMMON = r"""# SPDX-License-Identifier: Apache-2.0
# bash completion for supervisor, producer, consumer, observer, clerk and invoice-pipeline. Made from what they declare.

# The paths that begin with $1, of directories if $2 says so, after the beginning $3.
_invoice_pipeline_paths() {
    local path
    case $2 in
        directory) while IFS= read -r path; do COMPREPLY+=("$3$path/"); done < <(compgen -d -- "$1") ;;
        file)
            while IFS= read -r path; do
                if [[ -d $path ]]; then COMPREPLY+=("$3$path/"); else COMPREPLY+=("$3$path "); fi
            done < <(compgen -f -- "$1")
            ;;
        command) while IFS= read -r path; do COMPREPLY+=("$3$path "); done < <(compgen -c -- "$1") ;;
        pipeline)
            for path in /dev/shm/*.ring /run/invoice-pipeline*/*.ring; do
                path=${path##*/}
                [[ $path != "$1"*.ring || $path == '*.ring' ]] || COMPREPLY+=("$3${path%.ring} ")
            done
            ;;
    esac
}

# Those of the words $3... that begin with $1, after the beginning $2. One that ends in ':' or '=' goes on.
_invoice_pipeline_words() {
    local begun=$1 before=$2 word
    shift 2
    for word; do
        [[ $word == "$begun"* ]] || continue
        case $word in *[:=]) COMPREPLY+=("$before$word") ;; *) COMPREPLY+=("$before$word ") ;; esac
    done
}

# bash regards what is before the last '=' or ':' of the word $1 as words of their own.
_invoice_pipeline_cut() {
    local i cut=${1%"${1##*[=:]}"}
    for i in "${!COMPREPLY[@]}"; do COMPREPLY[i]=${COMPREPLY[i]#"$cut"}; done
}

_invoice_pipeline() {
    local line=${COMP_LINE:0:COMP_POINT} word before='' option value
    word=${line##*[[:space:]]}
    line=${line%"$word"}
    line=${line%"${line##*[![:space:]]}"}
    option=${line##*[[:space:]]}
    value=$word
    COMPREPLY=()
    if [[ $word == --*=* ]]; then
        option=${word%%=*}
        value=${word#*=}
        before=$option=
    fi
    "_invoice_pipeline_$1" "$option" "$value" "$before" ||
        _invoice_pipeline_words "$word" '' "${_invoice_pipeline_options[@]}"
    _invoice_pipeline_cut "$word"
}
"""


def case_of(option):
    """The arm that completes the value of an option; None for a switch."""
    name = option["name"]
    if not option["argument"]:
        return None
    lines = []
    if name in specs.WORDS:
        lines.append(f'_invoice_pipeline_words "$2" "$3" {" ".join(specs.WORDS[name])}')
    elif name in specs.SPECS:
        whole, begun = specs.SPECS[name]
        lines.append("case $2 in")
        for beginning, kind in begun.items():
            if kind:
                lines.append(f'    {beginning}*) _invoice_pipeline_paths "${{2#{beginning}}}" {kind} "$3{beginning}" ;;')
        lines.append("esac")
        lines.append(f'_invoice_pipeline_words "$2" "$3" {" ".join(whole + list(begun))}')
    elif specs.kind_of(option):
        lines.append(f'_invoice_pipeline_paths "$2" {specs.kind_of(option)} "$3"')
    body = "".join(f"            {line}\n" for line in lines)
    return f"        --{name})\n{body}            ;;\n"


def function_of(program, command):
    options = specs.options_of(command)
    names = " ".join(["--" + option["name"] for option in options] +
                     [each["name"] for each in specs.commands_of(command)])
    arms = "".join(filter(None, (case_of(option) for option in options)))
    # Behind a command that is a program, what that program takes.
    handing_over = "".join(
        f"    [[ ${{COMP_LINE:0:COMP_POINT}} == *{program}[[:space:]]{word}[[:space:]]* ]] &&\n"
        f"        {{ _invoice_pipeline {name}; return; }}\n" for word, name in specs.programs_of(command).items())
    return (
        f"\n# Completes the value $2 of the option $1, after the beginning $3; false if that takes none.\n"
        f"_invoice_pipeline_{program}() {{\n"
        f"    _invoice_pipeline_options=({names})\n"
        f"    case $1 in\n{arms}        *) return 1 ;;\n    esac\n}}\n"
        f"_invoice_pipeline_for_{program}() {{\n{handing_over}    _invoice_pipeline {program}\n}}\n"
        f"complete -o nospace -F _invoice_pipeline_for_{program} {program}\n"
    )


def main(path):
    commands = specs.load(path)
    sys.stdout.write(COMMON)
    for program, command in commands.items():
        sys.stdout.write(function_of(program, command))


if __name__ == "__main__":
    main(sys.argv[1])
