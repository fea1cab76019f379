// The report page in a real browser: `node --test`, with playwright-core from web/ and Debian's chromium.
// BSNSIM is the program under test. The reports are real ones, of shipped scenarios in virtual time.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const { chromium } = require("playwright-core");

const folder = mkdtempSync(join(tmpdir(), "bsnsim-web-"));
const path = (name) => join(folder, name);
const bsnsim = (...args) => execFileSync(process.env.BSNSIM, args, { encoding: "utf8" });
let browser;

const mark = "</script><script>window.ran=1</script><img src=x onerror='window.ran=1'>";

// The page of this JSON; what it says to its console and asks of the network is kept.
async function open(json, options = {}) {
  writeFileSync(path("shown.json"), JSON.stringify(json));
  bsnsim("report", path("shown.json"), "-O", "html", "-o", path("shown.html"));
  return show(path("shown.html"), options);
}

async function show(file, options = {}) {
  const page = await browser.newPage(options);
  page.said = [];
  page.asked = [];
  page.on("console", (message) => page.said.push(message.text()));
  page.on("pageerror", (error) => page.said.push(error.message));
  page.on("request", (request) => page.asked.push(request.url()));
  await page.goto(`file://${file}`);
  return page;
}

let report;
let packets; // a report with cross-chain packets

before(async () => {
  bsnsim("run", "tests/web/faults.yaml", "-q", "-O", "json", "-o", path("report.json"));
  report = JSON.parse(readFileSync(path("report.json"), "utf8"));
  bsnsim("run", "tests/web/packets.yaml", "-q", "-O", "json", "-o", path("packets.json"));
  packets = JSON.parse(readFileSync(path("packets.json"), "utf8"));
  bsnsim("run", "configs/scenarios/service_life.yaml", "-q", "-O", "json", "-o", path("services.json"));
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
});

after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

const text = (page, selector) => page.locator(selector).first().textContent();
const figures = (number) => number.toLocaleString("en-US", { maximumSignificantDigits: Number.isInteger(number) ? 21 : 4 });

test("every chart has data, and nothing is asked or complained of", async () => {
  const page = await open(report);
  for (const [section, marks] of [
    ["over_time", "g.series path"],
    ["latency", "g.series path"],
    ["split", "g.series rect"],
    ["map", "g.city path, g.city circle"],
  ]) {
    assert.ok((await page.locator(`#${section} ${marks}`).count()) > 0, section);
  }
  const charts = await page.locator("figure.chart > svg[role=img]").count();
  const named = await page.locator("figure.chart > svg[role=img][aria-label]:not([aria-label=''])").count();
  assert.ok(charts >= 6);
  assert.equal(named, charts);
  assert.deepEqual(page.said, []);
  assert.deepEqual(page.asked, [`file://${path("shown.html")}`]);
});

test("the sections come in their order", async () => {
  const page = await open(report);
  const ids = await page.locator("main > section").evaluateAll((all) => all.map((one) => one.id));
  assert.deepEqual(ids, ["verdict", "over_time", "latency", "split", "map", "networks", "events", "invariants", "environment"]);
});

test("the map shows the 136 city nodes: 98 connected, 30 being built, 8 overseas", async () => {
  const page = await open(report);
  const counts = await page.locator("#map-legend li").evaluateAll((all) =>
    Object.fromEntries(all.map((one) => [one.dataset.state, Number(one.dataset.count)])),
  );
  assert.deepEqual(counts, { connected: 98, building: 30, overseas: 8 });
  const dots = await page.locator("#map .maps > div figure g.city > *").count();
  assert.equal(dots, 136);
});

test("numbers are those of the report", async () => {
  const page = await open(report);
  for (const field of ["offered", "sent", "succeeded", "failed", "dropped", "unfinished"]) {
    const sum = report.rounds.reduce((all, round) => all + round[field], 0);
    assert.equal(await text(page, `[data-total=${field}]`), figures(sum), field);
  }
  const rows = await page.locator("#verdict tbody tr").evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.textContent)));
  report.rounds.forEach((round, i) => {
    assert.equal(rows[i][0], round.label);
    assert.equal(rows[i][8], figures(round.latency_ns.p99 / 1e6));
  });
  const invariants = await page.locator("#invariants tbody tr").evaluateAll((all) => all.map((row) => row.cells[1].textContent));
  assert.deepEqual(invariants, report.invariants.map((one) => figures(one.checked)));
  assert.equal(await text(page, "#command"), report.command);
  assert.equal(await text(page, "#scenario-text"), readFileSync("tests/web/faults.yaml", "utf8"));
  assert.equal(await page.locator("#networks tbody tr").count(), report.networks.length);
});

