// The parts of the page, in the order in which they are shown.
import { eventName, spectrumChart, splitChart, timeChart } from "./charts";
import { backlogChart, legChart } from "./packets";
import { el, figure, numbers, table, type Child } from "./dom";
import { cityMap } from "./map";
import { byKey, mapState, meanSplits, methodOf, percentile, secondClasses, secondsOf, splitParts, total } from "./report";
import type { CityNode, Counts, EndToEnd, Fault, Invariant, Leg, Network, Report, Service } from "./report";
import { isWord, say, type Language, type Word } from "./words";

export interface Section {
  id: Word;
  body: (report: Report, language: Language) => Child[] | null; // null: not shown
}

const ms = (ns: number) => figure(ns / 1e6);
const s = (value: number) => figure(value, 3);

function verdictText(report: Report): Word {
  const word = `verdict_${report.exit_code}`;
  return isWord(word) ? word : "verdict_1";
}

function verdict(report: Report, language: Language): Child[] {
  const t = (word: Word) => say(language, word);
  const sum = (field: "offered" | "sent" | "succeeded" | "failed" | "dropped" | "unfinished") =>
    report.rounds.reduce((all, round) => all + round[field], 0);
  const thresholds = report.rounds.flatMap((round) => [
    ...round.failed_thresholds.map((text) => ({ round: round.label, text, holds: false })),
    ...round.passed_thresholds.map((text) => ({ round: round.label, text, holds: true })),
  ]);
  const good = report.exit_code === 0;
  return [
    el("div", { class: good ? "verdict" : "verdict bad" },
      el("h2", { id: "verdict-title" }, el("strong", { class: good ? "good" : "bad" }, t(good ? "passed" : "not_passed")), " — ", t(verdictText(report))),
      report.rounds.filter((round) => round.succeeded === 0).map((round) => el("p", { class: "bad-text" }, `✗ ${round.label}: ${t("no_success")}`)),
      report.valid ? el("p", { class: "note" }, t("valid")) : el("div", {}, t("not_valid"), el("ul", {}, report.why_invalid.map((why) => el("li", {}, why)))),
      el("div", {}, `${t("thresholds")}: `, thresholds.length === 0 ? t("no_thresholds") : el("ul", {}, thresholds.map((one) =>
        el("li", {}, el("strong", { class: one.holds ? "good" : "bad" }, one.holds ? "✓ " : "✗ "), `${one.round}: ${one.text}`)))),
      el("div", { class: "tiles" }, (["offered", "sent", "succeeded", "failed", "dropped", "unfinished"] as const).map((field) =>
        el("div", {}, el("b", { "data-total": field }, figure(sum(field))), el("span", {}, t(field)))))),
    roundTable(report, language),
  ];
}

function roundTable(report: Report, language: Language): Child {
  const t = (word: Word) => say(language, word);
  return table(t("rounds"), [
    { title: t("round"), cell: (one) => one.label },
    { title: t("offered"), cell: (one) => figure(one.offered), number: true },
    { title: t("succeeded"), cell: (one) => figure(one.succeeded), number: true },
    { title: t("failed"), cell: (one) => figure(one.failed + one.unfinished), number: true },
    { title: t("dropped"), cell: (one) => figure(one.dropped), number: true },
    { title: t("goodput"), cell: (one) => figure(one.goodput_tps), number: true },
    { title: "p50 (ms)", cell: (one) => ms(one.latency_ns.p50), number: true },
    { title: "p95 (ms)", cell: (one) => ms(one.latency_ns.p95), number: true },
    { title: "p99 (ms)", cell: (one) => ms(one.latency_ns.p99), number: true },
    { title: "p99.9 (ms)", cell: (one) => ms(one.latency_ns.p999), number: true },
  ], report.rounds);
}

function failures(report: Report, language: Language): Child {
  const counts = new Map<string, number>();
  for (const round of report.rounds) {
    for (const [reason, count] of Object.entries(round.failures)) counts.set(reason, (counts.get(reason) ?? 0) + count);
  }
  if (counts.size === 0) return null;
  const t = (word: Word) => say(language, word);
  return [el("h3", {}, t("failures")), table(t("failures"), [
    { title: t("reason"), cell: ([reason]) => reason },
    { title: t("calls"), cell: ([, count]) => figure(count), number: true },
  ], [...counts].sort((a, b) => b[1] - a[1]))];
}

