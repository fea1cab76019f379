// The charts. Colours are CSS variables, so that a change of theme needs no drawing.
import * as Plot from "@observablehq/plot";
import { isWord, say, type Language, type Word } from "./words";
import { el } from "./dom";
import { byKey, meanSplits, methodOf, overTime, secondClasses, spectrum, splitParts } from "./report";
import type { Fault, Report, SpectrumPoint } from "./report";

export const palette = ["--c1", "--c2", "--c3", "--c4", "--c5", "--c6", "--c7", "--c8"].map((name) => `var(${name})`);
const dashes = ["", "6 3", "2 3", "8 3 2 3"];
export const plotStyle = { background: "transparent", color: "var(--ink)", fontSize: "12px", fontFamily: "inherit" };

// How wide a chart may be: as the page is, so that its letters stay as large as the others.
export function room(most = 1072): number {
  const page = document.documentElement.clientWidth;
  return Math.min(most, Math.max(320, page - (page > 560 ? 48 : 28)));
}

// What names of rows take beside a chart.
export const besides = (names: string[]): number => Math.min(330, 16 + 6.8 * Math.max(0, ...names.map((one) => one.length)));

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
  change: boolean; // of the network's life, not a fault
}

const changes = ["commission", "drain", "leave"];

export function eventName(kind: string, language: Language): string {
  const word = `event_${kind}`;
  return isWord(word) ? say(language, word) : kind;
}

// Faults and changes that last as bands, steps as narrow ones.
export function bands(report: Report, language: Language): Band[] {
  const end = Math.max(report.simulated_seconds, ...report.rounds.map((one) => (one.start_ns + one.duration_ns) / 1e9));
  const lasting = ["kill", "pause", "partition", "latency", "loss", "reset_peer", "duplicate", "reorder", "clock_skew"];
  const band = (fault: Fault): Band => ({
    from: fault.at_s,
    to: fault.until_s ?? (lasting.includes(fault.kind) ? end : fault.at_s),
    change: changes.includes(fault.kind) || report.service_events.includes(fault),
    name: `${eventName(fault.kind, language)} ${fault.targets.slice(0, 2).join(", ")}${fault.targets.length > 2 ? " …" : ""}`.trim(),
  });
  const mends = ["restart", "resume", "heal"];
  return [...report.faults.filter((one) => !mends.includes(one.kind)), ...report.service_events].map(band);
}

interface Place {
  row: number;
  atEnd: boolean; // the name stands left of where the band begins, for there is no room to its right
}

// Rows for the names of bands, so that they do not lie upon each other. `width`: of a letter, in seconds.
function rows(all: Band[], width: number, end: number): Map<Band, Place> {
  const ends: number[] = [];
  const placed = new Map<Band, Place>();
  for (const band of [...all].sort((a, b) => a.from - b.from)) {
    const letters = [...band.name].reduce((sum, one) => sum + (one > "\u2e80" ? 2 : 1), 2);
    const atEnd = band.from + width * letters > end;
    const from = atEnd ? band.from - width * letters : band.from;
    let row = ends.findIndex((taken) => taken <= from);
    if (row < 0) row = ends.length;
    ends[row] = from + width * letters;
    placed.set(band, { row, atEnd });
  }
  return placed;
}

export function timeChart(report: Report, language: Language): HTMLElement {
  const points = overTime(report);
  const colours = [palette[6]!, palette[0]!, palette[2]!, palette[1]!, palette[4]!];
  const dashed = { sent: "", succeeded: "", failed: "5 2", dropped: "2 2" };
  const drawn = (["sent", "succeeded", "failed", "dropped"] as const).filter((one) => one !== "dropped" || report.rounds.some((round) => round.dropped > 0));
  const shown = bands(report, language).slice(0, 60);
  const look = (one: Band) => (one.change ? "var(--change)" : "var(--band)");
  const end = Math.max(1, report.simulated_seconds, ...points.map((one) => one.second + 1));
  const width = room();
  const placed = rows(shown, (7.2 * end) / (width - 68), end);
  const labelled = shown.filter((band) => placed.get(band)!.row < 8);
  const top = 18 + 13 * Math.min(8, Math.max(0, ...[...placed.values()].map((one) => one.row + 1)));
  const plot = Plot.plot({
    width, height: 280 + top, marginTop: top, marginLeft: 56, marginRight: 12, style: plotStyle,
    x: { label: say(language, "seconds"), domain: [0, end] },
    y: { label: say(language, "calls_per_second"), grid: true, nice: true, zero: true },
    color: { type: "identity" },
    marks: [
      Plot.rect(shown.filter((one) => one.to > one.from), { x1: "from", x2: (one: Band) => Math.min(one.to, end), fill: look, fillOpacity: 0.16, className: "band" }),
      Plot.ruleX(shown, { x: "from", stroke: look, strokeOpacity: 0.8, strokeDasharray: "2 2" }),
      ...labelled.map((band) => {
        const { row, atEnd } = placed.get(band)!;
        return Plot.text([band], { x: "from", text: "name", frameAnchor: "top", textAnchor: atEnd ? "end" : "start", dx: atEnd ? -3 : 3, dy: -14 - 13 * row, fill: look(band) });
      }),
      Plot.lineY(points.filter((one) => one.class === "offered"), { x: "second", y: "calls", stroke: colours[0], strokeWidth: 5, strokeOpacity: 0.35, curve: "step-after" }),
      ...drawn.map((kind) => Plot.lineY(points.filter((one) => one.class === kind), { x: "second", y: "calls", stroke: colours[secondClasses.indexOf(kind)]!, strokeDasharray: dashed[kind], strokeWidth: 1.8, curve: "step-after", className: "series" })),
      Plot.ruleX(points, Plot.pointerX({ x: "second", stroke: "var(--soft)" })),
      Plot.tip(points, Plot.pointerX({ x: "second", y: "calls", title: (one) => `${one.second} s, ${say(language, one.class)}: ${one.calls}`, fill: "var(--paper)" })),
    ],
  });
  const marked: [string, Swatch][] = [[say(language, "offered"), { stroke: colours[0]! }]];
  for (const one of drawn) marked.push([say(language, one), { stroke: colours[secondClasses.indexOf(one)]!, dash: dashed[one] }]);
  if (shown.some((one) => !one.change)) marked.push([say(language, "fault_band"), { stroke: "var(--band)", fill: true }]);
  if (shown.some((one) => one.change)) marked.push([say(language, "change_band"), { stroke: "var(--change)", fill: true }]);
  return chart(say(language, "over_time"), plot, legend(marked.map(([name]) => name), (i) => marked[i]![1]));
}

