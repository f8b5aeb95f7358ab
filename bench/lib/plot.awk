# summary.tsv → SVG: three panels of horizontal bars, the range of the rounds as a thin line across each bar's end.

BEGIN {
    FS = "\t"
    split("rediserve webdis nginx redis-benchmark", servers, " ")
    title["rediserve"] = "RediServe"; colour["rediserve"] = "#2a6f97"
    title["webdis"] = "Webdis"; colour["webdis"] = "#adb5bd"
    title["nginx"] = "nginx, static"; colour["nginx"] = "#8d99ae"
    title["redis-benchmark"] = "direct to Redis"; colour["redis-benchmark"] = "#d6ccc2"
    width = 720; label = 130; room = 440; bar = 22; step = 30
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

function draw_bar(s, scenario, metric, format, scale,    length_, middle, from, to) {
    length_ = median[scenario, s, metric] * scale
    from = label + least[scenario, s, metric] * scale
    to = label + most[scenario, s, metric] * scale
    middle = y + bar / 2
    text(label - 10, middle + 4, "name", title[s])
    put(sprintf("<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\" fill=\"%s\"/>", label, y, length_, bar, colour[s]))
    put(sprintf("<path d=\"M%.1f %.1fH%.1fM%.1f %.1fv8M%.1f %.1fv8\" class=\"range\"/>", from, middle, to, from,
        middle - 4, to, middle - 4))
    text((to > label + length_ ? to : label + length_) + 8, middle + 4, "figure", sprintf(format, median[scenario, s, metric]))
    y += step
}

function panel(heading, scenario, metric, format,    i, s, longest) {
    for (i = 1; i in servers; i++)
        if ((scenario, servers[i], metric) in median && most[scenario, servers[i], metric] > longest)
            longest = most[scenario, servers[i], metric]
    if (!longest)
        return
    text(20, y + 14, "heading", heading)
    y += 28
    for (i = 1; i in servers; i++)
        if ((scenario, servers[i], metric) in median)
            draw_bar(servers[i], scenario, metric, format, room / longest)
    y += 14
}

END {
    y = 58
    panel("Processor time per request, µs (less is better)", "single", "cpu", "%.1f µs")
    panel("Processor time per request with " about["depth"] " requests pipelined, µs (less is better)", "pipelined", "cpu",
        "%.1f µs")
    panel("Requests per second (more is better)", "single", "rate", "%.0f")
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\">\n", width,
        y + 24, width, y + 24
    print "<style>text{font:13px system-ui,sans-serif;fill:#333}.title{font-weight:600;font-size:16px}.heading{font-weight:600}" \
        ".name{text-anchor:end}.note{font-size:11px;fill:#777}.range{stroke:#222;stroke-width:1.2;fill:none}</style>"
    printf "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n", width, y + 24
    printf "<text x=\"20\" y=\"30\" class=\"title\">%s</text>\n", escape("GET of a 100-byte value over HTTP, one server thread")
    printf "%s<text x=\"20\" y=\"%d\" class=\"note\">%s</text>\n</svg>\n", body, y + 10,
        escape(about["date"] " · " about["machine"] " · bars: median of the rounds, lines: least to most")
}
