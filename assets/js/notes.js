// Writing a note: saved every ten seconds; kept on this device while a save is not acknowledged; a text that was
// changed elsewhere is shown beside this one and never overwritten. Without this file 保存草稿 does the same by hand.
const EVERY = 10000;
const NAMES = ["title", "body", "kind", "plan_item"];

const form = document.querySelector("form[data-saves]");
const line = document.getElementById("saved");
const again = document.getElementById("again");
const signIn = document.getElementById("sign-in");
const prefix = `study-note:${form ? form.dataset.owner : ""}:`;
let acknowledged = ""; // what the server has
let waiting = null; // what was sent and not answered: sent again as it was, so that it is saved once
let busy = false;
let stopped = false; // two texts stand side by side, or the note is no longer a draft

function field(name) {
  return form.elements[name];
}

function read() {
  const text = { audience: field("audience").value };
  NAMES.forEach((name) => {
    text[name] = field(name).value;
  });
  return text;
}

function write(text) {
  NAMES.forEach((name) => {
    if (text[name] !== undefined) field(name).value = text[name];
  });
  if (text.audience) field("audience").value = text.audience;
}

function keep(text) {
  const key = field("key").value;
  const kept = { key, revision: field("revision").value, text };
  try {
    localStorage.setItem(prefix + key, JSON.stringify(kept));
  } catch (error) {
    say(form.dataset.failed, false); // the device keeps nothing: the page itself still does
  }
}

function forget(key) {
  localStorage.removeItem(prefix + key);
}

function findKept() {
  const key = field("key").value;
  const own = localStorage.getItem(prefix + key);
  if (own || form.dataset.note) return own && JSON.parse(own);
  for (let place = 0; place < localStorage.length; place += 1) {
    const name = localStorage.key(place);
    const kept = name.startsWith(prefix) ? JSON.parse(localStorage.getItem(name)) : null;
    if (kept && kept.revision === "0") return kept; // a new note that never reached the server
  }
  return null;
}

function restore() {
  if (form.dataset.done) forget(form.dataset.done);
  const kept = findKept();
  const now = JSON.stringify(read());
  if (!kept || JSON.stringify(kept.text) === now || field("body").value.trim() && !form.dataset.note) return;
  field("key").value = kept.key;
  field("revision").value = kept.revision;
  write(kept.text);
  say(form.dataset.restored, false);
}

function say(text, offersRetry) {
  line.textContent = text;
  again.hidden = !offersRetry;
}

function readToken() {
  const found = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  return found ? found[1] : field("csrfmiddlewaretoken").value; // after a new sign-in the page's own is stale
}

function send(text) {
  const body = new FormData();
  Object.keys(text).forEach((name) => body.append(name, text[name]));
  body.append("key", field("key").value);
  body.append("revision", field("revision").value);
  const headers = { Accept: "application/json", "X-CSRFToken": readToken() };
  return fetch(form.dataset.saves, { method: "POST", body, headers, credentials: "same-origin", redirect: "error" });
}

async function save() {
  const now = read();
  if (busy || stopped || (!waiting && JSON.stringify(now) === acknowledged)) return;
  if (!waiting && !now.title && !now.body) return;
  busy = true;
  waiting = waiting || now;
  keep(now);
  try {
    const response = await send(waiting);
    take(response.status, await response.json());
  } catch (error) {
    say(navigator.onLine ? form.dataset.failed : form.dataset.offline, true);
  }
  busy = false;
}

function take(status, answer) {
  signIn.hidden = status !== 401;
  if (status === 200) {
    acknowledged = JSON.stringify(waiting);
    waiting = null;
    field("revision").value = answer.revision;
    if (JSON.stringify(read()) === acknowledged) forget(field("key").value);
    else keep(read());
    if (!form.dataset.note) {
      form.dataset.note = "saved";
      history.replaceState(null, "", answer.href);
    }
    say(answer.said, false);
    return;
  }
  say(answer.sentence, status === 401);
  if (status === 401) return;
  waiting = null;
  if (status === 409 && answer.other) showOther(answer.other);
  else if (status === 409) stopped = true;
}

function showOther(other) {
  stopped = true;
  document.getElementById("beside").classList.remove("is-one");
  document.getElementById("other").hidden = false;
  document.getElementById("other-title").textContent = other.title;
  document.getElementById("other-body").textContent = other.body;
  offer("keep-mine", () => {});
  offer("take-other", () => write({ title: other.title, body: other.body }));

  function offer(id, change) {
    const button = document.getElementById(id);
    button.hidden = false;
    button.onclick = () => {
      change();
      field("revision").value = other.revision;
      document.getElementById("other").hidden = true;
      document.getElementById("beside").classList.add("is-one");
      stopped = false;
      acknowledged = "";
      save();
    };
  }
}

function leave(event) {
  if (!navigator.onLine) {
    event.preventDefault();
    event.stopImmediatePropagation(); // the button stays alive
    keep(read());
    say(form.dataset.offline, true);
    return;
  }
  field("csrfmiddlewaretoken").value = readToken();
  keep(read());
}

function keepSoon() {
  clearTimeout(keepSoon.timer);
  keepSoon.timer = setTimeout(() => keep(read()), 500);
}

if (form) {
  acknowledged = JSON.stringify(read());
  restore();
  form.addEventListener("input", keepSoon);
  form.addEventListener("submit", leave, true);
  again.addEventListener("click", save);
  window.addEventListener("online", save);
  setInterval(save, EVERY);
}
