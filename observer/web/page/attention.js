// What failed, was rejected, waits or is held: groups by reason, the invoices of one group, one invoice. The choice is in
// the address behind #, so it stays while the page refreshes or is loaded again, and can be sent to somebody.

const choice = {
  group: null,  // {status, reason}
  id: null,
  from: 0,      // the first group on the page
  marks: [""],  // where each page of the group's invoices begins; the last one is shown
};

const groupKey = ({ status, reason }) => `${status} ${reason}`;
const isChosen = (group) => choice.group !== null && groupKey(choice.group) === groupKey(group);
function tell(text) { setText($("said"), text); }

function writeAddress() {
  const words = new URLSearchParams();
  if (choice.group) { words.set("status", choice.group.status); words.set("reason", choice.group.reason); }
  if (choice.id !== null) words.set("id", choice.id);
  const text = words.toString();
  history.pushState(null, "", text ? `#${text}` : location.pathname);
}

function readAddress() {
  const words = new URLSearchParams(location.hash.slice(1));
  choice.group = words.has("status") ? { status: words.get("status"), reason: words.get("reason") ?? "" } : null;
  choice.id = words.get("id");
  choice.marks = [""];
}

// ---- asking ----

async function ask(path, words) {
  const query = new URLSearchParams(words).toString();
  try {
    const answer = await fetch(query ? `${path}?${query}` : path, { cache: "no-store", signal: AbortSignal.timeout(6000) });
    return { ...await answer.json(), code: answer.status };
  } catch {
    return { error: "The observer does not answer." };
  }
}

// ---- groups ----

const chip = (group) => element("span", `chip ${group.is_held ? "held" : group.status}`, group.is_held ? "held" : group.status);

function groupItem(group, now) {
  const item = element("li");
  item.dataset.key = groupKey(group);
  const made = button("", "show-group", { status: group.status, reason: group.reason });
  if (isChosen(group)) made.setAttribute("aria-current", "true");
  const since = (us) => ago((now - us) / 1e6);
  const each = digits(group.attempts / group.invoices).replace(/\.?0+$/, "") || "0";
  const newest = since(group.newest_at_us);
  const oldest = since(group.oldest_at_us);
  const ages = newest === oldest ? newest : `${newest} to ${oldest}`;
  made.append(chip(group), element("strong", "number", count(group.invoices)),
    element("span", "reason", group.reason || "no reason is given"),
    element("span", "facts", `${each} ${each === "1" ? "attempt" : "attempts"} each; stored ${ages === "now" ? ages : `${ages} ago`}`));
  item.append(made);
  return item;
}

function pages(into, text, back, on) {
  into.hidden = !back && !on;
  const parts = [button("Newer", back ?? "", {}), element("span", "", text), button("Older", on ?? "", {})];
  parts[0].disabled = !back;
  parts[2].disabled = !on;
  fill(into, ...parts);
}

function showGroups(found) {
  const note = $("attention-note");
  const sentences = [];
  if (found.error) sentences.push(found.error);
  for (const rest of found.rests ?? [])
    sentences.push(`The ledger is too large to count within the time limit: of what is ${rest.status}, only what was stored since ${timeOf(rest.reached_at_us)} UTC is counted.`);
  if (found.others > 0) sentences.push(`${some(found.others, "invoice has", "invoices have")} other reasons, which are too many to list.`);
  setText(note, sentences.join(" "));
  note.hidden = sentences.length === 0;
  if (found.error) return;
  setText($("attention-count"), found.invoices === 0 ? "nothing" :
    `${some(found.invoices, "invoice", "invoices")}, ${some(found.groups, "reason", "reasons")}`);
  const items = found.page.map((group) => groupItem(group, found.at_us));
  fill($("group-list"), ...(items.length ? items : [element("li", "empty", "Nothing failed, was rejected, waits or is held.")]));
  const last = found.from + found.page.length;
  pages($("group-pages"), `${count(found.from + 1)} to ${count(last)} of ${count(found.groups)}`,
    found.from > 0 && "groups-back", last < found.groups && "groups-on");
  const [back, , on] = $("group-pages").children;
  setText(back, "More frequent");
  setText(on, "Less frequent");
}

// ---- the invoices of a group ----

