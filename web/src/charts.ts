// The charts. Colours are CSS variables, so that a change of theme needs no drawing.
import * as Plot from "@observablehq/plot";
import { say, type Language, type Word } from "./words";
import { el } from "./dom";
import { byKey, meanSplits, overTime, secondClasses, spectrum, splitParts } from "./report";
import type { Fault, Report, SpectrumPoint } from "./report";

export const palette = ["--c1", "--c2", "--c3", "--c4", "--c5", "--c6", "--c7", "--c8"].map((name) => `var(${name})`);
const dashes = ["", "6 3", "2 3", "8 3 2 3"];
export const plotStyle = { background: "transparent", color: "var(--ink)", fontSize: "12px", fontFamily: "inherit" };

export interface Swatch {
  stroke: string;
  dash?: string;
  fill?: boolean;
  symbol?: "circle" | "diamond" | "square";
}

const shapes = { circle: "M8,6a5,5 0 1,0 10,0a5,5 0 1,0 -10,0", diamond: "M13,0l6,6l-6,6l-6,-6z", square: "M8.5,1.5h9v9h-9z" };

// A legend of its own: swatches that differ in dash or shape as well as in colour.
export function legend(names: string[], swatch: (i: number) => Swatch): HTMLElement {
  return el("ul", { class: "legend" }, names.map((name, i) => {
    const { stroke, dash, fill, symbol } = swatch(i);
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("width", "26");
    svg.setAttribute("height", "12");
    svg.setAttribute("aria-hidden", "true");
    const mark = document.createElementNS("http://www.w3.org/2000/svg", symbol ? "path" : fill ? "rect" : "line");
    const at: Record<string, string> = symbol
      ? { d: shapes[symbol], fill: stroke }
      : fill
      ? { width: "14", height: "12", x: "6", rx: "2", fill: stroke }
      : { x1: "0", x2: "26", y1: "6", y2: "6", stroke, "stroke-width": "3", "stroke-dasharray": dash ?? "" };
    for (const [key, value] of Object.entries(at)) mark.setAttribute(key, value);
    svg.append(mark);
    return el("li", {}, svg, name);
  }));
}

export function chart(label: string, plot: Element, ...others: Element[]): HTMLElement {
  plot.setAttribute("role", "img");
  plot.setAttribute("aria-label", label);
  return el("figure", { class: "chart" }, ...others, plot);
}

export interface Band {
  from: number;
  to: number;
  name: string;
}

// Faults that last as bands, steps as narrow ones.
export function bands(report: Report): Band[] {
  const end = Math.max(report.simulated_seconds, ...report.rounds.map((one) => (one.start_ns + one.duration_ns) / 1e9));
  const lasting = ["kill", "pause", "partition", "latency", "loss", "reset_peer", "duplicate", "reorder", "clock_skew"];
  const band = (fault: Fault): Band => ({
    from: fault.at_s,
    to: fault.until_s ?? (lasting.includes(fault.kind) ? end : fault.at_s),
    name: `${fault.kind} ${fault.targets.slice(0, 2).join(", ")}${fault.targets.length > 2 ? " …" : ""}`.trim(),
  });
  const mends = ["restart", "resume", "heal"];
  return [...report.faults.filter((one) => !mends.includes(one.kind)), ...report.service_events].map(band);
}

// Rows for the names of bands, so that they do not lie upon each other.
function rows(all: Band[], width: number): Map<Band, number> {
  const ends: number[] = [];
  const placed = new Map<Band, number>();
  for (const band of [...all].sort((a, b) => a.from - b.from)) {
    let row = ends.findIndex((end) => end <= band.from);
    if (row < 0) row = ends.length;
    ends[row] = band.from + width * (band.name.length + 2);
    placed.set(band, row);
  }
  return placed;
}

export function timeChart(report: Report, language: Language): HTMLElement {
  const points = overTime(report);
  const colours = [palette[6]!, palette[0]!, palette[2]!, palette[1]!, palette[4]!];
  const shown = bands(report).slice(0, 60);
  const end = Math.max(1, report.simulated_seconds, ...points.map((one) => one.second + 1));
  const placed = rows(shown, end / 190);
  const labelled = shown.filter((band) => placed.get(band)! < 5);
  const top = 18 + 13 * Math.min(5, Math.max(0, ...[...placed.values()].map((row) => row + 1)));
  const plot = Plot.plot({
    width: 1072, height: 280 + top, marginTop: top, marginLeft: 56, marginRight: 12, style: plotStyle,
    x: { label: say(language, "seconds"), domain: [0, end] },
    y: { label: say(language, "calls_per_second"), grid: true, nice: true, zero: true },
    color: { domain: [...secondClasses], range: colours },
    marks: [
      Plot.rect(shown.filter((one) => one.to > one.from), { x1: "from", x2: (one: Band) => Math.min(one.to, end), fill: "var(--band)", fillOpacity: 0.13, className: "band" }),
      Plot.ruleX(shown, { x: "from", stroke: "var(--band)", strokeOpacity: 0.7, strokeDasharray: "2 2" }),
      ...labelled.map((band) => Plot.text([band], { x: "from", text: "name", frameAnchor: "top", textAnchor: "start", dx: 3, dy: -14 - 13 * placed.get(band)!, fill: "var(--band)" })),
      Plot.lineY(points.filter((one) => one.class === "offered"), { x: "second", y: "calls", stroke: colours[0], strokeWidth: 5, strokeOpacity: 0.35, curve: "step-after" }),
      Plot.lineY(points.filter((one) => one.class !== "offered" && (one.class !== "dropped" || report.rounds.some((round) => round.dropped > 0))), { x: "second", y: "calls", z: "class", stroke: "class", strokeWidth: 1.8, curve: "step-after", className: "series" }),
      Plot.ruleX(points, Plot.pointerX({ x: "second", stroke: "var(--soft)" })),
      Plot.tip(points, Plot.pointerX({ x: "second", y: "calls", title: (one) => `${one.second} s, ${say(language, one.class)}: ${one.calls}`, fill: "var(--paper)" })),
    ],
  });
  const names = secondClasses.map((one) => say(language, one));
  return chart(say(language, "over_time"), plot, legend(names, (i) => ({ stroke: colours[i]! })));
}

