// What the pages gain with JavaScript: fragments in place (htmx), no double sending, failures said in words.
// Every page works without this file.
import htmx from "htmx.org";

function say(text) {
  const place = document.getElementById("said");
  if (place) place.textContent = text;
}

function openOrClose(event) {
  const link = event.target.closest("[data-opens]");
  if (!link) return;
  const place = document.getElementById(link.dataset.opens);
  if (!place || !place.hasChildNodes()) return; // nothing there yet: htmx fetches it
  event.preventDefault();
  event.stopImmediatePropagation();
  place.hidden = !place.hidden;
  link.setAttribute("aria-expanded", String(!place.hidden));
}

function swapRefusal(event) {
  const response = event.detail.xhr;
  if (response.status >= 400 && response.getResponseHeader("X-Shanxue-Fragment")) {
    event.detail.shouldSwap = true; // a refusal is a sentence of ours: show it where the answer would have stood
    event.detail.isError = false;
  }
}

function tellFailure(event) {
  say(event.target.closest("[data-failure]").dataset.failure); // the form's own sentence, else the body's
  forgetSending(); // the button may be pressed again
}

function tellArrival(event) {
  const link = document.querySelector(`[data-opens="${event.detail.target.id}"]`);
  if (link) link.setAttribute("aria-expanded", "true");
  say("");
}

function sendOnce(event) {
  const button = event.target.querySelector("button[type=submit]");
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "1";
  if (button) button.setAttribute("aria-disabled", "true");
  const waits = event.target.querySelector("[data-waits]"); // a long deed says that it is being done
  if (waits) waits.textContent = waits.dataset.waits;
}

function forgetSending() {
  document.querySelectorAll("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    const button = form.querySelector("button[type=submit]");
    if (button) button.removeAttribute("aria-disabled");
  });
}

function takeHash() {
  const field = document.querySelector("[data-takes-hash]"); // a drawn code behind # is never sent with an address
  if (!field || !location.hash) return;
  field.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
}

function openWide() {
  const wide = window.matchMedia("(min-width: 1100px)").matches; // there it stands beside the rest, on a phone folded
  document.querySelectorAll("[data-opens-wide]").forEach((part) => {
    part.open = part.open || wide;
  });
}

function start() {
  takeHash();
  openWide();
  document.addEventListener("click", openOrClose, true);
  document.addEventListener("submit", sendOnce);
  window.addEventListener("pageshow", forgetSending); // coming back must not leave the button dead
  document.body.addEventListener("htmx:beforeSwap", swapRefusal);
  document.body.addEventListener("htmx:responseError", tellFailure);
  document.body.addEventListener("htmx:sendError", tellFailure);
  document.body.addEventListener("htmx:afterSwap", tellArrival);
  document.querySelectorAll("[data-prints]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
}

window.htmx = htmx;
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
