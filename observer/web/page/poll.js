// Asks again and again: each second for the state, less often for the ledger, and seldom while nobody looks.
const kEvery = 1000;
const kPatience = 4000;
const kLedgerEvery = 5000;
const kDayEvery = 60000;
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

// Asks the ledger. The longer an answer takes, the longer is the rest until the next question.
async function pollLedger() {
  const began = performance.now();
  if (!document.hidden) {
    await lookAtGroups();
    // Not while somebody turns the pages: what is on them would move.
    if (choice.marks.length === 1) await lookAtChoice();
  }
  setTimeout(pollLedger, Math.max(kLedgerEvery, 5 * (performance.now() - began)));
}

async function pollDay() {
  if (!document.hidden) showDay(await ask("/ledger/day.json", {}));
  setTimeout(pollDay, kDayEvery);
}

addEventListener("resize", () => { for (const id of charts.keys()) redraw(id); });
readAddress();
poll();
if (choice.group) showRows(null);
if (choice.id !== null) showInvoice(null);
pollLedger();
pollDay();
