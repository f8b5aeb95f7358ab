# summary.tsv → Markdown. -v plot=FILE names the plot beside it.

BEGIN {
    FS = "\t"
    split("rediserve webdis nginx redis-benchmark", servers, " ")
    title["rediserve"] = "RediServe"
    title["webdis"] = "Webdis"
    title["nginx"] = "nginx, static answer (no Redis)"
    title["redis-benchmark"] = "redis-benchmark, straight at Redis"
}

$1 == "about" { about[$2] = $3 }
$1 == "value" { median[$2, $3, $4] = $5; least[$2, $3, $4] = $6; most[$2, $3, $4] = $7 }
$1 == "goal" { goals[++goal_count] = $0 }

# "12.6 (7.8–13.0)" in the given format, or a dash.
function cell(scenario, server, metric, format, scale) {
    if (!((scenario, server, metric) in median))
        return "–"
    return sprintf(format " (" format "–" format ")", median[scenario, server, metric] / scale,
        least[scenario, server, metric] / scale, most[scenario, server, metric] / scale)
}

function plain(scenario, server, metric, format, scale) {
    return ((scenario, server, metric) in median) ? sprintf(format, median[scenario, server, metric] / scale) : "–"
}

function head(heading, unit) {
    print "\n" heading "\n"
    print "| | µs of processor per " unit " | " unit "s/s | p50 ms | p99 ms | resident MB |"
    print "| --- | --- | --- | --- | --- | --- |"
}

function row(name, scenario, s, format) {
    if ((scenario, s, "rate") in median)
        print "| " name " | " cell(scenario, s, "cpu", format, 1) " | " cell(scenario, s, "rate", "%.0f", 1) \
            " | " plain(scenario, s, "p50", "%.2f", 1000) " | " plain(scenario, s, "p99", "%.2f", 1000) \
            " | " plain(scenario, s, "memory", "%.1f", 1024) " |"
}

function table(heading, scenario,    i) {
    head(heading, "request")
    for (i = 1; i in servers; i++)
        row(title[servers[i]], scenario, servers[i], "%.1f")
}

function table_of_commands() {
    if (!(("command", "rediserve", "rate") in median))
        return
    head("## The same by the command API, answers in base64", "request")
    row("`POST /`, a command", "command", "rediserve", "%.1f")
    row("`POST /pipeline` of one command", "batch1", "rediserve", "%.1f")
    head("## " about["many"] " GETs in one `POST /pipeline`, figures per command, latency of the whole", "command")
    row("RediServe", "batch100", "rediserve", "%.2f")
}

END {
    print "# Benchmark of " about["date"] "\n"
    print "Machine: " about["machine"] ".\n\nVersions: " about["versions"] ".\n"
    print "Conditions: " about["conditions"] ". Median of the rounds (least–most). Made by `bench/compare`."
    table("## GET of a 100-byte value", "single")
    table("## The same, " about["depth"] " requests pipelined", "pipelined")
    table_of_commands()
    print ""
    if (goal_count)
        print "## Goals\n\nRatios are formed within each round, which cancels out what disturbed it.\n"
    for (i = 1; i <= goal_count; i++) {
        split(goals[i], g, "\t")
        printf "- %s: **%s%s** %s (%s–%s; goal: %s %s%s)\n", toupper(g[9] == "met" ? "pass" : "fail"), g[3], g[8], g[2],
            g[4], g[5], g[6], g[7], g[8]
    }
    print "\n![plot](" plot ")"
}
