// Refuses what an old browser cannot read. The build runs it; `npm run check` runs it on what stands in static/vendor/.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { parse } from "acorn";

const TOO_NEW = /color-mix|oklch|@layer|:has\(|light-dark|@container|@nest|[{;]\s*&/;
const MOST_BYTES = 60 * 1024; // style sheet and script together, compressed: the first view of a phone

export function checkStyles(css) {
  const found = css.match(TOO_NEW);
  if (found) throw new Error(`style sheet uses “${found[0]}”, too new for the browsers in use`);
}

export function checkScript(js) {
  parse(js, { ecmaVersion: 2018, sourceType: "script" });
}

function checkFiles(folder) {
  const files = JSON.parse(readFileSync(`${folder}/files.json`, "utf8"));
  const css = readFileSync(`${folder}/${files["site.css"]}`, "utf8");
  const js = readFileSync(`${folder}/${files["site.js"]}`, "utf8");
  checkStyles(css);
  checkScript(js);
  const bytes = gzipSync(css, { level: 9 }).length + gzipSync(js, { level: 9 }).length;
  if (bytes > MOST_BYTES) throw new Error(`${bytes} bytes compressed, more than ${MOST_BYTES}`);
  return bytes;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.log(`${checkFiles(process.argv[2] ?? "static/vendor")} bytes compressed`);
}
