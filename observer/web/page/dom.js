"use strict";
// Elements, and a way to change the page without losing what a person has selected in it. Everything that is shown goes
// through textContent: no name of an invoice can become a part of the page.
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

const setText = (node, text) => { if (node.textContent !== text) node.textContent = text; };
const keyOf = (node) => (node.nodeType === 1 ? node.getAttribute("data-key") : null);

function morphNode(old, fresh) {
  if (old.nodeType !== 1) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  for (const { name } of [...old.attributes])
    if (!fresh.hasAttribute(name) && name !== "style") old.removeAttribute(name);
  for (const { name, value } of fresh.attributes)
    if (name !== "style" && old.getAttribute(name) !== value) old.setAttribute(name, value);
  // The policy forbids the attribute, and permits its properties.
  if (old.style.cssText !== fresh.style.cssText) old.style.cssText = fresh.style.cssText;
  morphChildren(old, [...fresh.childNodes]);
}

// Makes the children of `parent` like `fresh`, and keeps each element that is there already: the one with the same
// data-key, else the one at the same place. So focus, scroll and selected text stay.
function morphChildren(parent, fresh) {
  const keyed = new Map();
  for (const node of parent.childNodes) if (keyOf(node)) keyed.set(keyOf(node), node);
  let at = parent.firstChild;
  for (const node of fresh) {
    const key = keyOf(node);
    let old = key ? keyed.get(key) : at;
    if (!key && old && keyOf(old)) old = null;
    if (!old || old.nodeName !== node.nodeName) {
      parent.insertBefore(node, at);
      continue;
    }
    if (old === at) at = at.nextSibling;
    else parent.insertBefore(old, at);
    morphNode(old, node);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

function fill(parent, ...fresh) {
  const focused = document.activeElement;
  morphChildren(parent, fresh);
  // An element that was moved has lost the focus.
  if (focused && focused !== document.activeElement && parent.contains(focused)) focused.focus({ preventScroll: true });
}

function button(text, what, data = {}) {
  const made = element("button", "", text);
  made.type = "button";
  made.dataset.do = what;
  Object.assign(made.dataset, data);
  return made;
}

// ---- numbers for people ----

const count = (n) => Math.round(n).toLocaleString("en-US");
const digits = (n) => (n < 9.995 ? n.toFixed(2) : n < 99.95 ? n.toFixed(1) : count(n));
const rate = (n) => (n > 0 ? digits(n) : "0");
const some = (n, one, more) => `${count(n)} ${n === 1 ? one : more}`;
function share(part, all) {
  if (!(part > 0) || !(all > 0)) return "0 %";
  const hundred = (100 * part) / all;
  return hundred < 0.1 ? "< 0.1 %" : `${hundred < 9.95 ? hundred.toFixed(1) : Math.round(hundred)} %`;
}
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
// "3 min", as it is said of what is long ago.
function ago(s) {
  if (s < 1.5) return "now";
  if (s < 90) return `${Math.round(s)} s`;
  if (s < 5400) return `${Math.round(s / 60)} min`;
  return s < 129600 ? `${Math.round(s / 3600)} h` : `${Math.round(s / 86400)} d`;
}
const before = (s) => (s < 1.5 ? "now" : `${ago(s)} ago`);
function bytes(n) {
  const units = ["KiB", "MiB", "GiB", "TiB"];
  let value = n / 1024;
  let unit = 0;
  while (value >= 999.5 && unit < 3) { value /= 1024; unit += 1; }
  return n === 0 ? "–" : `${digits(value)} ${units[unit]}`;
}
const timeOf = (us) => new Date(us / 1000).toISOString().replace("T", " ").slice(0, 19);
