# The CSV of a soak → SVG: requests, failures and memory over time, faults as stripes behind them.

BEGIN { FS = ","; width = 900; left = 70; room = 810; height = 120; gap = 46; top = 64 }

NR > 1 {
    n++
    second[n] = $1
    acknowledged[n] = $3
    failed[n] = $4 + $5 + $6
    memory[n] = $7 / 1048576
    fault[n] = $9
}

function escape(text) {
    gsub(/&/, "\\&amp;", text)
    gsub(/</, "\\&lt;", text)
    return text
}
function text(x, y, class, words) { printf "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">%s</text>\n", x, y, class, escape(words) }
function x_of(i) { return left + room * second[i] / second[n] }

# A round number that is at least this.
function ceiling(value,    unit) {
    for (unit = 1; unit * 10 < value; unit *= 10) { }
    if (value <= unit * 2) return unit * 2
    if (value <= unit * 5) return unit * 5
    return unit * 10
}

# Several samples of one pixel are one point: the mean.
function curve(y, values, most, colour,    i, each, sum, count, path, command) {
    each = n > room ? int(n / room) + 1 : 1
    command = "M"
    for (i = 1; i <= n; i++) {
        sum += values[i]
        if (++count < each && i < n)
            continue
        path = path sprintf("%s%.1f %.1f", command, x_of(i), y + height - height * sum / count / most)
        command = "L"
        sum = count = 0
    }
    printf "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.2\"/>\n", path, colour
}

function panel(heading, values, colour,    i, most, greatest) {
    for (i = 1; i <= n; i++)
        if (values[i] > greatest)
            greatest = values[i]
    most = ceiling(greatest)
    text(left, y - 8, "heading", heading)
    for (i = 1; i <= n; i++)
        if (fault[i] != "")
            printf "<rect x=\"%.2f\" y=\"%d\" width=\"%.2f\" height=\"%d\" class=\"fault\"/>\n", x_of(i) - room / second[n], y,
                room / second[n], height
    printf "<path d=\"M%d %dV%dH%d\" class=\"axis\"/>\n", left, y, y + height, left + room
    text(left - 8, y + 10, "scale", most)
    text(left - 8, y + height, "scale", "0")
    curve(y, values, most, colour)
    y += height + gap
}

END {
    if (!n)
        exit 1
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\">\n", width,
        top + 3 * (height + gap) + 20, width, top + 3 * (height + gap) + 20
    print "<style>text{font:13px system-ui,sans-serif;fill:#333}.title{font-weight:600;font-size:16px}.heading{font-weight:600}" \
        ".scale{font-size:11px;text-anchor:end}.note{font-size:11px;fill:#777}.axis{stroke:#999;fill:none}.fault{fill:#f4d6cc}</style>"
    print "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>"
    text(20, 28, "title", title)
    y = top
    panel("Requests acknowledged per second", acknowledged, "#2a6f97")
    panel("Requests refused, in doubt or cut off per second", failed, "#c1440e")
    panel("Resident memory of the three gateways, MB", memory, "#5a7d2a")
    text(left, y - gap + 18, "scale", "0 s")
    text(left + room, y - gap + 18, "scale", second[n] " s")
    text(20, y - 4, "note", note " · shaded: a fault, up to when service was normal again")
    print "</svg>"
}
