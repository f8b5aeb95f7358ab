# about.tsv raw.tsv → summary.tsv: medians with their range, ratios round by round, goals.
#
#     about  NAME TEXT
#     value  SCENARIO SERVER METRIC MEDIAN MIN MAX
#     goal   TEXT MEDIAN MIN MAX RELATION LIMIT met|missed
#
# raw.tsv: ROUND SCENARIO SERVER REQUESTS_PER_SECOND P50_US P99_US PROCESSOR_US MEMORY_KB; "-" is unknown.

BEGIN {
    FS = OFS = "\t"
    split("rate p50 p99 cpu memory", metrics, " ")
}

FILENAME ~ /about/ { print "about", $1, $2; next }

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

# The ratio of two servers within each round: what disturbs a round disturbs both.
function goal(text, scenario, one, other, metric, relation, limit,    r, n, list, met) {
    for (r = 1; r <= rounds; r++)
        if (((scenario, one, metric, r) in figure) && ((scenario, other, metric, r) in figure))
            list[++n] = figure[scenario, one, metric, r] / figure[scenario, other, metric, r]
    if (!n)
        return
    spread(list, n)
    met = relation == "at most" ? median <= limit : median > limit
    print "goal", text, sprintf("%.2f", median), sprintf("%.2f", least), sprintf("%.2f", most), relation, limit,
        met ? "met" : "missed"
}

END {
    for (i = 1; i <= pairs; i++) {
        split(order[i], pair, OFS)
        for (m = 1; m in metrics; m++)
            value(pair[1], pair[2], metrics[m])
    }
    goal("processor time per request ÷ nginx's static answer", "single", "rediserve", "nginx", "cpu", "at most", 1.5)
    goal("processor time per request ÷ Webdis", "single", "rediserve", "webdis", "cpu", "at most", 0.5)
    goal("requests per second ÷ redis-benchmark straight at Redis", "single", "rediserve", "redis-benchmark", "rate",
        "above", 1)
    goal("pipelined: processor time per request ÷ nginx's static answer", "pipelined", "rediserve", "nginx", "cpu",
        "at most", 0.6)
}