test("faults are bands over the time series", async () => {
  const page = await open(report);
  const lasting = report.faults.filter((one) => one.until_s !== null);
  assert.ok(lasting.length >= 2);
  assert.equal(await page.locator("#over_time g.band rect").count(), lasting.length);
});

test("changes of the network are bands too, of their own colour, and services have a table", async () => {
  const all = JSON.parse(readFileSync(path("services.json"), "utf8"));
  const lasting = all.service_events.filter((one) => one.until_s !== null);
  assert.ok(lasting.length >= 2);
  const page = await open(all, { locale: "zh-CN" });
  const fills = await page.locator("#over_time g.band rect").evaluateAll((bands) => bands.map((one) => one.getAttribute("fill")));
  assert.deepEqual(fills, lasting.map(() => "var(--change)"));
  assert.match(await text(page, "#over_time svg[role=img]"), /部署 land-registry/);
  const rows = await page.locator("#events [aria-label=服务] tbody tr").evaluateAll((trs) => trs.map((row) => row.cells[3].textContent));
  assert.deepEqual(rows, all.services.map((one) => figures(one.calls)));
  assert.deepEqual(page.said, []);
});

test("every chart has its numbers, opened by keyboard, and they are those of the report", async () => {
  const page = await open(report);
  for (const section of ["over_time", "latency", "split", "map"]) {
    await page.locator(`#${section} summary`).focus();
    await page.keyboard.press("Enter");
    await page.locator(`#${section} details table`).waitFor();
  }
  const rows = (section) => page.locator(`#${section} details tbody tr`).evaluateAll((trs) => trs.map((row) => [...row.cells].map((cell) => cell.textContent)));
  const offered = (await rows("over_time")).reduce((sum, row) => sum + Number(row[1]), 0);
  assert.equal(offered, report.rounds.reduce((sum, round) => sum + round.offered, 0));
  const whole = (cell) => Number(cell.replaceAll(",", ""));
  for (const [, , ...parts] of await rows("split")) assert.equal(parts.slice(0, -1).reduce((sum, one) => sum + whole(one), 0), whole(parts.at(-1)));
  assert.equal((await rows("map")).length, 136);
  const reads = (await rows("latency")).find(([name]) => name === "query kv.get local");
  const counted = report.rounds.flatMap((round) => round.mix).filter((mix) => mix.operation === "query");
  assert.equal(whole(reads[1]), counted.reduce((sum, mix) => sum + mix.latency_ns.count, 0));
});

test("in print it is light, and on a narrow screen nothing but tables and texts is scrolled sideways", async () => {
  const page = await open(report, { colorScheme: "dark" });
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  assert.equal(await page.locator("header .tools").isVisible(), false, "nobody can press a button on paper");
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
  const narrow = await open(report, { viewport: { width: 390, height: 800 } });
  assert.equal(await narrow.evaluate(() => document.documentElement.scrollWidth), 390);
  const wide = await narrow.locator("figure.chart > svg[role=img]").evaluateAll((charts) => charts.filter((one) => Number(one.getAttribute("width")) > 390).length);
  assert.equal(wide, 0);
  await narrow.setViewportSize({ width: 1200, height: 800 });
  await narrow.waitForFunction(() => Number(document.querySelector("#over_time figure.chart > svg[role=img]").getAttribute("width")) > 1000);
});

test("the parts of the split add up to the whole", async () => {
  for (const round of report.rounds) {
    for (const { split_ns: split } of round.mix) {
      const { calls: _calls, total, ...parts } = split;
      assert.equal(Object.values(parts).reduce((a, b) => a + b, 0), total);
    }
  }
});

