"use strict";
// Polls /status.json and draws it. Everything that is shown goes through textContent: no name of an invoice can
// become a part of the page.
const $ = (id) => document.getElementById(id);

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}
const svgElement = (tag, attributes, text) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
};

// ---- numbers for people ----

const count = (n) => Math.round(n).toLocaleString("en-US");
const digits = (n) => (n < 9.995 ? n.toFixed(2) : n < 99.95 ? n.toFixed(1) : count(n));
const rate = (n) => (n > 0 ? digits(n) : "0");
const percent = (share) => `${Math.round(100 * share)} %`;
function seconds(s) {
  if (s === null || s === undefined) return "–";
  if (!(s > 0)) return "0 s";
  if (s < 999.5e-6) return `${digits(s * 1e6)} µs`;
  if (s < 0.9995) return `${digits(s * 1e3)} ms`;
  if (s < 120) return `${digits(s)} s`;
  const two = (n) => String(Math.floor(n)).padStart(2, "0");
  const days = s >= 86400 ? `${Math.floor(s / 86400)} d ` : "";
  return `${days}${Math.floor((s % 86400) / 3600)}:${two((s / 60) % 60)}:${two(s % 60)}`;
}
function bytes(n) {
  const units = ["KiB", "MiB", "GiB", "TiB"];
  let value = n / 1024;
  let unit = 0;
  while (value >= 999.5 && unit < 3) { value /= 1024; unit += 1; }
  return n === 0 ? "–" : `${digits(value)} ${units[unit]}`;
}

// ---- charts ----

// Seconds from edge to edge: no wider than what there is to see.
const span = (n) => [60, 120, 300].find((seconds) => n <= seconds + 1) ?? 300;

// `ago`: how many seconds before the newest value each one is. `lines`: {values, name: "a" | "b", area}. The newest
// value is at the right edge.
function drawChart(svg, ago, lines, format) {
  const shown = span(ago[0] ?? 0);
  const width = svg.clientWidth || 300;
  const height = svg.clientHeight || 120;
  const bottom = height - 16;
  const top = 12;
  const most = Math.max(...lines.flatMap((line) => line.values), 0);
  const scale = most > 0 ? (bottom - top) / most : 0;
  const x = (i) => width - (ago[i] / shown) * width;
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const drawn = [
    svgElement("line", { class: "grid", x1: 0, x2: width, y1: top, y2: top }),
    svgElement("line", { class: "grid", x1: 0, x2: width, y1: bottom, y2: bottom }),
    svgElement("text", { x: 0, y: top - 3 }, format(most)),
    svgElement("text", { x: 0, y: height - 3 }, `${shown / 60} min ago`),
    svgElement("text", { x: width, y: height - 3, "text-anchor": "end" }, "now"),
  ];
  for (const { values, name, area } of lines) {
    if (values.length < 2) continue;
    const points = values.map((value, i) =>
      `${x(i).toFixed(1)},${(bottom - value * scale).toFixed(1)}`).join("L");
    if (area) {
      const left = x(0).toFixed(1);
      drawn.push(svgElement("path", { class: "area", d: `M${points}L${width},${bottom}L${left},${bottom}Z` }));
    }
    drawn.push(svgElement("path", { class: name, d: `M${points}` }));
  }
  svg.replaceChildren(...drawn);
}

// ---- parts of the page ----

function showState(status, stale) {
  const state = stale ? "no answer" : (status.state ?? "waiting") + (status.is_paused ? ", paused" : "");
  const good = !stale && status.health.is_good;
  const pill = $("state");
  pill.textContent = state;
  const ended = !stale && status.state === "finished";
  pill.className = `pill ${good ? (state === "running" ? "good" : "warn") : ended ? "warn" : "bad"}`;
  $("trouble").classList.toggle("warn", ended);
  let trouble = "";
  if (stale) trouble = "The observer does not answer: what is shown is what was seen last.";
  else if (!good) trouble = status.trouble || status.health.reason;
  if (!stale && status.is_attached && status.unmoved_seconds >= 3 && (status.in_flight.invoices > 0 || !good)) {
    const since = new Date(status.moved_at_us / 1000).toLocaleTimeString();
    trouble += `${trouble ? "; " : ""}nothing has moved for ${seconds(status.unmoved_seconds)}, since ${since}`;
  }
  $("trouble").textContent = trouble;
  $("trouble").hidden = !trouble;
}

