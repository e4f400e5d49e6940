// Curves and bars. Each chart has values at its axes, the lines of its limits, and says the values under the pointer,
// or under the arrow keys.
const charts = new Map();  // by id: what is drawn, and where the pointer is

const kLeft = 52;  // room for the values at the axis
const kTop = 8;
const kUnder = 18;

// The round number at or above `n`: 1, 2 or 5 with zeros.
function roundUp(n) {
  if (!(n > 0)) return 1;
  const ten = 10 ** Math.floor(Math.log10(n));
  return [1, 2, 5, 10].find((each) => each * ten >= n * 0.999) * ten;
}

const agoText = (s) => (s < 1 ? "now" : s < 120 ? `${Math.round(s)} s ago` : `${Math.round(s / 6) / 10} min ago`);

// chart: {points, x(i) of 0..1, at(i) for people, labels: [[of 0..1, text]], lines or bars: [{name, label, values, area}],
// format, least: of the axis, limit: {value, name}}
function draw(id, chart) {
  const kept = charts.get(id);
  charts.set(id, { ...chart, cursor: kept?.cursor ?? null });
  redraw(id);
}

function axes(svg, chart, size, top) {
  const { width, height, bottom } = size;
  const drawn = [];
  for (const part of [0, 0.5, 1]) {
    const y = bottom - part * (bottom - kTop);
    drawn.push(svgElement("line", { class: "grid", x1: kLeft, x2: width, y1: y, y2: y }),
      svgElement("text", { x: kLeft - 5, y: y + 4, "text-anchor": "end" }, part === 0 ? "0" : chart.format(part * top)));
  }
  for (const [at, text] of chart.labels) {
    const anchor = at < 0.05 ? "start" : at > 0.95 ? "end" : "middle";
    const x = anchor === "end" ? width : kLeft + (anchor === "start" ? 0 : at * (width - kLeft));
    drawn.push(svgElement("text", { x, y: height - 3, "text-anchor": anchor }, text));
  }
  return drawn;
}

function redraw(id) {
  const svg = $(id);
  const chart = charts.get(id);
  const width = Math.max(svg.clientWidth, 160);
  const height = Math.max(svg.clientHeight, 90);
  const bottom = height - kUnder;
  const size = { width, height, bottom };
  const series = chart.lines ?? chart.bars;
  const stacked = (i) => series.reduce((sum, each) => sum + each.values[i], 0);
  const most = chart.bars ? Math.max(0, ...Array.from({ length: chart.points }, (_, i) => stacked(i)))
    : Math.max(0, ...series.flatMap((each) => each.values));
  const limit = chart.limit?.value > 0 ? chart.limit : null;
  const isNear = limit && limit.value <= 4 * most;
  const top = roundUp(Math.max(most, isNear ? limit.value : 0, chart.least ?? 0));
  const x = (i) => kLeft + chart.x(i) * (width - kLeft);
  const y = (value) => bottom - (value / top) * (bottom - kTop);
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const drawn = axes(svg, chart, size, top);
  if (chart.lines) drawn.push(...curves(chart, x, y, bottom));
  else drawn.push(...bars(chart, x, y, width));
  if (limit) {
    const at = isNear ? y(limit.value) : kTop;
    if (isNear) drawn.push(svgElement("line", { class: "limit", x1: kLeft, x2: width, y1: at, y2: at }));
    const text = `${limit.name} ${chart.format(limit.value)}${isNear ? "" : " (far above)"}`;
    drawn.push(svgElement("text", { class: "limit-name", x: width - 2, y: at < 24 ? at + 12 : at - 4, "text-anchor": "end" }, text));
  }
  if (chart.cursor !== null && chart.points > 0) {
    chart.cursor = Math.min(chart.cursor, chart.points - 1);
    const at = x(chart.cursor);
    drawn.push(svgElement("line", { class: "cursor", x1: at, x2: at, y1: kTop, y2: bottom }));
  }
  svg.replaceChildren(...drawn);
  say(id, chart, series);
}

function curves(chart, x, y, bottom) {
  const drawn = [];
  for (const { values, name, area } of chart.lines) {
    if (values.length < 2) continue;
    const points = values.map((value, i) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`).join("L");
    if (area) {
      const ends = [x(values.length - 1), x(0)].map((each) => each.toFixed(1));
      drawn.push(svgElement("path", { class: `area ${name}`, d: `M${points}L${ends[0]},${bottom}L${ends[1]},${bottom}Z` }));
    }
    drawn.push(svgElement("path", { class: name, d: `M${points}` }));
  }
  return drawn;
}

function bars(chart, x, y, width) {
  const drawn = [];
  const each = (width - kLeft) / Math.max(chart.points, 1);
  for (let i = 0; i < chart.points; i += 1) {
    let below = 0;
    for (const { values, name } of chart.bars) {
      if (values[i] > 0) {
        const high = Math.max(y(below) - y(below + values[i]), 1.5);
        drawn.push(svgElement("rect", { class: `bar-${name}`, x: (x(i) - each * 0.4).toFixed(1),
          y: (y(below) - high).toFixed(1), width: (each * 0.8).toFixed(1), height: high.toFixed(1) }));
      }
      below += values[i];
    }
  }
  return drawn;
}

function say(id, chart, series) {
  const name = id.replace("chart-", "");
  const last = chart.points - 1;
  const words = (i) => series.map((each) => `${each.label} ${chart.format(each.values[i])}`).join(", ");
  setText($(`read-${name}`), chart.cursor !== null && last >= 0 ? `${chart.at(chart.cursor)}: ${words(chart.cursor)}` : "");
  const title = $(id).dataset.title ?? $(id).getAttribute("aria-label");
  $(id).dataset.title = title;
  $(id).setAttribute("aria-label", last < 0 ? `${title}: nothing yet` : `${title}: ${chart.at(last)} ${words(last)}`);
}

function moveCursor(id, cursor) {
  const chart = charts.get(id);
  if (!chart) return;
  chart.cursor = cursor;
  redraw(id);
}

for (const svg of document.querySelectorAll("svg[id]")) {
  svg.addEventListener("pointermove", (event) => {
    const chart = charts.get(svg.id);
    if (!chart || chart.points === 0) return;
    const width = svg.clientWidth - kLeft;
    const at = (event.clientX - svg.getBoundingClientRect().left - kLeft) / width;
    let best = 0;
    for (let i = 1; i < chart.points; i += 1)
      if (Math.abs(chart.x(i) - at) < Math.abs(chart.x(best) - at)) best = i;
    moveCursor(svg.id, best);
  });
  svg.addEventListener("pointerleave", () => moveCursor(svg.id, null));
  svg.addEventListener("blur", () => moveCursor(svg.id, null));
  svg.addEventListener("keydown", (event) => {
    const chart = charts.get(svg.id);
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!chart || !step || chart.points === 0) return;
    event.preventDefault();
    const from = chart.cursor ?? (step < 0 ? chart.points : -1);
    moveCursor(svg.id, Math.min(Math.max(from + step, 0), chart.points - 1));
    tell($(svg.id.replace("chart-", "read-")).textContent);
  });
}
