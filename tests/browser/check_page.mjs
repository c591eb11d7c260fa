// Opens a page in Chromium without a network, uses it as a reader would, and prints what it found as JSON.
// node check_page.mjs CHROMIUM PAGE.html OUT.pdf
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [executablePath, page_path, pdf_path] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const found = { messages: [], requests: [], schemes: {} };

async function open(options) {
  const context = await browser.newContext({ offline: true, viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.on("console", (message) => found.messages.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => found.messages.push(`error: ${error.message}`));
  page.on("request", (request) => { if (!request.url().startsWith("data:")) found.requests.push(request.url()); });
  await page.goto(pathToFileURL(page_path).href);
  return page;
}

async function violations(page) {
  // The page admits no script but its own; the debugger's may run.
  await page.evaluate(axe);
  const result = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return result.violations.map((entry) => `${entry.id}: ${entry.nodes.map((node) => node.target).join(", ")}`);
}

for (const [scheme, width] of [["light", 1280], ["dark", 1280], ["light", 390], ["dark", 390]]) {
  const page = await open({ colorScheme: scheme, viewport: { width, height: 900 } });
  await page.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
  found.schemes[`${scheme} ${width}`] = {
    violations: await violations(page),
    overflow: await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
    background: await page.evaluate(() => getComputedStyle(document.body).backgroundColor),
  };
  await page.context().close();
}

const page = await open({});
found.sections = await page.evaluate(() => [...document.querySelectorAll("main h2")].map((heading) => heading.id));
found.empty = await page.evaluate(() => [...document.querySelectorAll("svg")].filter((svg) => {
  const box = svg.getBBox();
  return box.width < 50 || box.height < 20 || svg.clientWidth < 200;
}).map((svg) => svg.getAttribute("aria-label")));
found.clipped = await page.evaluate(() => [...document.querySelectorAll("svg")].flatMap((svg) => {
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll("text")].filter((text) => {
    const box = text.getBoundingClientRect();
    return box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
  }).map((text) => `${svg.getAttribute("aria-label")}: ${text.textContent}`);
}));
found.overlapping = await page.evaluate(() => [...document.querySelectorAll("svg")].flatMap((svg) => {
  const texts = [...svg.querySelectorAll("text")].map((text) => [text.textContent, text.getBoundingClientRect()]);
  return texts.flatMap(([name, one], index) => texts.slice(index + 1).filter(([, other]) =>
    Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1
    && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 4,
  ).map(([other]) => `${svg.getAttribute("aria-label")}: ${name} / ${other}`));
}));

const names = () => page.evaluate(() => [...document.querySelectorAll(".board tbody th")].map((cell) => cell.textContent));
found.order = await names();
await page.locator(".board thead .sort").first().focus();
await page.keyboard.press("Enter");
await page.keyboard.press("Enter");
found.by_name = await names();
found.sorted = await page.locator(".board thead th").first().getAttribute("aria-sort");
await page.locator("#theme").focus();
await page.keyboard.press("Enter");
found.toggled = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
await page.keyboard.press("Enter");
await page.locator("summary").first().focus();
await page.keyboard.press("Enter");
found.opened = await page.evaluate(() => document.querySelectorAll("details[open]").length);
await page.locator(".contents a", { hasText: "Files" }).focus();
await page.keyboard.press("Enter");
found.scrolled = await page.evaluate(() => location.hash);
const download = page.waitForEvent("download");
await page.locator("a.download").click();
found.download = readFileSync(await (await download).path(), "utf8");
await page.pdf({ path: pdf_path, preferCSSPageSize: true, printBackground: false });

const plain = await open({ javaScriptEnabled: false });
found.without_script = {
  tables: await plain.locator("table").count(),
  figures: await plain.locator("figure svg").count(),
  buttons: await plain.locator("button:visible").count(),
};
await browser.close();
console.log(JSON.stringify(found));
