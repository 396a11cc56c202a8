// Roll-call that outlives a lost connection. What is tapped stands in a queue on this device, one entry with a random
// key each, until the server has answered for that key; only the server says what was taken. See docs/glossary.md, S3.

const form = document.getElementById("roll");
const words = form.dataset;
const PREFIX = `shanxue.roll.${words.user}.`; // another user of this device never sends what this one tapped
const STORE = PREFIX + words.session;
const POLL_SECONDS = 15;
const MOST = 200; // entries in one request

const rows = new Map();
for (const row of form.querySelectorAll("[data-person]")) rows.set(Number(row.dataset.person), row);

// What this device keeps: entries not yet answered, ticks of the agenda, and words that somebody must settle.
const known = new Set(); // keys that this page has had: another page of the same meeting keeps its own
let kept = load();
kept.queue.forEach((entry) => known.add(entry.key));
let sending = false;
let reached = false; // whether the last request was answered
let pressed = null;
let storable = true;
let trouble = "";

function load() {
  try {
    const found = JSON.parse(localStorage.getItem(STORE));
    if (found && Array.isArray(found.queue)) return { queue: found.queue, agenda: found.agenda || {}, open: found.open || {} };
  } catch (error) {
    // nothing that can be read is kept here
  }
  return { queue: [], agenda: {}, open: {} };
}

function store() {
  try {
    const queue = load().queue.filter((entry) => !known.has(entry.key)).concat(kept.queue);
    if (queue.length || Object.keys(kept.agenda).length || Object.keys(kept.open).length) {
      localStorage.setItem(STORE, JSON.stringify({ ...kept, queue }));
    } else {
      localStorage.removeItem(STORE);
    }
    storable = true;
  } catch (error) {
    storable = false; // private window or full disk: said on the page
  }
}

function makeKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function fill(text, values) {
  return Object.keys(values).reduce((said, name) => said.split(`%${name}`).join(values[name]), text);
}

function lastSaid(person) {
  return kept.queue.filter((entry) => entry.person === person).pop();
}

function shownMark(row) {
  const said = lastSaid(Number(row.dataset.person));
  return said ? said.mark : row.dataset.mark;
}

function findField(row, name) {
  return form.elements.namedItem(`${name}-${row.dataset.person}`);
}

function readMinutes(row) {
  const field = findField(row, "late");
  return field && /^\d{1,3}$/.test(field.value) ? Number(field.value) : null;
}

function demandBecause() {
  const field = document.getElementById("because");
  if (!field || field.value.trim()) return true;
  trouble = words.tWhy;
  field.focus();
  return false;
}

function say(row, mark, reason, seen) {
  enter(row, mark, reason, seen);
  draw();
  send();
}

function enter(row, mark, reason, seen) {
  const person = Number(row.dataset.person);
  const because = document.getElementById("because");
  const entry = {
    key: makeKey(),
    person,
    mark,
    seen: seen || shownMark(row),
    reason: mark === "请假" ? reason || "" : "",
    minutes_late: mark === "迟到" ? readMinutes(row) : null,
    because: because ? because.value.trim() : "",
    said_at: new Date().toISOString(),
  };
  const last = lastSaid(person);
  if (last && !last.tried) {
    entry.seen = last.seen; // not sent yet: the later tap takes its place
    kept.queue.splice(kept.queue.indexOf(last), 1);
  }
  if (entry.mark !== entry.seen || entry.reason || entry.minutes_late !== null) kept.queue.push(entry);
  known.add(entry.key);
  delete kept.open[person];
  store();
}

function tap(row, mark) {
  const chosen = findField(row, "reason");
  const reason = chosen ? chosen.value : "";
  const own = lastSaid(Number(row.dataset.person));
  if (mark === shownMark(row) && mark !== "请假" && mark !== "迟到") return;
  if (!demandBecause()) {
    draw();
    return;
  }
  const signed = row.dataset.how === "扫码" || row.dataset.how === "口令";
  if (signed && !own && mark !== row.dataset.mark && row.dataset.mark !== "未记录") {
    ask(row, mark, ""); // somebody signed in themselves: both words are shown, and somebody chooses
    return;
  }
  say(row, mark, reason);
}

// A conflict: what stands, what is wanted, and two buttons. ``sentence`` is the server's own where it spoke.
function ask(row, mark, sentence) {
  kept.open[row.dataset.person] = { mark, sentence };
  store();
  draw();
}

