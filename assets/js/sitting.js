// Taking a test: each answer is saved at once; while the line is down answers stay on this device and are sent later
// with their age in seconds, so that a wrong clock does no harm. The time is the server's and runs on. The page works
// without this file: its buttons post the answer and lead on.

const RETRY = 5000;
const WARN_AT = [600, 300, 60]; // seconds left that are said aloud

const page = document.getElementById("sitting") || document.getElementById("hand-in");
const key = page && `sitting-${page.dataset.sitting}`;
const kept = read(); // answers not yet sent, by position: {given: [...], at: device time in ms, seen}
let sending = null;
let offline = false;

function read() {
  try {
    return JSON.parse(localStorage.getItem(key)) || {};
  } catch (error) {
    return {};
  }
}

function store() {
  try {
    if (Object.keys(kept).length) localStorage.setItem(key, JSON.stringify(kept));
    else localStorage.removeItem(key);
  } catch (error) {
    // no room or not allowed: answers stay in the page until they are sent
  }
}

function say(text, warns) {
  const place = document.getElementById("saved");
  if (!place || place.textContent === text) return;
  place.textContent = text;
  place.className = warns ? "notice notice-near" : "quiet";
}

function token() {
  return document.querySelector("[name=csrfmiddlewaretoken]").value;
}

function encode(position, answer) {
  const body = new URLSearchParams();
  body.append("csrfmiddlewaretoken", token());
  body.append("position", position);
  body.append("age", Math.max((Date.now() - answer.at) / 1000, 0).toFixed(1));
  body.append("seen", answer.seen || "");
  answer.given.forEach((one) => body.append("given", one));
  return body;
}

async function sendOne(position) {
  const answer = kept[position];
  const response = await fetch(page.dataset.save, {
    method: "POST",
    body: encode(position, answer),
    headers: { Accept: "application/json" },
    credentials: "same-origin",
  });
  if (response.status >= 500 || response.redirected) throw new Error("not reached");
  const said = await response.json();
  if (kept[position] === answer) delete kept[position];
  else if (kept[position] && said.seen) kept[position].seen = said.seen; // changed meanwhile on this very page
  store();
  if (!response.ok) {
    say(said.sentence, true);
    if (said.code === "time_up" || said.code === "handed_in") location.assign(page.dataset.here || location.href);
    return;
  }
  show(position, said);
}

function show(position, said) {
  page.dataset.answered = said.answered;
  page.dataset.left = said.left;
  startedAt = Date.now();
  say(said.said, said.warns);
  const form = document.getElementById("question");
  if (form && form.elements.position.value === String(position)) form.elements.seen.value = said.seen;
  const count = document.getElementById("count");
  if (count) count.textContent = count.textContent.replace(/\d+/, said.answered);
}

// Sends what is kept, one after the other; resolves to whether all of it arrived.
function flush() {
  if (!sending) sending = flushAll().finally(() => (sending = null));
  return sending;
}

async function flushAll() {
  try {
    for (let position = next(); position; position = next()) await sendOne(position);
    offline = false;
    return true;
  } catch (error) {
    offline = true;
    if (page.dataset.offline) say(page.dataset.offline.replace("%s", countAnswered()), true);
    else say(page.dataset.unsent, true);
    return false;
  }
}

function next() {
  return Object.keys(kept)[0];
}

// Answers that are safe: on the server, or on this device.
function countAnswered() {
  const waiting = Object.values(kept).filter((answer) => answer.given.some(Boolean) && !answer.seen).length;
  return Number(page.dataset.answered) + waiting;
}

function keep(form) {
  const position = form.elements.position.value;
  const given = new FormData(form).getAll("given");
  kept[position] = { given, at: Date.now(), seen: form.elements.seen.value };
  store();
}

function isChanged(form) {
  return JSON.stringify(new FormData(form).getAll("given")) !== form.dataset.saved;
}

function change(event) {
  const form = event.currentTarget;
  form.dataset.saved = JSON.stringify(new FormData(form).getAll("given"));
  keep(form);
  if (!offline) say(page.dataset.waiting);
  flush();
}

async function leave(event) {
  const form = event.currentTarget;
  const button = event.submitter || document.activeElement;
  const go = button && button.name === "go" ? button.value : "";
  event.preventDefault();
  event.stopImmediatePropagation();
  if (isChanged(form)) keep(form);
  form.dataset.saved = JSON.stringify(new FormData(form).getAll("given"));
  if (!(await flush())) return; // said already; the page stays, so nothing is lost
  location.assign(go === "check" ? page.dataset.check : `${page.dataset.here}${go ? `?q=${go}` : ""}`);
}

async function handIn(event) {
  if (!next()) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (await flush()) event.target.submit();
}

// Whether somebody answered before this file had arrived: the page answers to taps from the start.
function isTouched(form) {
  const inputs = [...form.querySelectorAll("[name=given]")];
  return inputs.some((input) => input.checked !== input.defaultChecked || input.value !== input.defaultValue);
}

// What was kept for this question on this device shows again.
function restore(form) {
  const answer = kept[form.elements.position.value];
  if (!answer) return;
  const inputs = [...form.querySelectorAll("[name=given]")];
  inputs.forEach((input, index) => {
    if (input.type === "text") input.value = answer.given[index] || "";
    else input.checked = answer.given.includes(input.value);
  });
}

let startedAt = Date.now();
let warned = Infinity;

function countDown() {
  const left = Math.max(Number(page.dataset.left) - Math.floor((Date.now() - startedAt) / 1000), 0);
  const place = document.getElementById("left");
  if (place) place.textContent = write(left);
  const due = WARN_AT.find((mark) => left <= mark && mark < warned && left > mark - 30);
  if (due !== undefined && place) {
    warned = due;
    document.getElementById("left-said").textContent = write(left);
  }
  if (left === 0 && page.dataset.over) {
    clearInterval(clock);
    say(page.dataset.over);
    flush().then((all) => all && location.assign(page.dataset.here)); // the server hands in and says so
  }
}

function write(left) {
  const words = page.dataset;
  if (left < 60) return words.seconds.replace("%s", left);
  if (left < 7200) return words.minutes.replace("%s", Math.floor(left / 60));
  const hours = Math.floor(left / 3600);
  return hours < 48 ? words.hours.replace("%s", hours) : words.days.replace("%s", Math.floor(hours / 24));
}

let clock = 0;

function start() {
  const form = document.getElementById("question");
  if (form) {
    if (isTouched(form)) keep(form);
    else restore(form);
    form.dataset.saved = JSON.stringify(new FormData(form).getAll("given"));
    form.addEventListener("change", change);
    form.addEventListener("submit", leave, true);
    clock = setInterval(countDown, 1000);
  } else {
    page.addEventListener("submit", handIn, true);
  }
  if (next()) flush();
  window.addEventListener("online", flush);
  setInterval(() => next() && flush(), RETRY);
}

if (page) start();