const some = (n, one, more) => `${count(n)} ${n === 1 ? one : more}`;

function sourceWords(source) {
  const words = [];
  if (source.backlog > 0) {
    const age = source.oldest_seconds === null ? "" : `, the oldest for ${seconds(source.oldest_seconds)}`;
    words.push(`${some(source.backlog, "waits", "wait")}${age}`);
  }
  for (const [key, one, more, after] of kSourceWords)  // from the server's table of numbers
    if (source[key] > 0) words.push(some(source[key], one, more) + after);
  return words.join(", ") || "nothing waits";
}

function ledgerWords(ledger) {
  const words = [];
  if (ledger.last_commit_seconds === null) words.push("no commit yet");
  else words.push(`last commit ${seconds(ledger.last_commit_seconds)} ago in ${seconds(ledger.last_took_seconds)}`);
  if (ledger.errors > 0) words.push(some(ledger.errors, "failed commit", "failed commits"));
  if (ledger.free_bytes !== null) words.push(`${bytes(ledger.free_bytes)} free`);
  if (ledger.log_bytes > 0) words.push(`log ${bytes(ledger.log_bytes)}`);
  if (!ledger.is_answered) words.push("its file system does not answer");
  return words.join(", ");
}

// One box each; a red sentence where something is wrong, however short it has been so.
function showConditions(status) {
  const { source_condition: source, ledger_condition: ledger } = status;
  const fails = ledger.failing_seconds !== null && ledger.unstored_seconds !== null;
  const sourceWrong = source.state !== "fine" && (source.sentence || source.state.replaceAll("_", " "));
  const boxes = [
    ["source", status.source, sourceWrong || (status.is_paused && "paused: nothing is taken"), sourceWords(source)],
    ["ledger", status.ledger, fails && `commits fail for ${seconds(ledger.failing_seconds)}: ${ledger.error}`,
      ledgerWords(ledger)],
  ];
  $("conditions").replaceChildren(...boxes.map(([label, name, wrong, words]) => {
    const box = element("div", wrong ? "condition bad" : "condition");
    box.append(element("h2", "", label), element("span", "name", name));
    if (wrong) box.append(element("p", "wrong", wrong));
    box.append(element("p", "", words));
    return box;
  }));
}

function showTiles(status) {
  const { totals, recent } = status;
  const tiles = [
    ["acquired/s", rate(recent.acquired_per_second)],
    ["stored/s", rate(recent.stored_per_second)],
    ["in flight", count(status.in_flight.invoices)],
    ["oldest", seconds(status.in_flight.oldest_seconds)],
    ["acquired", count(totals.acquired) + (totals.expected ? ` of ${count(totals.expected)}` : "")],
    ["booked", count(totals.booked)],
    ["rejected", count(totals.rejected)],
    ["failed", count(totals.failed), totals.failed > 0],
    ["duplicates", count(totals.duplicates)],
  ];
  $("tiles").replaceChildren(...tiles.map(([label, value, bad]) => {
    const tile = element("div", bad ? "tile bad" : "tile");
    tile.append(element("b", "", value), element("span", "", label));
    return tile;
  }));
}

function bar(parts) {
  const made = element("div", "bar");
  for (const [className, share] of parts) {
    const part = element("i", className);
    part.style.width = `${Math.min(100, Math.max(0, 100 * share))}%`;
    made.append(part);
  }
  return made;
}

function showFills(status) {
  const { ring, storage, in_flight: flight } = status;
  const rows = [
    ["ring", ring.invoices / ring.capacity, `${count(ring.invoices)} of ${count(ring.capacity)}`],
    ["hands", 0, count(flight.in_hands)],
    ["storage", storage.records / storage.capacity, `${count(storage.records)} of ${count(storage.capacity)}`],
  ];
  $("fills").replaceChildren(...rows.map(([label, share, text]) => {
    const row = element("div", "fill");
    row.append(element("span", "", label), label === "hands" ? element("span") : bar([["", share]]),
      element("span", "", text));
    return row;
  }));
}

function tableRow(cells, tag) {
  const row = element("tr");
  for (const [content, className] of cells) {
    const cell = element(tag, className);
    if (content instanceof Node) cell.append(content); else cell.textContent = content;
    if (tag === "td" && className?.includes("wide")) cell.title = content;
    row.append(cell);
  }
  return row;
}