function overTimeSection(report: Report, language: Language): Child[] | null {
  if (report.rounds.length === 0) return null;
  return [el("p", { class: "note" }, say(language, "over_time_note")), timeChart(report, language),
    numbers(say(language, "as_numbers"), () => secondTable(report, language)), failures(report, language)];
}

function secondTable(report: Report, language: Language): HTMLElement {
  return table(say(language, "over_time"), [
    { title: say(language, "seconds"), cell: (one) => figure(one.second, 6), number: true },
    ...secondClasses.map((kind) => ({ title: say(language, kind), cell: (one: ReturnType<typeof secondsOf>[number]) => figure(one[kind]), number: true })),
  ], secondsOf(report));
}

function latency(report: Report, language: Language): Child[] {
  return [el("p", { class: "note" }, say(language, "latency_note")), el("div", { class: "pair" },
    (["by_network", "by_method"] as const).map((by) => el("div", {}, el("h3", {}, say(language, by)), spectrumChart(report, language, by)))),
    numbers(say(language, "as_numbers"), () => percentileTable(report, language))];
}

function percentileTable(report: Report, language: Language): HTMLElement {
  const rows = [...byKey(report, (mix) => mix.network), ...byKey(report, methodOf)];
  const at = (percent: number) => ({ title: `p${percent} (ms)`, cell: ([, counts]: [string, Counts]) => ms(percentile(counts, percent)), number: true });
  return table(say(language, "latency"), [
    { title: "", cell: ([name]) => name },
    { title: say(language, "calls"), cell: ([, counts]) => figure(total(counts)), number: true },
    ...[50, 90, 95, 99, 99.9, 99.99, 100].map(at),
  ], rows);
}

function split(report: Report, language: Language): Child[] {
  const operations = (["submit", "query"] as const).filter((one) => report.rounds.some((round) => round.mix.some((mix) => mix.operation === one)));
  return [el("p", { class: "note" }, say(language, "split_note")),
    operations.map((one) => [el("h3", {}, say(language, one)), splitChart(report, language, one)]),
    numbers(say(language, "as_numbers"), () => splitTable(report, language))];
}

function splitTable(report: Report, language: Language): HTMLElement {
  type Row = ReturnType<typeof meanSplits>[number];
  return table(`${say(language, "split")} (ns)`, [
    { title: "ns", cell: (one: Row) => `${one.name} ${one.operation}` },
    { title: say(language, "calls"), cell: (one) => figure(one.split.calls), number: true },
    ...([...splitParts, "total"] as const).map((part) => ({ title: say(language, part), cell: (one: Row) => figure(one.split[part]), number: true })),
  ], meanSplits(report));
}

function map(report: Report, language: Language): Child[] | null {
  if (report.city_nodes.length === 0) return null;
  const t = (word: Word) => say(language, word);
  const sorted = [...report.city_nodes].sort((a, b) => b.calls - a.calls);
  const busiest = sorted.slice(0, 10).filter((one) => one.calls > 0);
  const state = (one: CityNode) => (one.healthy || mapState(one) === "unhealthy" ? t(mapState(one)) : `${t(mapState(one))}, ${t("unhealthy")}`);
  const columns = [
    { title: t("city"), cell: (one: CityNode) => one.name || one.city },
    { title: t("state"), cell: state },
    { title: t("provider"), cell: (one: CityNode) => one.provider },
    { title: t("calls"), cell: (one: CityNode) => figure(one.calls), number: true },
  ];
  return [el("p", { class: "note" }, t("map_note")), cityMap(report, language,
    busiest.length === 0 ? null : [el("h3", {}, t("busiest")), table(t("busiest"), columns, busiest)]),
    numbers(t("all_cities"), () => table(t("all_cities"), [...columns, { title: t("chains"), cell: (one: CityNode) => one.chains.join(", ") }], sorted))];
}

// What was published of one figure, under what was measured.
function published(network: Network, name: string, language: Language): Child {
  const one = network.published.find((figure) => figure.figure === name);
  if (!one) return null;
  const source = one.differs ? `${one.source}; ${one.differs}` : one.source;
  return el("small", { title: source }, el("br"), `${say(language, "published")} ${one.at_most ? "≤ " : ""}${s(one.value)}`);
}

// Blocks that were made and undone, and what share of all that is.
function forks(one: Network): string {
  return one.stale_blocks === 0 ? "0" : `${figure(one.stale_blocks)} (${s(one.stale_blocks / (one.stale_blocks + one.blocks))})`;
}