function rowItem(row, now) {
  const item = element("li");
  item.dataset.key = row.id;
  const made = button("", "show-invoice", { id: row.id });
  if (choice.id === row.id) made.setAttribute("aria-current", "true");
  let due = "";
  if (row.is_leased) due = "; is tried again";
  else if (row.due_at_us !== null) due = row.due_at_us > now + 1500000 ? `; due in ${ago((row.due_at_us - now) / 1e6)}` : "; due now";
  made.append(element("strong", "id", row.id),
    element("span", "facts", `${some(row.attempts, "attempt", "attempts")}; stored ${before((now - row.stored_at_us) / 1e6)}${due}`));
  if (row.reason !== choice.group.reason) made.append(element("span", "reason", row.reason));
  item.append(made);
  return item;
}

function showRows(found) {
  $("rows").hidden = choice.group === null;
  if (choice.group === null) return;
  const { status, reason } = choice.group;
  setText($("rows-title"), `${status}: ${reason || "no reason is given"}`);
  if (!found) return fill($("row-list"), element("li", "empty", "..."));
  if (found.error) return fill($("row-list"), element("li", "empty", found.error));
  const items = found.rows.map((row) => rowItem(row, found.at_us));
  const none = found.is_cut ? "None among the newest ones; there are older ones to look through." : "None any more.";
  fill($("row-list"), ...(items.length ? items : [element("li", "empty", none)]));
  choice.next = found.next;
  pages($("row-pages"), `page ${choice.marks.length}`, choice.marks.length > 1 && "rows-back", found.next && "rows-on");
}

// ---- one invoice ----

const labelOf = (name) => name.replace(/_us$/, "").replaceAll("_", " ");

function part(title, ...content) {
  const made = element("section", "part");
  made.append(element("h4", "", title), ...content);
  return made;
}

function listOf(texts) {
  const made = element("ul", "plain");
  made.append(...texts.map((text) => element("li", "", text)));
  return made;
}

function commandLine(text, i) {
  const made = element("div", "command");
  const copy = button("Copy", "copy", { command: text });
  const verb = text.split(" ")[1];
  copy.setAttribute("aria-label", `Copy the command ${verb}`);
  if (i === 0) made.classList.add("first");
  made.append(element("code", "", text), copy);
  return made;
}

function unknownInvoice(id) {
  const works = last?.consumers?.find((consumer) => consumer.invoice?.id === id);
  if (works) return `Consumer ${works.place} works on it for ${seconds(works.invoice.seconds)}, attempt ${works.invoice.attempt}; the ledger does not know it yet.`;
  return "The ledger does not know it. It may be under way, in the source, or called something else: ids count as a whole, as they are shown.";
}

function invoiceParts(found) {
  const parts = [];
  const reason = found.fields.find(([name]) => name === "reason");
  if (reason) parts.push(element("p", "why", reason[1]));
  if (found.commands.length) parts.push(part("What to do", ...found.commands.map(commandLine)));
  const files = found.files.map((file) => file.path + (file.is_the_one ? "" : " (another file of that name)"));
  if (found.is_of_spool) parts.push(part("File", listOf(files.length ? files : ["Neither in the spool nor in a folder of it."])));
  if (found.body_bytes !== null) parts.push(part("Body", element("p", "", `${some(found.body_bytes, "byte is", "bytes are")} kept with it.`)));
  const past = found.history.map((outcome) =>
    `${timeOf(outcome.stored_at_us)} UTC: ${outcome.status}, ${some(outcome.attempts, "attempt", "attempts")}${outcome.reason ? `: ${outcome.reason}` : ""}`);
  if (found.history_rows > past.length) past.push(`and ${count(found.history_rows - past.length)} more`);
  parts.push(part("History", past.length ? listOf(past) : element("p", "", "No outcome was replaced.")));
  const others = found.duplicates.map((other) => `${timeOf(other.seen_at_us)} UTC: ${other.source}, position ${other.position}`);
  if (found.duplicate_rows === null) others.push("There was no time to look for all of them.");
  else if (found.duplicate_rows > others.length) others.push(`and ${count(found.duplicate_rows - others.length)} more`);
  if (others.length) parts.push(part("Others with this id", listOf(others)));
  if (found.pruned.length) parts.push(part("Pruned", listOf(found.pruned)));
  const fields = element("dl", "fields");
  for (const [name, value] of found.fields) {
    const row = element("div");
    row.append(element("dt", "", labelOf(name)), element("dd", "", value));
    fields.append(row);
  }
  parts.push(part("Row", found.fields.length ? fields : element("p", "", "It has no row any more.")));
  return parts;
}

function showInvoice(found) {
  $("invoice").hidden = choice.id === null;
  if (choice.id === null) return;
  const title = $("invoice-title");
  const status = found?.status ? [element("span", `chip ${found.status}`, found.status), document.createTextNode(" ")] : [];
  fill(title, ...status, document.createTextNode(found?.id ?? choice.id));
  if (!found) return fill($("invoice-body"), element("p", "", "..."));
  if (found.error) {
    return fill($("invoice-body"), element("p", "", found.code === 404 ? unknownInvoice(choice.id) : found.error));
  }
  fill($("invoice-body"), ...invoiceParts(found));
}

