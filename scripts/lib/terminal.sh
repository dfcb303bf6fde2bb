# What the demo shows a person: headings, commands before their output, a bar. Colours only on a
# terminal, and not if NO_COLOR is set; blocks only where the locale has them.
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
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

heading() {
    printf '\n%s%s %s%s\n' "$bold" "$(repeat "$rule" 2)" "$1 $(repeat "$rule" $((width - 4 - ${#1})))" "$plain"
}

# Words between the commands, wrapped.
say() {
    printf '%s\n' "$*" | fold -s -w "$width"
}

indented() {
    fold -s -w $((width - 4)) | sed 's/^/    /'
}

# Output as the program printed it; the lines that bring bad news in red.
show_output() {
    local line
    indented | while IFS= read -r line; do
        case $line in
            *FATAL:*) printf '%s%s%s\n' "$red" "$line" "$plain" ;;
            *) printf '%s\n' "$line" ;;
        esac
    done
}

show_command() { # prompt, command
    printf '\n  %s%s%s %s%s\n' "$dim" "$1" "$plain$cyan" "$2" "$plain"
}

# How full the server is, for example: [██████░░░░] 12 of 20 connections
bar() { # count, limit
    local colour=$green
    [ $(($1 * 10)) -lt $(($2 * 6)) ] || colour=$yellow
    [ "$1" -lt "$2" ] || colour=$red
    printf '\n  %s%s%s%s%s  %s%d of %d%s connections\n' \
        "$colour" "$(repeat "$taken$taken" "$1")" "$dim" "$(repeat "$unused$unused" $(($2 - $1)))" \
        "$plain" "$bold$colour" "$1" "$2" "$plain"
}
