// The state of the pipeline, from /status.json.

function showState(status, stale) {
  const state = stale ? "no answer" : (status.state ?? "waiting") + (status.is_paused ? ", paused" : "");
  const good = !stale && status.health.is_good;
  const pill = $("state");
  setText(pill, state);
  const ended = !stale && status.state === "finished";
  pill.className = `pill ${good ? (state === "running" ? "good" : "warn") : ended ? "warn" : "bad"}`;
  $("trouble").classList.toggle("warn", ended);
  let trouble = "";
  if (stale) trouble = "The observer does not answer: what is shown is what was seen last.";
  else if (!good) trouble = status.trouble || status.health.reason;
  let since = "";
  if (!stale && status.is_attached && status.unmoved_seconds >= 3 && (status.in_flight.invoices > 0 || !good)) {
    const at = new Date(status.moved_at_us / 1000).toLocaleTimeString();
    since = `${trouble ? "; " : ""}nothing has moved for ${seconds(status.unmoved_seconds)}, since ${at}`;
  }
  // Two elements: what changes each second is not announced each second.
  setText($("trouble-what"), trouble);
  setText($("trouble-since"), since);
  $("trouble").hidden = !trouble && !since;
}

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
  fill($("conditions"), ...boxes.map(([label, name, wrong, words]) => {
    const box = element("div", wrong ? "condition bad" : "condition");
    box.append(element("h2", "", label), element("span", "name", name));
    if (wrong) box.append(element("p", "wrong", wrong));
    box.append(element("p", "", words));
    return box;
  }));
}

function showTiles(status) {
  const { totals, recent } = status;
  const failed = totals.stored > 0 ? totals.failed / totals.stored : 0;
  const tiles = [
    ["acquired/s", rate(recent.acquired_per_second)],
    ["stored/s", rate(recent.stored_per_second)],
    ["in flight", count(status.in_flight.invoices)],
    ["oldest", seconds(status.in_flight.oldest_seconds)],
    ["acquired", count(totals.acquired) + (totals.expected >= totals.acquired ? ` of ${count(totals.expected)}` : "")],
    ["booked", count(totals.booked)],
    ["rejected", count(totals.rejected)],
    ["failed", count(totals.failed), failed > 0.05 ? "bad" : failed > 0 ? "warn" : "good"],
    ["failing share", share(totals.failed, totals.stored), failed > 0.05 ? "bad" : failed > 0 ? "warn" : "good"],
    ["duplicates", count(totals.duplicates)],
  ];
  fill($("tiles"), ...tiles.map(([label, value, color]) => {
    const tile = element("div", color ? `tile ${color}` : "tile");
    tile.append(element("dt", "", label), element("dd", "", value));
    return tile;
  }));
}