function networks(report: Report, language: Language): Child[] | null {
  if (report.networks.length === 0) return null;
  const t = (word: Word) => say(language, word);
  const beside = (value: string, network: Network, name: string) => [value, published(network, name, language)];
  return [el("p", { class: "note" }, t("networks_note")), table(t("networks"), [
    { title: t("network"), cell: (one: Network) => [one.name || one.network, el("small", {}, el("br"), `${one.network}/${one.chain} · ${one.kind}`)] },
    { title: t("protocol"), cell: (one) => [one.protocol, el("small", {}, el("br"), one.family)] },
    { title: t("blocks"), cell: (one) => figure(one.blocks), number: true },
    { title: t("block_interval"), cell: (one) => beside(one.blocks > 1 ? s(one.block_interval_s) : "–", one, "block_interval_s"), number: true },
    { title: t("finality"), cell: (one) => beside(one.finality_ns.count > 0 ? s(one.finality_ns.p50 / 1e9) : "–", one, "finality_s"), number: true },
    { title: t("throughput"), cell: (one) => beside(s(report.simulated_seconds > 0 ? one.transactions / report.simulated_seconds : 0), one, "capacity_tps"), number: true },
    { title: t("forks"), cell: (one) => beside(forks(one), one, "stale_share"), number: true },
  ], report.networks)];
}

const legWords: Record<string, Word> = {
  "source to hub": "leg_to_hub",
  "hub to destination": "leg_to_destination",
  "destination to hub": "leg_back_to_hub",
  "hub to source": "leg_back_to_source",
  "sent to received": "leg_there",
  "sent to acknowledged": "leg_there_and_back",
};

// In the reader's language; a step that this page does not know keeps its name.
function legName(leg: { name: string }, language: Language): string {
  const word = legWords[leg.name];
  return word ? say(language, word) : leg.name;
}

function crossChain(report: Report, language: Language): Child[] | null {
  const all = report.cross_chain;
  if (!all || all.sent === 0) return null;
  const t = (word: Word) => say(language, word);
  const seconds = (ns: number) => s(ns / 1e9);
  const legs = all.legs.filter((one) => one.time_ns.count > 0);
  const tile = (field: "sent" | "received" | "failed" | "refunded" | "finished" | "under_way" | "stuck", word: Word) =>
    el("div", {}, el("b", { "data-packets": field }, figure(all[field])), el("span", {}, t(word)));
  const reasons = Object.entries(all.failures).sort((a, b) => b[1] - a[1]);
  return [
    el("p", { class: "note" }, t("cross_chain_note")),
    el("div", { class: "tiles" }, tile("sent", "sent"), tile("received", "received"), tile("failed", "packet_failed"), tile("refunded", "refunded"),
      tile("finished", "finished"), tile("under_way", "under_way"), tile("stuck", "stuck")),
    el("h3", {}, t("backlog")),
    backlogChart(all.seconds, report, language),
    el("h3", {}, t("legs")),
    legChart(legs.map((one) => ({ name: legName(one, language), time: one.time_ns })), language),
    table(t("legs"), [
      { title: t("leg"), cell: (one: Leg) => legName(one, language) },
      { title: t("packets"), cell: (one) => figure(one.time_ns.count), number: true },
      { title: "p50 (s)", cell: (one) => seconds(one.time_ns.p50), number: true },
      { title: "p95 (s)", cell: (one) => seconds(one.time_ns.p95), number: true },
      { title: "p99 (s)", cell: (one) => seconds(one.time_ns.p99), number: true },
      { title: t("longest"), cell: (one) => seconds(one.time_ns.max), number: true },
    ], legs),
    all.end_to_end.length === 0 ? null : [el("h3", {}, t("end_to_end")), el("p", { class: "note" }, t("end_to_end_note")), table(t("end_to_end"), [
      { title: t("way"), cell: (one: EndToEnd) => legName(one, language) },
      { title: t("packets"), cell: (one) => figure(one.time_ns.count), number: true },
      { title: "p50 (s)", cell: (one) => seconds(one.time_ns.p50), number: true },
      { title: t("finality_times"), cell: (one) => seconds(one.expected_p50_ns), number: true },
      { title: t("over_expected"), cell: (one) => figure(one.over_expected_p50), number: true },
    ], all.end_to_end)],
    reasons.length === 0 ? null : [el("h3", {}, t("failures")), table(t("failures"), [
      { title: t("reason"), cell: ([why]: [string, number]) => why },
      { title: t("packets"), cell: ([, count]) => figure(count), number: true },
    ], reasons)],
    el("p", { class: "note" }, `${t("relayers")}: ${figure(all.headers)} ${t("headers")}, ${figure(all.delivered)} ${t("delivered")}, ${figure(all.refused)} ${t("refused")}, ${figure(all.given_up)} ${t("given_up")}`),
  ];
}