test("cross-chain packets: counts, steps, reasons and backlog", async () => {
  const all = packets.cross_chain;
  assert.ok(all.sent > 0 && all.refunded > 0 && all.finished === all.sent);
  const page = await open(packets);
  for (const field of ["sent", "received", "failed", "refunded", "finished", "under_way", "stuck"]) {
    assert.equal(await text(page, `[data-packets=${field}]`), figures(all[field]), field);
  }
  assert.equal(await page.locator("#cross_chain g.series path").count() > 3, true);
  assert.equal(await page.locator("#cross_chain figure.chart").count(), 2);
  const rows = await page.locator("#cross_chain tbody tr").evaluateAll((trs) => trs.map((row) => [...row.cells].map((cell) => cell.textContent)));
  all.legs.forEach((leg, i) => {
    assert.equal(rows[i][1], figures(leg.time_ns.count));
    assert.equal(rows[i][2], (leg.time_ns.p50 / 1e9).toLocaleString("en-US", { maximumSignificantDigits: 3 }));
  });
  const [why, count] = Object.entries(all.failures)[0];
  assert.deepEqual(rows.at(-1), [why, figures(count)]);
  const sent = all.seconds.sent.reduce((a, b) => a + b, 0);
  const finished = all.seconds.finished.reduce((a, b) => a + b, 0);
  assert.deepEqual([sent, finished, all.seconds.backlog.at(-1)], [all.sent, all.finished, 0]);
  assert.deepEqual(page.said, []);
  const chinese = await open(packets, { locale: "zh-CN", colorScheme: "dark" });
  assert.equal(await text(chinese, "#cross_chain h2"), "跨链");
  assert.equal((await chinese.locator("#cross_chain tbody").first().textContent()).includes("sent"), false);
  assert.deepEqual(chinese.said, []);
});

test("Chinese and English", async () => {
  const page = await open(report, { locale: "zh-CN" });
  assert.equal(await text(page, "#map h2"), "城市节点");
  assert.equal(await page.locator("html").getAttribute("lang"), "zh-CN");
  await page.locator("#language").click();
  assert.equal(await text(page, "#map h2"), "City nodes");
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  assert.deepEqual(page.said, []);
});

test("light and dark, as the reader's system has it and by a button", async () => {
  const background = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background(await open(report, { colorScheme: "light" }));
  const page = await open(report, { colorScheme: "dark" });
  assert.notEqual(await background(page), light);
  await page.locator("#theme").click();
  assert.equal(await background(page), light);
});

test("the slowest way of a matrix stands out from the paper in both themes", async () => {
  bsnsim("matrix", "configs/topologies/small.yaml", "--reads", "2", "-O", "html", "-o", path("matrix.html"));
  const page = await show(path("matrix.html"));
  const matrix = await page.evaluate(() => JSON.parse(document.getElementById("report").textContent));
  const slowest = [...matrix.cells].sort((a, b) => b.p50_ms - a.p50_ms)[0];
  const cell = page.locator(".series rect").filter({ hasText: `${slowest.city} → ${slowest.network}/${slowest.chain}` });
  const brightness = (locator) => locator.first().evaluate((one) => {
    const context = new OffscreenCanvas(1, 1).getContext("2d");
    context.fillStyle = getComputedStyle(one).fill;
    context.fillRect(0, 0, 1, 1);
    return context.getImageData(0, 0, 1, 1).data.slice(0, 3).reduce((sum, value) => sum + value, 0);
  });
  for (const theme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: theme });
    const shown = await brightness(cell);
    assert.ok(theme === "light" ? shown < 250 : shown > 450, `${theme}: ${shown}`);
    assert.equal(await page.locator(`.on-${theme}`).isVisible(), true);
    assert.equal(await page.locator(theme === "light" ? ".on-dark" : ".on-light").isVisible(), false);
  }
  assert.deepEqual(page.said, []);
});

test("the keyboard reaches everything", async () => {
  const page = await open(report);
  const reached = [];
  for (let i = 0; i < 60; ++i) {
    await page.keyboard.press("Tab");
    const where = await page.evaluate(() => {
      const at = document.activeElement;
      return at === document.body ? null : at.id || at.getAttribute("href") || at.getAttribute("aria-label") || at.className;
    });
    if (where === null) break;
    reached.push(where);
  }
  for (const wanted of ["#main", "language", "theme", "#latency", "Networks", "copy", "scenario-text"]) {
    assert.ok(reached.includes(wanted), `${wanted} among ${reached.join(", ")}`);
  }
  await page.locator("#theme").focus();
  await page.keyboard.press("Enter");
  assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
});

