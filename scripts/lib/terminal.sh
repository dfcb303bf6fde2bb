# What the demo shows a person: headings, commands before their output, a bar. Colours only on a
# terminal, and not if NO_COLOR is set; blocks only where the locale has them.
if [ -t 1 ] && [ "${TERM:-dumb}" != dumb ]; then
    redraw=$'\r\e[2K' # a bar is drawn again in its place while the count changes
else
    redraw=''
fi
if [ -n "$redraw" ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' green=$'\e[32m' yellow=$'\e[33m' cyan=$'\e[36m'
    plain=$'\e[0m'
else
    bold='' dim='' red='' green='' yellow='' cyan='' plain=''
fi
case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
    *UTF-8 | *utf8) taken='█' unused='░' rule='─' ;;
    *) taken='#' unused='.' rule='-' ;;
esac
width=78

repeat() { # text, times
    local i
    for ((i = 0; i < $2; i++)); do printf '%s' "$1"; done
}

chapter=0
heading() {
    chapter=$((chapter + 1))
    printf '\n\n%s%s %d. %s %s%s\n' "$bold" "$rule$rule" $chapter "$1" \
        "$(repeat "$rule" $((width - 8 - ${#1})))" "$plain"
}

# No line is longer than the terminal we write for, none ends in a blank.
wrapped() { # width
    fold -s -w "$1" | sed 's/ *$//'
}

# A paragraph between the commands.
say() {
    printf '\n%s\n' "$*" | wrapped $width
}

# Output as the program printed it; the lines that bring bad news in red.
show_output() {
    local line colour
    while IFS= read -r line; do
        colour=''
        [[ $line != *FATAL:* ]] || colour=$red
        printf '%s%s%s\n' "$colour" "$(wrapped $((width - 4)) <<<"$line" | sed 's/^/    /')" "$plain"
    done
}

show_command() { # prompt, command
    printf '\n  %s%s%s %s%s%s\n' "$dim" "$1" "$plain" "$cyan" "$2" "$plain"
}

# How full the server is: ██████░░░░  12 of 20 connections
bar() { # count, limit
    local colour=$green
    [ $(($1 * 10)) -lt $(($2 * 6)) ] || colour=$yellow
    [ "$1" -lt "$2" ] || colour=$red
    printf '  %s%s%s%s%s  %s%d of %d%s connections' \
        "$colour" "$(repeat "$taken$taken" "$1")" "$plain$dim" \
        "$(repeat "$unused$unused" $(($2 - $1)))" "$plain" "$bold$colour" "$1" "$2" "$plain"
}
