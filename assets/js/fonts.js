// The preview: whether this computer has the fonts of official documents. Without it no warning is shown.
const SAMPLE = "关于学习永";

function draw(font) {
  const canvas = document.createElement("canvas");
  canvas.width = 240;
  canvas.height = 60;
  const pen = canvas.getContext("2d");
  pen.font = "40px " + font;
  pen.fillText(SAMPLE, 4, 46);
  return pen.getImageData(0, 0, 240, 60).data.join(",");
}

// A font that is missing is drawn with whatever stands behind it.
function lacks(font) {
  return ["serif", "monospace"].every((other) => draw(`"${font}", ${other}`) === draw(other));
}

const place = document.getElementById("fonts");
if (place) {
  const fonts = place.dataset.fonts.split("|");
  const missing = fonts.filter(lacks);
  const others = missing.filter((font) => font !== fonts[0]);
  const said = [];
  if (missing.includes(fonts[0])) said.push(place.dataset.title);
  if (others.length) said.push(place.dataset.others + others.join("、") + "。");
  place.textContent = said.join(" ");
  place.hidden = !said.length;
}