function drawAsk(row) {
  const open = kept.open[row.dataset.person];
  const old = row.querySelector(".roll-ask");
  if (old && open && old.dataset.mark === open.mark && old.dataset.against === row.dataset.mark) return;
  if (old) old.remove();
  if (!open) return;
  const panel = document.getElementById("ask").content.cloneNode(true).firstElementChild;
  panel.dataset.mark = open.mark;
  panel.dataset.against = row.dataset.mark;
  const own = fill(words.tConflict, { name: row.dataset.name, by: row.dataset.by, mark: open.mark });
  panel.querySelector("p").textContent = open.sentence || own + (open.mark === "请假" ? words.tReason : words.tEither);
  const reason = panel.querySelector("select");
  reason.hidden = open.mark !== "请假" || open.refused;
  const [take, keep] = panel.querySelectorAll("button");
  take.hidden = Boolean(open.refused);
  take.textContent = fill(words.tTake, { mark: open.mark });
  keep.textContent = fill(words.tKeep, { mark: row.dataset.mark });
  take.addEventListener("click", () => {
    if (!reason.hidden && !reason.value) {
      reason.focus();
      return;
    }
    say(row, open.mark, reason.value, row.dataset.mark);
  });
  keep.addEventListener("click", () => {
    delete kept.open[row.dataset.person];
    store();
    draw();
  });
  row.querySelector("fieldset").appendChild(panel);
}

function drawRow(row) {
  const mark = shownMark(row);
  const open = kept.open[row.dataset.person];
  const name = `mark-${row.dataset.person}`;
  row.querySelectorAll(`input[name="${name}"]`).forEach((one) => {
    one.checked = one.value === mark;
  });
  const pending = Boolean(lastSaid(Number(row.dataset.person)));
  row.classList.toggle("roll-pending", pending);
  findField(row, "seen").value = row.dataset.mark;
  if (!open && row.querySelector(".roll-ask")) row.querySelector(".roll-ask").remove();
  drawAsk(row);
}

function drawCounts() {
  const counts = { expected: 0, present: 0, leave: 0, absent: 0, unrecorded: 0 };
  const kinds = { 到: "present", 迟到: "present", 早退: "present", 请假: "leave", 缺席: "absent", 未记录: "unrecorded" };
  rows.forEach((row) => {
    const mark = shownMark(row);
    if (mark !== "免") counts.expected += 1;
    if (kinds[mark]) counts[kinds[mark]] += 1;
  });
  Object.keys(counts).forEach((name) => {
    document.querySelector(`[data-count="${name}"]`).textContent = counts[name];
  });
  document.getElementById("left").textContent = counts.unrecorded ? fill(words.tLeft, { n: counts.unrecorded }) : "";
}

function drawSync() {
  const place = document.getElementById("sync");
  const many = kept.queue.length + Object.keys(kept.agenda).length;
  let said = words.tSent;
  if (many) said = sending ? words.tSending : fill(words.tPending, { n: many });
  if (trouble === "signed_out") said = fill(words.tSignedOut, { n: many });
  else if (trouble === "stale") said = fill(words.tStale, { n: many });
  else if (trouble && trouble !== "offline") said = trouble;
  if (!storable) said = `${words.tNoStore}${said}`;
  if (place.dataset.said === said) return;
  place.dataset.said = said;
  place.textContent = said;
  const links = { signed_out: [words.signIn, words.tSignIn], stale: [location.href.split("#")[0], words.tReload] };
  if (links[trouble]) {
    const link = document.createElement("a");
    [link.href, link.textContent] = links[trouble];
    place.append(" ", link);
  }
}

function draw() {
  rows.forEach(drawRow);
  drawCounts();
  drawSync();
}

async function post(body) {
  const answer = await fetch(words.sync, {
    method: "POST",
    credentials: "same-origin",
    redirect: "error",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json",
      "X-CSRFToken": form.elements.namedItem("csrfmiddlewaretoken").value,
    },
    body: JSON.stringify(body),
  });
  return [answer.status, await answer.json().catch(() => ({}))];
}

async function send() {
  if (sending) return;
  sending = true;
  const batch = kept.queue.slice(0, MOST);
  const agenda = { ...kept.agenda };
  batch.forEach((entry) => {
    entry.tried = true; // from here on the server may know this key: it keeps its content
  });
  store();
  drawSync();
  let again = false;
  try {
    const marks = batch.map(({ tried, ...entry }) => entry);
    const [status, answer] = await post({ sent_at: new Date().toISOString(), marks, agenda });
    again = settle(status, answer, agenda);
  } catch (error) {
    trouble = "offline";
    reached = false;
  }
  sending = false;
  store();
  draw();
  if (again) send();
}

