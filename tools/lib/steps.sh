# SPDX-License-Identifier: Apache-2.0
# Steps: long commands whose output nobody wants to read unless they fail. A step is one line with its time;
# on a terminal the line shows meanwhile what the command is saying. To be sourced with $logs naming a directory.

fail() {  # MESSAGE
    printf '%s: %s\n' "${0##*/}" "$1" >&2
    exit 1
}

# Runs the command without input, its output in $logs/N-TITLE.log and also in $step_log's name. Returns its
# status; when it fails, the end of the output is shown. A text in the file $step_note is put on the line.
step_number=0
step() {  # TITLE COMMAND...
    local title=$1 status=0 ticker='' began=$SECONDS note=''
    shift
    step_number=$((step_number + 1))
    mkdir -p "$logs"
    step_log=$(printf '%s/%02d-%s.log' "$logs" "$step_number" "${title//[^a-zA-Z0-9]/-}")
    step_note=$step_log.note
    rm -f "$step_note"
    : >"$step_log"
    if [ -t 1 ]; then
        show_meanwhile "$title" "$step_log" "$began" &
        ticker=$!
    fi
    # In the foreground, so that Ctrl-C reaches the command as well.
    "$@" >"$step_log" 2>&1 </dev/null || status=$?
    if [ -n "$ticker" ]; then
        kill "$ticker" 2>/dev/null
        wait "$ticker" 2>/dev/null || true
        printf '\r\033[K'
    fi
    [ ! -s "$step_note" ] || note="  $(cat "$step_note")"
    rm -f "$step_note"
    if [ "$status" -eq 0 ]; then
        printf '  %-38s %4d s%s\n' "$title" $((SECONDS - began)) "$note"
        return 0
    fi
    printf '  %-38s %4d s%s  FAILED\n\n' "$title" $((SECONDS - began)) "$note"
    tail -n 100 "$step_log"
    printf '\n(the end of %s)\n\n' "$step_log"
    return "$status"
}

# A step that is left out, and why.
skip_step() {  # TITLE REASON
    printf '  %-38s      -  skipped: %s\n' "$1" "$2"
}

# Until it is killed: the title, the seconds and the last line of the log, cut to the terminal's width.
show_meanwhile() {  # TITLE LOG BEGAN
    local columns last
    columns=$(tput cols 2>/dev/null || echo 80)
    while sleep 1; do
        last=$(tail -c 1000 "$2" | tr '\r' '\n' | grep -v '^[[:space:]]*$' | tail -n 1 | tr -cd '[:print:]')
        printf '\r\033[K%s' "$(printf '  %-38s %4d s  %s' "$1" $((SECONDS - $3)) "$last" | cut -c "1-$((columns - 1))")"
    done
}