function bar(parts, label) {
  const made = element("div", "bar");
  made.setAttribute("role", "img");
  made.setAttribute("aria-label", label);
  for (const [className, part] of parts) {
    const made_part = element("i", className);
    made_part.style.width = `${Math.min(100, Math.max(0, 100 * part))}%`;
    made.append(made_part);
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
  fill($("fills"), ...rows.map(([label, part, text]) => {
    const row = element("div", "fill");
    row.append(element("span", "", label), label === "hands" ? element("span") : bar([["", part]], text),
      element("span", "", text));
    return row;
  }));
}

function tableRow(cells, tag) {
  const row = element("tr");
  for (const [content, className] of cells) {
    const cell = element(tag, className);
    if (tag === "th") cell.scope = "col";
    if (content instanceof Node) cell.append(content); else cell.textContent = content;
    row.append(cell);
  }
  return row;
}

function table(into, head, rows) {
  const top = element("thead");
  top.append(tableRow(head, "th"));
  const body = element("tbody");
  body.append(...rows.map((cells) => tableRow(cells, "td")));
  fill(into, top, body);
}

function showLatency(status) {
  setText($("window"), `of the last ${seconds(status.recent.seconds)}`);
  const rows = [["waiting", "waiting"], ["processing", "processing"], ["until_durable", "until durable"]];
  table($("latency"), [["step", "left"], ["p50", ""], ["p99", ""], ["p99.9", ""], ["mean", "phone-hidden"]],
    rows.map(([key, label]) => {
      const recent = status.latency[key].recent;
      const show = (s) => (recent.count ? seconds(s) : "–");
      return [[label, "left"], [show(recent.p50_seconds), ""], [show(recent.p99_seconds), ""],
        [show(recent.p999_seconds), ""], [show(recent.mean_seconds), "phone-hidden"]];
    }));
}

// The last death of each place, the newest first.
function showDeaths(status) {
  const all = [["producer", status.producer], ...status.consumers.map((each) => [`consumer ${each.place}`, each])]
    .filter(([, process]) => process.last_death)
    .sort(([, a], [, b]) => a.last_death.ago_seconds - b.last_death.ago_seconds);
  const rest = status.consumer_deaths - status.consumers.reduce((sum, each) => sum + each.deaths, 0);
  const items = all.map(([name, process]) => {
    const item = element("li");
    item.append(element("strong", "", `${name}: `), `${process.last_death.cause}, `,
      element("span", "since", before(process.last_death.ago_seconds)),
      process.deaths > 1 ? `; ${count(process.deaths)} deaths in all` : "");
    return item;
  });
  if (rest > 0) items.push(element("li", "", `${some(rest, "death", "deaths")} of places that are not in use any more`));
  fill($("deaths"), ...(items.length ? items : [element("li", "", "No process has died.")]));
}

const stateClass = { running: "good", stopped: "warn", dead: "bad", absent: "", unknown: "warn" };
const percent = (part) => `${Math.round(100 * part)} %`;
const sharesBar = (s) => bar([["w", s.working], ["r", s.waiting_for_room], ["f", s.flushing], ["i", s.waiting_for_input]],
  `works ${percent(s.working)}, waits for room ${percent(s.waiting_for_room)}, flushes ${percent(s.flushing)}, ` +
  `waits for input ${percent(s.waiting_for_input)}`);

function processRow(name, process, perSecond, invoice) {
  const death = process.last_death;
  let shown = "";
  if (invoice) {
    shown = button(invoice.id, "show-invoice", { id: invoice.id });
    shown.className = "link";
  }
  return [
    [name, "left"], [process.pid || "–", "phone-hidden"], [process.state, `left ${stateClass[process.state]}`],
    [process.shares ? sharesBar(process.shares) : "", "left"], [perSecond, ""],
    [shown, "left wide"], [invoice ? seconds(invoice.seconds) : "", ""],
    [invoice ? invoice.attempt : "", "phone-hidden"], [process.deaths ?? "", ""],
    [death ? `${death.cause}, ${before(death.ago_seconds)}` : "", "left wide phone-hidden"],
    [bytes(process.private_bytes), "phone-hidden"]];
}

function showProcesses(status) {
  const head = [["process", "left"], ["pid", "phone-hidden"], ["state", "left"], ["time", "left"], ["items/s", ""],
    ["invoice", "left"], ["for", ""], ["attempt", "phone-hidden"], ["died", ""], ["last death", "left phone-hidden"],
    ["memory", "phone-hidden"]];
  table($("processes"), head, [
    processRow("supervisor", status.supervisor, "", null),
    processRow("producer", status.producer, rate(status.recent.acquired_per_second), null),
    ...status.consumers.map((consumer) => processRow(`consumer ${consumer.place}`, consumer,
      rate(consumer.items_per_second), consumer.invoice))]);
}

// ---- charts of the last minutes, or of the last hour ----

let showsHour = false;

function showCharts(status) {
  const past = showsHour ? status.hour : status.history;
  const since = past.ago_seconds;
  const all = showsHour ? 3600 : [60, 120, 300].find((each) => (since[0] ?? 0) <= each + 1) ?? 300;
  const common = {
    points: since.length,
    x: (i) => 1 - Math.min(since[i] / all, 1),
    at: (i) => agoText(since[i]),
    labels: [[0, agoText(all)], [0.5, agoText(all / 2)], [1, "now"]],
  };
  draw("chart-rate", { ...common, format: rate, lines: [
    { values: past.acquired_per_second, name: "a", label: "acquired" },
    { values: past.stored_per_second, name: "b", label: "stored" },
    { values: past.failed_per_second, name: "x", label: "failed", area: true }] });
  draw("chart-flight", { ...common, format: count, least: 2, limit: { value: status.ring.capacity, name: "capacity of the ring" },
    lines: [{ values: past.in_flight, name: "a", label: "in flight", area: true }] });
  draw("chart-latency", { ...common, format: seconds,
    lines: [{ values: past.until_durable_p99_seconds, name: "b", label: "p99" }] });
  draw("chart-work", { ...common, format: seconds, limit: { value: status.item_timeout_seconds, name: "timeout" },
    lines: [{ values: past.longest_in_work_seconds, name: "b", label: "longest" }] });
}

function showDay(day) {
  const note = $("day-note");
  note.hidden = !day.error && day.is_whole;
  if (day.error) setText(note, day.error);
  else if (!day.is_whole) setText(note, `The ledger is too large to count within the time limit: only what was stored since ${timeOf(day.reached_at_us)} UTC is counted.`);
  const hours = day.hours ?? [];
  const clock = (i) => `${String(new Date(hours[i].begins_at_us / 1000).getHours()).padStart(2, "0")}:00`;
  const values = (name) => hours.map((hour) => hour[name]);
  const middle = (i) => (i + 0.5) / hours.length;
  draw("chart-day", { points: hours.length, format: count, least: 2, x: middle, at: (i) => `from ${clock(i)}`,
    labels: [0, 6, 12, 18, 23].filter((i) => i < hours.length).map((i) => [middle(i), clock(i)]),
    bars: [{ values: values("booked"), name: "a", label: "booked" },
      { values: values("rejected"), name: "y", label: "rejected" },
      { values: values("failed"), name: "x", label: "failed" }] });
}

function consumers({ wanted_consumers: wanted, least_consumers: least, most_consumers: most }) {
  return `${wanted} consumer${wanted === 1 ? "" : "s"}${least === most ? "" : ` (${least} to ${most})`}`;
}

function show(status) {
  setText($("name"), status.name);
  document.title = `${status.name}: ${status.state ?? "waiting"}`;
  showState(status, false);
  document.body.classList.toggle("has-status", status.state !== null);
  if (status.state === null) {
    setText($("advice"), status.trouble || "waiting for a pipeline of that name");
    return;
  }
  setText($("where"), `up ${seconds(status.supervisor.up_seconds)}, ${consumers(status.supervisor)}`);
  setText($("advice"), status.is_attached ? status.advice.sentence : "");
  showConditions(status);
  showTiles(status);
  showCharts(status);
  showFills(status);
  showLatency(status);
  showDeaths(status);
  showProcesses(status);
}