interface NamedPoint extends SpectrumPoint {
  name: string;
}

export function spectrumChart(report: Report, language: Language, by: "by_network" | "by_method"): HTMLElement {
  const groups = byKey(report, (mix) => (by === "by_network" ? mix.network : methodOf(mix)));
  const names = [...groups.keys()].sort();
  const exact: NamedPoint[] = names.flatMap((name) => spectrum(groups.get(name)!).map((point) => ({ ...point, name })));
  // A logarithm has no place for 0, which virtual time gives to a read in the caller's own city: it is drawn at the edge.
  const least = Math.min(...exact.map((one) => one.ms).filter((one) => one >= 0.001), 1e9);
  const edge = 10 ** Math.floor(Math.log10(least === 1e9 ? 1 : least));
  const points = exact.map((one) => ({ ...one, drawn: Math.max(edge, one.ms) }));
  if (points.length === 0) return el("p", { class: "note" }, say(language, "nothing"));
  const furthest = Math.max(1.3, ...points.map((one) => one.nines));
  const look = (i: number) => ({ stroke: palette[i % palette.length]!, dash: dashes[Math.floor(i / palette.length) % dashes.length]! });
  const ticks = [0, 0.30103, 1, 2, 3, 4, 5, 6, 7].filter((one) => one <= furthest);
  const plot = Plot.plot({
    width: room(524), height: 320, marginLeft: 64, marginBottom: 40, style: plotStyle,
    x: { label: say(language, "percentile"), domain: [0, furthest], ticks, grid: true,
         tickFormat: (nines: number) => nines < 0.1 ? "0" : nines < 0.5 ? "50" : `${+(100 - 100 / 10 ** nines).toFixed(5)}` },
    y: { label: say(language, "milliseconds"), type: "log", grid: true, nice: true, tickFormat: (ms: number) => (/^[125]/.test(ms.toExponential()) ? `${ms.toLocaleString("en-US", { maximumSignificantDigits: 2 })}` : "") },
    marks: [
      ...names.map((name, i) => Plot.line(points.filter((one) => one.name === name), { x: "nines", y: "drawn", stroke: look(i).stroke, strokeWidth: 2, strokeDasharray: look(i).dash, curve: "step-after", className: "series" })),
      Plot.tip(points, Plot.pointer({ x: "nines", y: "drawn", fill: "var(--paper)", title: (one: NamedPoint) => `${one.name}\np${(100 * one.share).toFixed(one.nines > 2 ? 3 : 1)}: ${one.ms.toPrecision(4)} ms` })),
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
  const left = besides(rowsOf.map((one) => one.name));
  const plot = Plot.plot({
    width: room(), marginLeft: left, marginRight: 84, height: 44 + 26 * rowsOf.length, style: plotStyle,
    x: { label: say(language, "milliseconds"), grid: true, domain: [0, most], ticks: Math.max(2, (room() - left - 84) / 90) },
    y: { label: null, domain: rowsOf.map((one) => one.name) },
    color: { domain: [...splitParts], range: colours },
    marks: [
      Plot.barX(parts, Plot.stackX({ x: "ms", y: "name", fill: "part", order: [...splitParts], title: (one) => `${one.name}\n${say(language, one.part)}: ${one.ms.toFixed(3)} ms`, insetTop: 2, insetBottom: 2, className: "series" })),
      Plot.text(rowsOf, { x: (one) => one.split.total / 1e6, y: "name", text: (one) => `${(one.split.total / 1e6).toLocaleString("en-US", { maximumSignificantDigits: 4 })} ms`, textAnchor: "start", dx: 6 }),
    ],
  });
  return chart(`${say(language, "split")}: ${operation}`, plot, legend(splitParts.map((one) => say(language, one)), (i) => ({ stroke: colours[i]!, fill: true })));
}