interface NamedPoint extends SpectrumPoint {
  name: string;
}

export function spectrumChart(report: Report, language: Language, by: "by_network" | "by_method"): HTMLElement {
  const groups = byKey(report, (mix) => (by === "by_network" ? mix.network : `${mix.operation} ${mix.level}`));
  const names = [...groups.keys()].sort();
  const points: NamedPoint[] = names.flatMap((name) => spectrum(groups.get(name)!).map((point) => ({ ...point, name })));
  if (points.length === 0) return el("p", { class: "note" }, say(language, "nothing"));
  const furthest = Math.max(1.3, ...points.map((one) => one.nines));
  const look = (i: number) => ({ stroke: palette[i % palette.length]!, dash: dashes[Math.floor(i / palette.length) % dashes.length]! });
  const ticks = [0, 0.30103, 1, 2, 3, 4, 5, 6, 7].filter((one) => one <= furthest);
  const plot = Plot.plot({
    width: 524, height: 320, marginLeft: 64, marginBottom: 40, style: plotStyle,
    x: { label: say(language, "percentile"), domain: [0, furthest], ticks, grid: true,
         tickFormat: (nines: number) => nines < 0.1 ? "0" : nines < 0.5 ? "50" : `${+(100 - 100 / 10 ** nines).toFixed(5)}` },
    y: { label: say(language, "milliseconds"), type: "log", grid: true, nice: true, tickFormat: (ms: number) => (/^[125]/.test(ms.toExponential()) ? `${ms.toLocaleString("en-US", { maximumSignificantDigits: 2 })}` : "") },
    marks: [
      ...names.map((name, i) => Plot.line(points.filter((one) => one.name === name), { x: "nines", y: "ms", stroke: look(i).stroke, strokeWidth: 2, strokeDasharray: look(i).dash, className: "series" })),
      Plot.tip(points, Plot.pointer({ x: "nines", y: "ms", fill: "var(--paper)", title: (one: NamedPoint) => `${one.name}\np${(100 * one.share).toFixed(one.nines > 2 ? 3 : 1)}: ${one.ms.toPrecision(4)} ms` })),
    ],
  });
  return chart(`${say(language, "latency")} ${say(language, by)}`, plot, legend(names, look));
}

// Of one operation: writes take so much longer than reads that they need another scale.
export function splitChart(report: Report, language: Language, operation: string): HTMLElement {
  const rowsOf = meanSplits(report).filter((one) => one.operation === operation);
  if (rowsOf.length === 0) return el("p", { class: "note" }, say(language, "nothing"));
  const parts = rowsOf.flatMap(({ name, split }) => splitParts.map((part) => ({ name, part: part as Word, ms: split[part] / 1e6 })));
  const colours = [palette[6]!, palette[4]!, palette[3]!, palette[0]!, palette[7]!, palette[1]!, palette[5]!];
  const most = Math.max(...rowsOf.map(({ split }) => split.total / 1e6));
  const plot = Plot.plot({
    width: 1072, marginLeft: 250, marginRight: 84, height: 44 + 26 * rowsOf.length, style: plotStyle,
    x: { label: say(language, "milliseconds"), grid: true, domain: [0, most] },
    y: { label: null, domain: rowsOf.map((one) => one.name) },
    color: { domain: [...splitParts], range: colours },
    marks: [
      Plot.barX(parts, Plot.stackX({ x: "ms", y: "name", fill: "part", order: [...splitParts], title: (one) => `${one.name}\n${say(language, one.part)}: ${one.ms.toFixed(3)} ms`, insetTop: 2, insetBottom: 2, className: "series" })),
      Plot.text(rowsOf, { x: (one) => one.split.total / 1e6, y: "name", text: (one) => `${(one.split.total / 1e6).toLocaleString("en-US", { maximumSignificantDigits: 4 })} ms`, textAnchor: "start", dx: 6 }),
    ],
  });
  return chart(`${say(language, "split")}: ${operation}`, plot, legend(splitParts.map((one) => say(language, one)), (i) => ({ stroke: colours[i]!, fill: true })));
}
