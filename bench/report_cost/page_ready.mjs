// How long a report's page takes to be drawn and answer: `node page_ready.mjs PAGE.html`, with CHROMIUM from the
// environment. Prints milliseconds from the start of the navigation to the end of the page's own work, the least of five
// openings: the others also waited for other programs.
import { createRequire } from "node:module";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const { chromium } = require("playwright-core");

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const openings = [];
for (let i = 0; i < 5; ++i) {
  const page = await browser.newPage();
  await page.goto(`file://${process.argv[2]}`);
  openings.push(await page.evaluate(() => performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd));
  await page.close();
}
await browser.close();
console.log(Math.min(...openings).toFixed(0));