test("no text of a report becomes markup or runs", async () => {
  const bad = `${mark}<!--\u2028`;
  const poisoned = structuredClone(report);
  poisoned.scenario = poisoned.description = poisoned.scenario_text = poisoned.file = bad;
  for (const city of poisoned.city_nodes) city.name = city.city = bad;
  for (const network of poisoned.networks) network.name = network.protocol = bad;
  for (const round of poisoned.rounds) {
    round.label = bad;
    round.failed_thresholds = [bad];
    round.failures = { [bad]: 1 };
    for (const mix of round.mix) mix.network = bad;
  }
  const { services } = JSON.parse(readFileSync(path("services.json"), "utf8"));
  poisoned.invariants[0].violated = 1;
  poisoned.invariants[0].examples = [bad];
  poisoned.why_invalid = [bad];
  poisoned.faults[0].kind = bad;
  poisoned.faults[0].targets = [bad];
  poisoned.services = [{ ...structuredClone(services[0]), service: bad, framework: bad, state: bad, validators: [bad], followers: [bad] }];
  poisoned.service_events = [{ kind: "deploy", at_s: 1, until_s: 2, targets: [bad], fired: 1 }];
  poisoned.environment.cpu = bad;
  poisoned.cross_chain = structuredClone(packets.cross_chain);
  poisoned.cross_chain.legs[0].name = bad;
  poisoned.cross_chain.failures = { [bad]: 1 };
  const page = await open(poisoned);
  await page.locator("summary").evaluateAll((all) => all.forEach((one) => one.click()));
  assert.equal(await page.evaluate(() => window.ran), undefined);
  assert.equal(await page.locator("img").count(), 0);
  assert.equal(await page.locator("script").count(), 2);
  assert.equal(await text(page, "h1"), bad);
  assert.deepEqual(page.said, []);
});

test("a run without any call, and one with only failures, are shown", async () => {
  const empty = structuredClone(report);
  Object.assign(empty, { rounds: [], networks: [], city_nodes: [], faults: [], valid: false, why_invalid: ["nothing ran"] });
  const page = await open(empty);
  assert.match(await text(page, "#verdict"), /nothing ran/);
  const failed = structuredClone(report);
  for (const round of failed.rounds) {
    for (const one of [round, ...round.mix]) {
      one.failed += one.succeeded;
      one.succeeded = 0;
      for (const part of Object.keys(one.split_ns)) one.split_ns[part] = 0;
    }
  }
  const other = await open(failed);
  assert.match(await text(other, "#verdict"), /failed/);
  assert.deepEqual([...page.said, ...other.said], []);
});

// The pages of the questions: the same page, another JSON. Poisoned by hand, for `report` takes runs only.
function poisoned(html, change) {
  const [before, json, after] = html.split(/(?<=<script id="report"[^>]*>)(.*?)(?=<\/script>)/s);
  const value = JSON.parse(json);
  change(value);
  return before + JSON.stringify(value).replaceAll("<", "\\u003c") + after;
}

for (const [name, args, poison] of [
  ["matrix", ["matrix", "configs/topologies/small.yaml", "--reads", "2"], (value) => { for (const one of value.cells) one.city = `${mark}${one.city}`; }],
  ["knee", ["find-knee", "configs/scenarios/small.yaml", "--network", "irisnet", "--p99", "10000", "--start", "400", "--repeat", "2", "--seconds", "4", "--precision", "0.5"],
    (value) => { value.scenario = value.gave_out = mark; for (const one of value.trials) one.gave_out = mark; }],
]) {
  test(`the page of ${name} has its chart and answer, in both languages, and no markup of others`, async () => {
    bsnsim(...args, "-q", "-O", "html", "-o", path(`${name}.html`));
    for (const locale of ["en-US", "zh-CN"]) {
      const page = await show(path(`${name}.html`), { locale });
      assert.ok((await page.locator(`#${name} figure.chart g.series > *`).count()) > 0);
      assert.ok((await page.locator(`#${name} tbody tr`).count()) > 1);
      assert.deepEqual(page.said, []);
    }
    writeFileSync(path(`${name}-bad.html`), poisoned(readFileSync(path(`${name}.html`), "utf8"), poison));
    const bad = await show(path(`${name}-bad.html`));
    assert.equal(await bad.evaluate(() => window.ran), undefined);
    assert.equal(await bad.locator("img").count(), 0);
    assert.ok((await bad.locator("body").textContent()).includes(mark));
  });
}
