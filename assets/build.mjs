// Builds static/vendor/: one style sheet, one script, names with their content's hash, and a list of both.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import * as sass from "sass";
import { checkScript, checkStyles } from "./check.mjs";

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

async function buildScript() {
  const result = await build({
    entryPoints: ["assets/js/site.js"],
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
const js = await buildScript();
checkStyles(css);
checkScript(js);
mkdirSync(OUT, { recursive: true });
for (const old of readdirSync(OUT)) rmSync(`${OUT}/${old}`, { recursive: true });
const files = { "site.css": store("site.css", css), "site.js": store("site.js", js) };
writeFileSync(`${OUT}/files.json`, JSON.stringify(files, null, 2) + "\n");