function events(report: Report, language: Language): Child[] | null {
  const all = [...report.faults, ...report.service_events].sort((a, b) => a.at_s - b.at_s);
  if (all.length === 0) return null;
  const t = (word: Word) => say(language, word);
  return [table(t("events"), [
    { title: t("event"), cell: (one: Fault) => eventName(one.kind, language) },
    { title: t("at"), cell: (one) => s(one.at_s), number: true },
    { title: t("until"), cell: (one) => (one.until_s === null ? "" : s(one.until_s)), number: true },
    { title: t("targets"), cell: (one) => one.targets.join(", ") },
    { title: t("fired"), cell: (one) => (one.fired > 0 ? figure(one.fired) : el("span", { class: "bad" }, `✗ ${t("never")}`)), number: true },
  ], all), serviceTable(report, language)];
}

function serviceTable(report: Report, language: Language): Child {
  if (report.services.length === 0) return null;
  const t = (word: Word) => say(language, word);
  return [el("h3", {}, t("services")), table(t("services"), [
    { title: t("service"), cell: (one: Service) => [one.service, el("small", {}, el("br"), `${one.framework} · ${t("version")} ${one.version}`)] },
    { title: t("state"), cell: (one) => one.state },
    { title: t("hosts"), cell: (one) => [...one.validators, ...one.followers].join(", ") },
    { title: t("calls"), cell: (one) => figure(one.calls), number: true },
    { title: t("over_capacity"), cell: (one) => figure(one.over_capacity), number: true },
    { title: t("traffic"), cell: (one) => figure(one.traffic_bytes / 1024), number: true },
    { title: t("storage"), cell: (one) => figure(one.storage_bytes / 1024), number: true },
  ], report.services)];
}

function invariants(report: Report, language: Language): Child[] {
  const t = (word: Word) => say(language, word);
  const meaning = (one: Invariant) => (isWord(`judge_${one.name}`) ? t(`judge_${one.name}` as Word) : "");
  return [el("p", { class: "note" }, t("invariants_note")), table(t("invariants"), [
    { title: t("invariant"), cell: (one: Invariant) => [el("span", { class: one.violated > 0 ? "bad" : "good" }, one.violated > 0 ? "✗ " : "✓ "), one.name] },
    { title: t("checked"), cell: (one) => figure(one.checked), number: true },
    { title: t("violated"), cell: (one) => figure(one.violated), number: true },
    { title: t("meaning"), cell: (one) => [meaning(one), one.examples.map((text) => el("div", { class: "bad-text" }, text))] },
  ], report.invariants)];
}

function environment(report: Report, language: Language): Child[] {
  const t = (word: Word) => say(language, word);
  const pairs: [string, Child][] = [
    [t("mode"), t(report.mode === "live" ? "live" : "virtual")],
    [t("seed"), String(report.seed)],
    ...(report.fingerprint ? [[t("fingerprint"), report.fingerprint] as [string, Child]] : []),
    [t("simulated"), `${s(report.simulated_seconds)} s`],
    [t("wall"), `${s(report.wall_seconds)} s`],
    ...Object.entries(report.environment).map(([name, value]): [string, Child] => [name, String(value)]),
  ];
  const copy = el("button", { type: "button", class: "copy" }, t("copy"));
  copy.addEventListener("click", () => {
    void navigator.clipboard?.writeText(report.command);
    copy.textContent = t("copied");
  });
  return [
    el("dl", {}, pairs.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])),
    el("h3", {}, t("reproduce"), " ", copy),
    el("pre", { class: "command", id: "command" }, report.command),
    report.scenario_text ? [el("h3", {}, t("scenario_text")), el("pre", { id: "scenario-text", tabindex: "0" }, report.scenario_text)] : null,
  ];
}

export const sections: Section[] = [
  { id: "verdict", body: verdict },
  { id: "over_time", body: overTimeSection },
  { id: "latency", body: latency },
  { id: "split", body: split },
  { id: "map", body: map },
  { id: "networks", body: networks },
  { id: "cross_chain", body: crossChain },
  { id: "events", body: events },
  { id: "invariants", body: invariants },
  { id: "environment", body: environment },
];