// ---- looking again ----

let asked = 0;  // the answers of an older choice are not shown

async function lookAtGroups() { showGroups(await ask("/ledger/groups.json", choice.from ? { from: choice.from } : {})); }

async function lookAtChoice() {
  asked += 1;
  const now = asked;
  const { group, id } = choice;
  const behind = choice.marks.at(-1);
  const work = [];
  if (id !== null) work.push(ask("/ledger/invoice.json", { id }).then((found) => now === asked && showInvoice(found)));
  if (group) work.push(ask("/ledger/group.json", { ...group, behind }).then((found) => now === asked && showRows(found)));
  await Promise.all(work);
}

function markChosen() {
  for (const each of $("group-list").querySelectorAll("button"))
    each.toggleAttribute("aria-current", isChosen(each.dataset));
  for (const each of $("row-list").querySelectorAll("button"))
    each.toggleAttribute("aria-current", each.dataset.id === choice.id);
  for (const each of document.querySelectorAll("#attention [aria-current]")) each.setAttribute("aria-current", "true");
}

// Shows the new choice, and brings its panel into sight.
async function choose(panel) {
  markChosen();
  if (panel === "rows") showRows(null);
  if (panel === "invoice") showInvoice(null);
  $("rows").hidden = choice.group === null;
  $("invoice").hidden = choice.id === null;
  const work = lookAtChoice();
  if (panel) $(panel).scrollIntoView({ block: "nearest" });
  await work;
  if (panel) {
    $(panel).scrollIntoView({ block: "nearest" });
    tell(panel === "rows" ? `${$("row-list").querySelectorAll("button").length} invoices are shown` : "The invoice is shown");
  }
}

async function copy(text) {
  let isCopied = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without TLS a browser may have no clipboard: by way of a selection.
    const area = element("textarea", "said");
    area.value = text;
    document.body.append(area);
    area.select();
    isCopied = document.execCommand("copy");
    area.remove();
  }
  tell(isCopied ? "The command is copied" : "The browser does not let it be copied: select it");
}

const actions = {
  "show-group": ({ status, reason }) => { choice.group = { status, reason }; choice.id = null; choice.marks = [""]; writeAddress(); choose("rows"); },
  "close-group": () => { choice.group = null; writeAddress(); choose(null); $("attention").focus(); },
  "show-invoice": ({ id }) => { choice.id = id; writeAddress(); choose("invoice"); },
  "close-invoice": () => { choice.id = null; writeAddress(); choose(null); $("attention").focus(); },
  "groups-back": () => { choice.from = Math.max(0, choice.from - 50); lookAtGroups(); },
  "groups-on": () => { choice.from += 50; lookAtGroups(); },
  "rows-back": () => { choice.marks.pop(); lookAtChoice(); },
  "rows-on": () => { choice.marks.push(choice.next); lookAtChoice(); },
  "history": () => chooseTime(false),
  "hour": () => chooseTime(true),
};

function chooseTime(isHour) {
  showsHour = isHour;
  for (const each of document.querySelectorAll(".choice button"))
    each.setAttribute("aria-pressed", String((each.dataset.do === "hour") === isHour));
  if (last?.state) showCharts(last);
}

document.addEventListener("click", async (event) => {
  const pressed = event.target.closest?.("button[data-do]");
  if (!pressed) return;
  if (pressed.dataset.do !== "copy") return actions[pressed.dataset.do]?.({ ...pressed.dataset });
  await copy(pressed.dataset.command);
  pressed.textContent = "Copied";
  pressed.focus();
});

$("search").addEventListener("submit", (event) => {
  event.preventDefault();
  const id = $("search-id").value.trim();
  if (id) actions["show-invoice"]({ id });
});

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.matches?.("input, textarea");
  if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    $("search-id").focus();
    $("search-id").select();
  } else if (event.key === "Escape" && !isTyping) {
    if (choice.id !== null) actions["close-invoice"]();
    else if (choice.group !== null) actions["close-group"]();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const item = event.target.closest?.(".list li");
    const other = event.key === "ArrowDown" ? item?.nextElementSibling : item?.previousElementSibling;
    if (!other) return;
    event.preventDefault();
    other.querySelector("button")?.focus();
  }
});

addEventListener("popstate", () => { readAddress(); showRows(null); showInvoice(null); choose(null); });
