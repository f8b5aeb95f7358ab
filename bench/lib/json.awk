# summary.tsv raw.tsv → JSON: what was measured where, medians, goals, and every single turn.

BEGIN { FS = "\t" }

function quote(text) {
    gsub(/\\/, "\\\\", text)
    gsub(/"/, "\\\"", text)
    return "\"" text "\""
}
function number(text) { return text == "-" ? "null" : text }
function join(list, more) { return list == "" ? more : list ",\n    " more }

FILENAME ~ /raw/ {
    turns = join(turns, sprintf("{\"round\": %d, \"scenario\": %s, \"server\": %s, \"requests_per_second\": %s, " \
        "\"p50_us\": %s, \"p99_us\": %s, \"processor_us\": %s, \"resident_kb\": %s}", $1, quote($2), quote($3),
        number($4), number($5), number($6), number($7), number($8)))
    next
}
$1 == "about" { about = join(about, quote($2) ": " quote($3)) }
$1 == "value" {
    values = join(values, sprintf("{\"scenario\": %s, \"server\": %s, \"metric\": %s, \"median\": %s, \"least\": %s, " \
        "\"most\": %s}", quote($2), quote($3), quote($4), $5, $6, $7))
}
$1 == "goal" {
    goals = join(goals, sprintf("{\"goal\": %s, \"median\": %s, \"least\": %s, \"most\": %s, \"relation\": %s, " \
        "\"limit\": %s, \"unit\": %s, \"met\": %s}", quote($2), $3, $4, $5, quote($6), $7, quote($8), $9 == "met" ? "true" : "false"))
}
END {
    printf "{\n  \"about\": {\n    %s\n  },\n  \"values\": [\n    %s\n  ],\n", about, values
    printf "  \"goals\": [\n    %s\n  ],\n  \"turns\": [\n    %s\n  ]\n}\n", goals, turns
}
