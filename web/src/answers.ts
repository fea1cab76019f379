// The pages of the other verbs: `bsnsim matrix` and `bsnsim find-knee`.
import * as Plot from "@observablehq/plot";
import { chart, legend, palette, plotStyle, room } from "./charts";
import { el, figure, numbers, table, type Child } from "./dom";
import { say, translated, type Language, type Word } from "./words";

export interface MatrixCell {
  city: string;
  network: string;
  chain: string;
  calls: number;
  failed: number;
  p50_ms: number;
  p99_ms: number;
}
export interface Matrix {
  format: "bsnsim-matrix";
  mode: string;
  seed: number;
  cells: MatrixCell[];
}
export interface KneeTrial {
  tps: number;
  seed: number;
  holds: boolean;
  p50_ms: number;
  p99_ms: number;
  loss: number;
  goodput_tps: number;
  gave_out: string;
}
export interface Knee {
  format: "bsnsim-knee";
  scenario: string;
  mode: string;
  most_p99_ms: number;
  most_loss: number;
  highest_tps: number | null;
  half_width_95: number | null;
  limit: string;
  gave_out: string;
  trials: KneeTrial[];
}

export function matrixBody(matrix: Matrix, language: Language): Child[] {
  const t = (word: Word) => say(language, word);
  const answered = matrix.cells.filter((one) => one.calls > one.failed);
  const chainOf = (one: MatrixCell) => `${one.network}/${one.chain}`;
  const mean = (key: (one: MatrixCell) => string) => {
    const sums = new Map<string, [number, number]>();
    for (const one of answered) {
      const [sum, count] = sums.get(key(one)) ?? [0, 0];
      sums.set(key(one), [sum + one.p50_ms, count + 1]);
    }
    return [...sums].sort((a, b) => a[1][0] / a[1][1] - b[1][0] / b[1][1]).map(([name]) => name);
  };
  const cities = mean((one) => one.city);
  const chains = mean(chainOf);
  // The slowest stand out from the paper: they are dark on a light one and light on a dark one.
  const shownMs = (one: MatrixCell) => Math.max(0.1, one.p50_ms);
  const all = answered.map(shownMs);
  const domain = all.length > 0 ? [Math.min(...all), Math.max(...all)] : [1, 1000];
  const colours = (theme: "light" | "dark") => ({ type: "log", scheme: "cividis", domain, reverse: theme === "light" }) as const;
  const onLight = Plot.scale({ color: colours("light") });
  const onDark = Plot.scale({ color: colours("dark") });
  const fill = (one: MatrixCell) => `light-dark(${onLight.apply(shownMs(one))}, ${onDark.apply(shownMs(one))})`;
  const plot = Plot.plot({
    width: room(), height: 150 + 14 * cities.length, marginTop: 130, marginLeft: 110, marginRight: 20, style: { ...plotStyle, fontSize: "11px" },
    x: { axis: "top", tickRotate: -40, label: null, domain: chains },
    y: { label: null, domain: cities },
    marks: [
      Plot.cell(answered, { x: chainOf, y: "city", fill: { value: fill, scale: null }, inset: 0.5, className: "series",
        title: (one: MatrixCell) => `${one.city} → ${chainOf(one)}\np50 ${figure(one.p50_ms)} ms, p99 ${figure(one.p99_ms)} ms` }),
      Plot.tip(answered, Plot.pointer({ x: chainOf, y: "city", fill: "var(--paper)", title: (one: MatrixCell) => `${one.city} → ${chainOf(one)}\np50 ${figure(one.p50_ms)} ms, p99 ${figure(one.p99_ms)} ms` })),
    ],
  });
  const key = el("div", {}, (["light", "dark"] as const).map((theme) => el("div", { class: `on-${theme}` },
    Plot.legend({ color: { ...colours(theme), label: t("milliseconds") }, style: plotStyle, width: 332, marginLeft: 12, tickFormat: (one: number) => (/^1/.test(one.toExponential()) ? figure(one, 2) : "") } as unknown as Plot.LegendOptions & { color: Plot.ScaleOptions }) as unknown as Element)));
  const sorted = [...matrix.cells].sort((a, b) => b.p50_ms - a.p50_ms);
  const worst = sorted.filter((one) => one.calls > one.failed).slice(0, 10);
  const shown = (rows: MatrixCell[], label: Word) => table(t(label), [
    { title: t("city"), cell: (one) => one.city },
    { title: t("network"), cell: chainOf },
    { title: "p50 (ms)", cell: (one) => (one.calls > one.failed ? figure(one.p50_ms) : "–"), number: true },
    { title: "p99 (ms)", cell: (one) => (one.calls > one.failed ? figure(one.p99_ms) : "–"), number: true },
    { title: t("calls"), cell: (one) => figure(one.calls), number: true },
    { title: t("failed"), cell: (one) => figure(one.failed), number: true },
  ], rows);
  return [
    el("p", { class: "note" }, t("matrix_note")),
    el("h3", {}, t("worst")),
    shown(worst, "worst"),
    chart(t("matrix"), plot, key),
    numbers(t("as_numbers"), () => shown(sorted, "matrix")),
  ];
}

