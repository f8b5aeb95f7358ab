# summary.tsv → SVG: panels of horizontal bars, the range of the rounds as a thin line across each bar's end.

BEGIN {
    FS = "\t"
    colour["rediserve"] = "#2a6f97"
    colour["webdis"] = "#adb5bd"
    colour["nginx"] = "#8d99ae"
    colour["redis-benchmark"] = "#d6ccc2"
    width = 740; label = 170; room = 430; bar = 22; step = 30
}

$1 == "about" { about[$2] = $3 }
$1 == "value" { median[$2, $3, $4] = $5; least[$2, $3, $4] = $6; most[$2, $3, $4] = $7 }

function escape(text) {
    gsub(/&/, "\\&amp;", text)
    gsub(/</, "\\&lt;", text)
    return text
}
function put(line) { body = body line "\n" }
function text(x, y, class, words) { put(sprintf("<text x=\"%d\" y=\"%d\" class=\"%s\">%s</text>", x, y, class, escape(words))) }

# what: "SCENARIO SERVER NAME…"; leaves them in globals.
function take(what,    part) {
    split(what, part, " ")
    scenario = part[1]
    server = part[2]
    name = substr(what, length(scenario " " server " ") + 1)
}

function draw_bar(metric, format, scale,    length_, middle, from, to) {
    length_ = median[scenario, server, metric] * scale
    from = label + least[scenario, server, metric] * scale
    to = label + most[scenario, server, metric] * scale
    middle = y + bar / 2
    text(label - 10, middle + 4, "name", name)
    put(sprintf("<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\" fill=\"%s\"/>", label, y, length_, bar,
        colour[server]))
    put(sprintf("<path d=\"M%.1f %.1fH%.1fM%.1f %.1fv8M%.1f %.1fv8\" class=\"range\"/>", from, middle, to, from,
        middle - 4, to, middle - 4))
    text((to > label + length_ ? to : label + length_) + 8, middle + 4, "figure",
        sprintf(format, median[scenario, server, metric]))
    y += step
}

# what: the bars, separated by "|".
function panel(heading, what, metric, format,    i, bars, longest) {
    split(what, bars, "|")
    for (i = 1; i in bars; i++) {
        take(bars[i])
        if ((scenario, server, metric) in median && most[scenario, server, metric] > longest)
            longest = most[scenario, server, metric]
    }
    if (!longest)
        return
    text(20, y + 14, "heading", heading)
    y += 28
    for (i = 1; i in bars; i++) {
        take(bars[i])
        if ((scenario, server, metric) in median)
            draw_bar(metric, format, room / longest)
    }
    y += 14
}

END {
    y = 58
    own = "single rediserve GET /keys/k|command rediserve POST /|batch1 rediserve POST /pipeline of one"
    others = "single webdis Webdis|single nginx nginx, static"
    panel("Processor time per request, µs (less is better)", own "|" others, "cpu", "%.1f µs")
    panel("Processor time per GET when there are many at once, µs (less is better)",
        "pipelined rediserve " about["depth"] " requests pipelined|batch100 rediserve POST /pipeline of " about["many"] \
        "|pipelined nginx nginx, " about["depth"] " pipelined", "cpu", "%.1f µs")
    panel("Requests per second (more is better)", own "|" others "|single redis-benchmark direct to Redis", "rate", "%.0f")
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\">\n", width,
        y + 24, width, y + 24
    print "<style>text{font:13px system-ui,sans-serif;fill:#333}.title{font-weight:600;font-size:16px}.heading{font-weight:600}" \
        ".name{text-anchor:end}.note{font-size:11px;fill:#777}.range{stroke:#222;stroke-width:1.2;fill:none}</style>"
    printf "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n", width, y + 24
    printf "<text x=\"20\" y=\"30\" class=\"title\">%s</text>\n", escape("GET of a 100-byte value over HTTP, one server thread")
    printf "%s<text x=\"20\" y=\"%d\" class=\"note\">%s</text>\n</svg>\n", body, y + 10,
        escape(about["date"] " · " about["machine"] " · bars: median of the rounds, lines: least to most")
}