function settle(status, answer, agenda) {
  reached = status === 200;
  if (status !== 200) {
    trouble = { 401: "signed_out", 403: "stale" }[status] || answer.sentence || "offline";
    return false;
  }
  trouble = answer.clock || "";
  answer.answers.forEach(settleEntry);
  Object.keys(agenda).forEach((item) => {
    if (kept.agenda[item] === agenda[item]) delete kept.agenda[item];
  });
  answer.rows.forEach(takeRow);
  document.getElementById("quorum").textContent = answer.quorum;
  if (answer.ended) trouble = words.tEnded;
  else if (answer.waiting > Number(words.waiting || 0)) trouble = fill(words.tWaiting, { n: answer.waiting });
  return kept.queue.some((entry) => !entry.tried);
}

function settleEntry(told) {
  const entry = kept.queue.find((one) => one.key === told.key);
  if (!entry) return;
  kept.queue = kept.queue.filter((one) => one.key !== told.key);
  if (told.outcome === "采纳") return;
  kept.open[entry.person] = { mark: entry.mark, sentence: told.sentence, refused: told.outcome !== "冲突" };
}

function takeRow(found) {
  const row = rows.get(found.person);
  if (!row) return;
  Object.assign(row.dataset, { mark: found.mark, how: found.how, by: found.by });
  row.querySelector("[data-state]").textContent = found.state;
  if (lastSaid(found.person)) return;
  const reason = findField(row, "reason");
  const late = findField(row, "late");
  if (reason && document.activeElement !== reason) reason.value = found.reason;
  if (late && document.activeElement !== late) late.value = found.late === null ? "" : found.late;
}

function change(event) {
  const row = event.target.closest("[data-person]");
  if (event.target.name === "agenda") {
    kept.agenda[event.target.value] = event.target.checked;
    store();
    send();
  }
  if (!row) return;
  if (event.target.type === "radio") tap(row, event.target.value);
  else if (event.target.name.startsWith("reason-") && shownMark(row) === "请假") say(row, "请假", event.target.value);
  else if (event.target.name.startsWith("late-") && shownMark(row) === "迟到") say(row, "迟到", "");
}

async function submit(event) {
  event.preventDefault();
  event.stopPropagation(); // not to be marked as sent: the page stays
  const act = pressed ? pressed.value : "save";
  if (act === "all_present") {
    if (!demandBecause()) return draw();
    rows.forEach((row) => {
      if (shownMark(row) === "未记录" && !kept.open[row.dataset.person]) enter(row, "到", "");
    });
    draw();
  }
  if (act === "end") return end();
  return send();
}

async function end() {
  while (sending) await new Promise((done) => setTimeout(done, 50));
  await send();
  if (!reached) trouble = kept.queue.length ? trouble : words.tOffline;
  if (!reached || kept.queue.length || Object.keys(kept.open).length) return draw(); // the page says what is still open
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name: "act", value: "end" });
  form.appendChild(field);
  return form.submit();
}

function search(event) {
  const wanted = event.target.value.trim();
  rows.forEach((row) => {
    row.hidden = Boolean(wanted) && !row.dataset.name.includes(wanted);
  });
}

function tellOthers() {
  for (let place = 0; place < localStorage.length; place += 1) {
    const name = localStorage.key(place);
    if (name.startsWith(PREFIX) && name !== STORE) {
      const many = (JSON.parse(localStorage.getItem(name)).queue || []).length;
      const link = document.createElement("a");
      link.href = words.others.replace("/0/", `/${name.slice(PREFIX.length)}/`);
      link.textContent = fill(words.tOthers, { n: many });
      const line = document.createElement("p");
      line.className = "notice";
      line.append(link);
      if (many) form.before(line);
    }
  }
}

form.addEventListener("change", change);
form.addEventListener("click", (event) => {
  pressed = event.target.closest("button[type=submit]") || pressed;
});
form.addEventListener("submit", submit);
form.querySelectorAll("[data-plain]").forEach((one) => {
  one.hidden = true; // every tap saves itself
});
form.querySelector(".roll-search").hidden = false;
document.getElementById("search").addEventListener("input", search);
window.addEventListener("online", send);
window.addEventListener("beforeunload", (event) => {
  if (kept.queue.length) event.preventDefault();
});
setInterval(send, POLL_SECONDS * 1000);
tellOthers();
draw();
send();
