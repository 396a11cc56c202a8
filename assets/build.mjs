// Builds static/vendor/: one style sheet, one script for every page (site.js) and one for each page that needs its own;
// names with their content's hash, and a list of all.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import * as sass from "sass";
import { checkScript, checkSource, checkStyles } from "./check.mjs";

const OUT = "static/vendor";
const FLOOR = "chrome64"; // what old webviews and 国产 browsers can read

async function buildStyles() {
  const { css } = sass.compile("assets/scss/site.scss", {
    loadPaths: ["node_modules", "assets/scss"],
    style: "compressed",
    quietDeps: true,
    silenceDeprecations: ["import", "global-builtin", "color-functions", "if-function"],
  });
  return css.replace(/^\uFEFF/, "");
}

async function buildScript(name) {
  const result = await build({
    entryPoints: [`assets/js/${name}`],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: FLOOR,
    legalComments: "none",
    logLevel: "error",
  });
  return result.outputFiles[0].text;
}

function store(name, text) {
  const [stem, ending] = name.split(".");
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 12);
  const file = `${stem}.${hash}.${ending}`;
  writeFileSync(`${OUT}/${file}`, text);
  return file;
}

const css = await buildStyles();
checkStyles(css);
const texts = { "site.css": css };
for (const name of readdirSync("assets/js").filter((file) => file.endsWith(".js")).sort()) {
  checkSource(readFileSync(`assets/js/${name}`, "utf8"), name);
  texts[name] = await buildScript(name);
  checkScript(texts[name], name);
}
mkdirSync(OUT, { recursive: true });
for (const old of readdirSync(OUT)) rmSync(`${OUT}/${old}`, { recursive: true });
const files = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, store(name, text)]));
writeFileSync(`${OUT}/files.json`, JSON.stringify(files, null, 2) + "\n");
