// Refuses what a browser of the floor cannot read: Chromium 86, Safari 14.5 (plainer down to Chromium 69), over plain
// HTTP. The build runs it; `npm run check` runs it on what stands in static/vendor/ and on our own sources.
import { readFileSync, readdirSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { parse } from "acorn";

const MOST_BYTES = 60 * 1024; // style sheet and script together, compressed: the first view of a phone

// What makes an old engine drop a whole rule, or lay the page out wrongly.
const STYLES_TOO_NEW = [
  /color-mix|oklch|oklab|light-dark|\b(?:hwb|lab|lch)\(/,
  /@layer|@container|@property|@scope|@starting-style|@nest/,
  /[{};]\s*&/, // nesting
  /:has\(|:is\(|:where\(|:not\([^()]*,|:user-(?:in)?valid|:modal|:popover-open/,
  /[{;](?:aspect-ratio|inset(?:-block|-inline)?|translate|rotate|scale|accent-color|field-sizing|scrollbar-gutter):/,
  /subgrid|overflow:clip|\d[dsl]v[hw]\b/,
  /@media[^{]*[<>]/, // ranges
];

// What a script of ours may call nowhere: newer than the floor, or missing without HTTPS.
const CALLS_TOO_NEW = [
  /\bstructuredClone\b/,
  /\.at\(/,
  /\.(?:findLast|findLastIndex|toSorted|toReversed|toSpliced|showPicker|requestSubmit|checkVisibility)\(/,
  /\bObject\.(?:hasOwn|groupBy)\b|\bMap\.groupBy\b|\bArray\.fromAsync\b/,
  /\bPromise\.(?:withResolvers|try)\b|\bAbortSignal\.(?:timeout|any)\b|\bURL\.(?:canParse|parse)\b/,
  /\bcrypto\.(?:randomUUID|subtle)\b|\bnavigator\.(?:clipboard|serviceWorker|locks|storage|share|wakeLock)\b/,
  /\bIntl\.(?:Segmenter|ListFormat|DurationFormat)\b|\bscheduler\.|\bBarcodeDetector\b/,
  /\.(?:showModal|showPopover|hidePopover|togglePopover|startViewTransition)\(|createElement\(["'`](?:dialog|search)/,
  /:has\(|:is\(|:where\(/, // in selectors
  /\.(?:inert|popover)\b/,
];

// What a page of ours may hold nowhere.
const MARKUP_TOO_NEW = [/<(?:dialog|search)\b/, /<[a-z][^>]*\s(?:popover|inert|popovertarget)\b/];

function refuse(text, patterns, what) {
  for (const pattern of patterns) {
    const found = text.match(pattern);
    if (found) throw new Error(`${what} uses “${found[0]}”, too new for the browsers in use`);
  }
}

function listFiles(folder, ending) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return listFiles(path, ending);
    return entry.name.endsWith(ending) ? [path] : [];
  });
}

export function checkStyles(css) {
  refuse(css, STYLES_TOO_NEW, "style sheet");
}

export function checkScript(js, name = "script") {
  try {
    parse(js, { ecmaVersion: 2018, sourceType: "script" });
  } catch (error) {
    throw new Error(`${name} is not ES2018: ${error.message}`);
  }
}

export function checkSource(text, name) {
  refuse(text.replace(/^\s*\/\/.*$/gm, ""), CALLS_TOO_NEW, name);
}

export function checkMarkup(text, name) {
  refuse(text, MARKUP_TOO_NEW, name);
}

function checkSources() {
  for (const path of listFiles("assets/js", ".js")) checkSource(readFileSync(path, "utf8"), path);
  for (const path of listFiles("shanxue", ".html")) checkMarkup(readFileSync(path, "utf8"), path);
}

function checkFiles(folder) {
  const files = JSON.parse(readFileSync(`${folder}/files.json`, "utf8"));
  const texts = Object.entries(files).map(([name, file]) => [name, readFileSync(`${folder}/${file}`, "utf8")]);
  for (const [name, text] of texts) {
    if (name.endsWith(".css")) checkStyles(text);
    else checkScript(text, name);
  }
  const everyPage = texts.filter(([name]) => name.startsWith("site."));
  const bytes = everyPage.reduce((sum, [, text]) => sum + gzipSync(text, { level: 9 }).length, 0);
  if (bytes > MOST_BYTES) throw new Error(`${bytes} bytes compressed, more than ${MOST_BYTES}`);
  return bytes;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  checkSources();
  console.log(`${checkFiles(process.argv[2] ?? "static/vendor")} bytes compressed`);
}
