// The board: a cell opens its reason under its row, and closes it again; 全选 ticks in place. Links work without it.
function openReason(event) {
  const link = event.target.closest(".board .cell a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const place = link.closest("tr").nextElementSibling.firstElementChild;
  if (place.dataset.shows === link.href) {
    place.textContent = "";
    place.dataset.shows = "";
    return;
  }
  window.htmx.ajax("GET", link.getAttribute("href"), { target: place, swap: "innerHTML" }).then(() => {
    place.dataset.shows = link.href;
  });
}

function tickAll(event) {
  const link = event.target.closest("[data-ticks]");
  if (!link) return;
  event.preventDefault();
  const boxes = Array.from(document.querySelectorAll(".duty-board input[name=unit]"));
  const all = boxes.every((box) => box.checked);
  boxes.forEach((box) => {
    box.checked = !all;
  });
  link.textContent = all ? link.dataset.ticks : link.dataset.unticks;
}

document.addEventListener("click", openReason);
document.addEventListener("click", tickAll);