// The mean over the trials at each rate.
function curve(points: KneeTrial[], name: "p50_ms" | "p99_ms"): { tps: number; ms: number }[] {
  return [...new Set(points.map((one) => one.tps))].map((tps) => {
    const at = points.filter((one) => one.tps === tps);
    return { tps, ms: at.reduce((sum, one) => sum + one[name], 0) / at.length };
  });
}

export function kneeBody(knee: Knee, language: Language): Child[] {
  const t = (word: Word) => say(language, word);
  const points = [...knee.trials].filter((one) => one.p99_ms > 0).sort((a, b) => a.tps - b.tps);
  const band = knee.highest_tps === null ? [] : [{ from: knee.highest_tps - (knee.half_width_95 ?? 0), to: knee.highest_tps + (knee.half_width_95 ?? 0) }];
  const dashes = ["", "6 3"];
  const wide = points.length > 0 && points.at(-1)!.tps > 20 * points[0]!.tps;
  const plot = Plot.plot({
    width: room(), height: 380, marginLeft: 64, style: plotStyle,
    x: { label: t("rate"), type: wide ? "log" : "linear", grid: true, nice: true, tickFormat: (one: number) => (!wide || /^[125]/.test(one.toExponential()) ? figure(one) : "") },
    y: { label: `${t("latency")} (${t("milliseconds")})`, type: "log", grid: true, nice: true, tickFormat: (one: number) => (/^[125]/.test(one.toExponential()) ? figure(one, 2) : "") },
    symbol: { domain: [true, false], range: ["circle", "times"] },
    marks: [
      Plot.rect(band, { x1: "from", x2: "to", fill: "var(--good)", fillOpacity: 0.15, className: "band" }),
      Plot.ruleX(knee.highest_tps === null ? [] : [knee.highest_tps], { stroke: "var(--good)", strokeWidth: 2 }),
      Plot.ruleY([knee.most_p99_ms], { stroke: "var(--band)", strokeDasharray: "5 4" }),
      ...(["p50_ms", "p99_ms"] as const).map((name, i) =>
        Plot.line(curve(points, name), { x: "tps", y: "ms", stroke: palette[i]!, strokeWidth: 1.8, strokeDasharray: dashes[i]!, className: "curve" })),
      ...(["p50_ms", "p99_ms"] as const).map((name, i) =>
        Plot.dot(points, { x: "tps", y: name, symbol: "holds", r: 5, stroke: palette[i]!, strokeWidth: 2, className: "series" })),
      Plot.tip(points, Plot.pointer({ x: "tps", y: "p99_ms", fill: "var(--paper)", title: (one: KneeTrial) => `${figure(one.tps)} TPS, ${one.seed}\np50 ${figure(one.p50_ms)} ms, p99 ${figure(one.p99_ms)} ms\n${t("loss")} ${figure(100 * one.loss, 3)} %` })),
    ],
  });
  const answer = knee.highest_tps === null ? `${t("limit_none")}: ${translated(language, knee.limit)}` : `${figure(knee.highest_tps)} ± ${figure(knee.half_width_95 ?? 0, 2)} TPS`;
  return [
    el("div", { class: knee.highest_tps === null ? "verdict bad" : "verdict" },
      el("h2", { id: "answer" }, answer),
      knee.highest_tps === null ? null : el("p", { class: "note" }, `${t("at_each_seed")} ${new Set(knee.trials.map((one) => one.seed)).size}`),
      el("p", { class: "note" }, `p99 ≤ ${figure(knee.most_p99_ms)} ms, ${t("loss")} ≤ ${figure(100 * knee.most_loss)} %`),
      knee.gave_out ? el("p", {}, `${t("first_out")}: `, el("strong", {}, translated(language, knee.gave_out))) : null),
    el("p", { class: "note" }, t("knee_note")),
    chart(t("knee_curve"), plot, legend(["p50", "p99"], (i) => ({ stroke: palette[i]!, dash: dashes[i]! }))),
    el("h3", {}, t("trials")),
    table(t("trials"), [
      { title: t("seed"), cell: (one) => figure(one.seed), number: true },
      { title: t("rate"), cell: (one) => figure(one.tps), number: true },
      { title: t("goodput"), cell: (one) => figure(one.goodput_tps), number: true },
      { title: "p50 (ms)", cell: (one) => figure(one.p50_ms), number: true },
      { title: "p99 (ms)", cell: (one) => figure(one.p99_ms), number: true },
      { title: `${t("loss")} (%)`, cell: (one) => figure(100 * one.loss, 3), number: true },
      { title: "", cell: (one) => [el("span", { class: one.holds ? "good" : "bad" }, one.holds ? "✓ " : "✗ "), t(one.holds ? "holds" : "breaks"), one.gave_out ? `: ${translated(language, one.gave_out)}` : ""] },
    ], knee.trials),
  ];
}
