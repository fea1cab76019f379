// The charts of cross-chain packets: how many were under way, and how long each step took.
import * as Plot from "@observablehq/plot";
import { besides, chart, legend, palette, plotStyle, room } from "./charts";
import { figure } from "./dom";
import type { CrossChain, Report, Summary } from "./report";
import { say, type Language } from "./words";

interface Second {
  second: number;
  backlog: number;
  sent: number;
  finished: number;
}

// Sent and finished by second as lines, what is under way as an area behind them.
export function backlogChart(series: CrossChain["seconds"], report: Report, language: Language): HTMLElement {
  const points: Second[] = series.backlog.map((backlog, second) => ({ second, backlog, sent: series.sent[second] ?? 0, finished: series.finished[second] ?? 0 }));
  const loaded = Math.max(0, ...report.rounds.map((round) => (round.start_ns + round.duration_ns) / 1e9));
  const names = [say(language, "backlog_series"), say(language, "sent"), say(language, "finished")];
  const colours = [palette[3]!, palette[0]!, palette[2]!];
  const dashes = ["", "", "6 3"];
  const line = (y: "sent" | "finished", i: number) =>
    Plot.lineY(points, { x: "second", y, stroke: colours[i]!, strokeWidth: 1.8, strokeDasharray: dashes[i]!, curve: "step-after", className: "series" });
  const plot = Plot.plot({
    width: room(), height: 270, marginLeft: 56, marginRight: 12, marginBottom: 40, style: plotStyle,
    x: { label: say(language, "seconds"), domain: [0, Math.max(1, points.length)] },
    y: { label: say(language, "packets"), grid: true, nice: true, zero: true },
    marks: [
      Plot.areaY(points, { x: "second", y: "backlog", fill: colours[0]!, fillOpacity: 0.25, curve: "step-after" }),
      Plot.lineY(points, { x: "second", y: "backlog", stroke: colours[0]!, strokeWidth: 2.2, curve: "step-after", className: "series" }),
      line("sent", 1),
      line("finished", 2),
      Plot.ruleX(loaded < points.length ? [loaded] : [], { stroke: "var(--soft)", strokeDasharray: "2 3" }),
      Plot.text(loaded < points.length ? [loaded] : [], { x: (one: number) => one, text: () => say(language, "load_ended"), frameAnchor: "top", textAnchor: "start", dx: 4, fill: "var(--soft)" }),
      Plot.ruleX(points, Plot.pointerX({ x: "second", stroke: "var(--soft)" })),
      Plot.tip(points, Plot.pointerX({ x: "second", y: "backlog", fill: "var(--paper)",
        title: (one: Second) => `${one.second} s\n${names[0]}: ${one.backlog}\n${names[1]}: ${one.sent}, ${names[2]}: ${one.finished}` })),
    ],
  });
  return chart(say(language, "backlog"), plot, legend(names, (i) => ({ stroke: colours[i]!, dash: dashes[i]! })));
}

// One row a step: a line from p50 to p99, with p95 between them.
export function legChart(legs: { name: string; time: Summary }[], language: Language): HTMLElement | null {
  if (legs.length === 0) return null;
  const at = (name: string, time: Summary) => (["p50", "p95", "p99"] as const).map((which) => ({ name, which, s: Math.max(1e-3, time[which] / 1e9) }));
  const dots = legs.flatMap(({ name, time }) => at(name, time));
  const times = dots.map((one) => one.s);
  const symbols = ["circle", "diamond", "square"] as const;
  const colours = [palette[0]!, palette[3]!, palette[1]!];
  const plot = Plot.plot({
    width: room(), height: 64 + 28 * legs.length, marginLeft: besides(legs.map((one) => one.name)), marginRight: 24, marginBottom: 42, style: plotStyle,
    x: { type: "log", label: say(language, "seconds"), grid: true, domain: [0.8 * Math.min(...times), 1.25 * Math.max(...times)], tickFormat: (one: number) => (/^[125]/.test(one.toExponential()) ? figure(one, 2) : "") },
    y: { label: null, domain: legs.map((one) => one.name) },
    symbol: { domain: ["p50", "p95", "p99"], range: [...symbols] },
    marks: [
      Plot.link(legs, { x1: (one) => Math.max(1e-3, one.time.p50 / 1e9), x2: (one) => Math.max(1e-3, one.time.p99 / 1e9), y1: "name", y2: "name", stroke: "var(--soft)", strokeWidth: 2 }),
      ...[2, 1, 0].map((i) => // the lowest on top
        Plot.dot(dots.filter((one) => one.which === `p${[50, 95, 99][i]}`), { x: "s", y: "name", symbol: "which", r: 5, fill: colours[i]!, stroke: "var(--paper)", className: "series",
          title: (one) => `${one.name}\n${one.which}: ${figure(one.s)} s` })),
    ],
  });
  return chart(say(language, "legs"), plot, legend(["p50", "p95", "p99"], (i) => ({ stroke: colours[i]!, symbol: symbols[i]! })));
}
