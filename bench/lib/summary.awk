# about.tsv raw.tsv → summary.tsv: medians with their range, ratios round by round, goals.
#
#     about  NAME TEXT
#     value  SCENARIO SERVER METRIC MEDIAN MIN MAX
#     goal   TEXT MEDIAN MIN MAX RELATION LIMIT UNIT met|missed
#
# raw.tsv: ROUND SCENARIO SERVER REQUESTS_PER_SECOND P50_US P99_US PROCESSOR_US MEMORY_KB; "-" is unknown.

BEGIN {
    FS = OFS = "\t"
    split("rate p50 p99 cpu memory", metrics, " ")
}

FILENAME ~ /about/ { print "about", $1, $2; about[$1] = $2; next }

{
    if (!(($2, $3) in seen)) {
        seen[$2, $3] = 1
        order[++pairs] = $2 OFS $3
    }
    if ($1 > rounds)
        rounds = $1
    for (m = 1; m in metrics; m++)
        if ($(m + 3) != "-")
            figure[$2, $3, metrics[m], $1] = $(m + 3)
}

# Sorts list[1..n] and leaves median, least and most in globals.
function spread(list, n,    i, j, held) {
    for (i = 2; i <= n; i++) {
        held = list[i]
        for (j = i - 1; j >= 1 && list[j] > held; j--)
            list[j + 1] = list[j]
        list[j + 1] = held
    }
    least = list[1]
    most = list[n]
    median = n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
}

function value(scenario, server, metric,    r, n, list) {
    for (r = 1; r <= rounds; r++)
        if ((scenario, server, metric, r) in figure)
            list[++n] = figure[scenario, server, metric, r]
    if (!n)
        return
    spread(list, n)
    print "value", scenario, server, metric, median, least, most
}

# list[1..n]: the figures of the rounds.
function judge(text, list, n, relation, limit, unit,    met) {
    if (!n)
        return
    spread(list, n)
    met = relation == "at most" ? median <= limit : median > limit
    print "goal", text, sprintf("%.2f", median), sprintf("%.2f", least), sprintf("%.2f", most), relation, limit, unit,
        met ? "met" : "missed"
}

# The ratio of two turns, "SCENARIO SERVER" each, within each round: what disturbs a round disturbs both.
function ratio(text, one, other, metric, relation, limit,    r, n, list, a, b) {
    split(one, a, " ")
    split(other, b, " ")
    for (r = 1; r <= rounds; r++)
        if (((a[1], a[2], metric, r) in figure) && ((b[1], b[2], metric, r) in figure))
            list[++n] = figure[a[1], a[2], metric, r] / figure[b[1], b[2], metric, r]
    judge(text, list, n, relation, limit, "×")
}

# One figure of one turn.
function bound(text, one, metric, relation, limit, unit,    r, n, list, a) {
    split(one, a, " ")
    for (r = 1; r <= rounds; r++)
        if ((a[1], a[2], metric, r) in figure)
            list[++n] = figure[a[1], a[2], metric, r]
    judge(text, list, n, relation, limit, unit)
}

END {
    for (i = 1; i <= pairs; i++) {
        split(order[i], pair, OFS)
        for (m = 1; m in metrics; m++)
            value(pair[1], pair[2], metrics[m])
    }
    nginx = "single nginx"
    webdis = "single webdis"
    ratio("processor time per request ÷ nginx's static answer", "single rediserve", nginx, "cpu", "at most", 1.5)
    ratio("processor time per request ÷ Webdis", "single rediserve", webdis, "cpu", "at most", 0.5)
    ratio("requests per second ÷ redis-benchmark straight at Redis", "single rediserve", "single redis-benchmark", "rate",
        "above", 1)
    ratio("pipelined: processor time per request ÷ nginx's static answer", "pipelined rediserve", "pipelined nginx", "cpu",
        "at most", 0.6)
    ratio("POST /: processor time per request ÷ nginx's static answer", "command rediserve", nginx, "cpu", "at most", 1.75)
    ratio("POST /: processor time per request ÷ Webdis", "command rediserve", webdis, "cpu", "at most", 0.6)
    ratio("POST /pipeline of one: processor time per request ÷ nginx's static answer", "batch1 rediserve", nginx, "cpu",
        "at most", 1.75)
    ratio("POST /pipeline of one: processor time per request ÷ Webdis", "batch1 rediserve", webdis, "cpu", "at most", 0.6)
    bound("POST /pipeline of " about["many"] ": processor time per command", "batch100 rediserve", "cpu", "at most", 1, " µs")
}