function showLatency(status) {
  $("window").textContent = `of the last ${seconds(status.recent.seconds)}`;
  const rows = [["waiting", "waiting"], ["processing", "processing"], ["until_durable", "until durable"]];
  $("latency").replaceChildren(
    tableRow([["", "left"], ["p50", ""], ["p99", ""], ["p99.9", ""], ["mean", "phone-hidden"]], "th"),
    ...rows.map(([key, label]) => {
      const recent = status.latency[key].recent;
      const show = (s) => (recent.count ? seconds(s) : "–");
      return tableRow([[label, "left"], [show(recent.p50_seconds), ""], [show(recent.p99_seconds), ""],
        [show(recent.p999_seconds), ""], [show(recent.mean_seconds), "phone-hidden"]], "td");
    }));
}

const stateClass = { running: "good", stopped: "warn", dead: "bad", absent: "", unknown: "warn" };
const sharesBar = (s) => bar([["w", s.working], ["r", s.waiting_for_room], ["f", s.flushing],
  ["i", s.waiting_for_input]]);

function processRow(name, process, perSecond, invoice) {
  const death = process.last_death;
  return tableRow([
    [name, "left"], [process.pid || "–", "phone-hidden"], [process.state, `left ${stateClass[process.state]}`],
    [process.shares ? sharesBar(process.shares) : "", "left"], [perSecond, ""],
    [invoice ? invoice.id : "", "left wide"], [invoice ? seconds(invoice.seconds) : "", ""],
    [invoice ? invoice.attempt : "", "phone-hidden"], [process.deaths ?? "", ""],
    [death ? `${death.cause}, ${seconds(death.ago_seconds)} ago` : "", "left phone-hidden"],
    [bytes(process.private_bytes), "phone-hidden"]], "td");
}

function showProcesses(status) {
  const head = [["process", "left"], ["pid", "phone-hidden"], ["state", "left"], ["time", "left"], ["items/s", ""],
    ["invoice", "left"], ["for", ""], ["attempt", "phone-hidden"], ["died", ""], ["last death", "left phone-hidden"],
    ["memory", "phone-hidden"]];
  $("processes").replaceChildren(
    tableRow(head, "th"),
    processRow("supervisor", status.supervisor, "", null),
    processRow("producer", status.producer, rate(status.recent.acquired_per_second), null),
    ...status.consumers.map((consumer) => processRow(`consumer ${consumer.place}`, consumer,
      rate(consumer.items_per_second), consumer.invoice)));
}

function showCharts(status) {
  const h = status.history;
  const ago = h.ago_seconds;
  drawChart($("chart-rate"), ago, [{ values: h.acquired_per_second, name: "a" },
    { values: h.stored_per_second, name: "b" }], rate);
  drawChart($("chart-flight"), ago, [{ values: h.in_flight, name: "a", area: true }], count);
  drawChart($("chart-latency"), ago, [{ values: h.until_durable_p99_seconds, name: "b" }], seconds);
}

function consumers({ wanted_consumers: wanted, least_consumers: least, most_consumers: most }) {
  return `${wanted} consumer${wanted === 1 ? "" : "s"}${least === most ? "" : ` (${least} to ${most})`}`;
}

function show(status) {
  $("name").textContent = status.name;
  document.title = `${status.name}: ${status.state ?? "waiting"}`;
  showState(status, false);
  document.body.classList.toggle("has-status", status.state !== null);
  if (status.state === null) {
    $("advice").textContent = status.trouble || "waiting for a pipeline of that name";
    return;
  }
  $("where").textContent = `up ${seconds(status.supervisor.up_seconds)}, ${consumers(status.supervisor)}`;
  $("advice").textContent = status.is_attached ? status.advice.sentence : "";
  showConditions(status);
  showTiles(status);
  showCharts(status);
  showFills(status);
  showLatency(status);
  showProcesses(status);
}

// ---- polling ----

const kEvery = 1000;
const kPatience = 4000;
let last = null;

async function poll() {
  try {
    const answer = await fetch("/status.json", { cache: "no-store", signal: AbortSignal.timeout(kPatience) });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    last = await answer.json();
    show(last);
  } catch (error) {
    showState(last ?? {}, true);
  }
  setTimeout(poll, document.hidden ? 5 * kEvery : kEvery);
}
addEventListener("resize", () => { if (last?.state) showCharts(last); });
poll();
