// The city nodes at their places: coloured and shaped by state, sized by the calls that they answered.
import * as Plot from "@observablehq/plot";
import { geoConicEqualArea, geoEqualEarth, type GeoProjection } from "d3-geo";
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import atlas from "world-atlas/countries-110m.json";
import { chart, palette, room } from "./charts";
import { el, figure, type Child } from "./dom";
import { mapState, mapStates } from "./report";
import type { CityNode, MapState, Report } from "./report";
import { say, type Language } from "./words";

const world = atlas as unknown as Topology<{ countries: GeometryCollection; land: GeometryCollection }>;
const land = feature(world, world.objects.land);
const borders = mesh(world, world.objects.countries, (a, b) => a !== b);

const symbols: Record<MapState, { symbol: "circle" | "square" | "triangle" | "diamond" | "times"; colour: string }> = {
  connected: { symbol: "circle", colour: palette[0]! },
  building: { symbol: "square", colour: palette[6]! },
  overseas: { symbol: "diamond", colour: palette[2]! },
  changing: { symbol: "triangle", colour: palette[3]! },
  unhealthy: { symbol: "times", colour: palette[1]! },
};

interface Frame {
  label: string;
  width: number;
  height: number;
  projection: (width: number, height: number) => GeoProjection;
}

// The radius in pixels: what is above the least grows with the root of the calls, so that areas can be compared.
const radiusOf = (calls: number, most: number) => 3 + 9 * Math.sqrt(most > 0 ? calls / most : 0);

function draw(cities: CityNode[], frame: Frame, language: Language, most: number): Element {
  const radius = (city: CityNode) => radiusOf(city.calls, most);
  const title = (city: CityNode) =>
    `${city.name} (${city.city})\n${say(language, mapState(city))} · ${city.provider}\n${say(language, "calls")}: ${city.calls}\n${city.chains.join(", ")}`;
  const sorted = [...cities].sort((a, b) => b.calls - a.calls);
  return Plot.plot({
    width: frame.width, height: frame.height, margin: 0,
    style: { background: "transparent", color: "var(--ink)", fontSize: "12px", fontFamily: "inherit" },
    projection: { type: ({ width, height }: { width: number; height: number }) => frame.projection(width, height), clip: "frame" } as Plot.ProjectionOptions,
    marks: [
      Plot.geo(land, { fill: "var(--land)" }),
      Plot.geo(borders, { stroke: "var(--border)", strokeWidth: 0.8 }),
      ...mapStates.map((state) =>
        Plot.dot(sorted.filter((city) => mapState(city) === state), {
          x: "longitude", y: "latitude", r: radius, symbol: symbols[state].symbol,
          fill: state === "unhealthy" ? "none" : symbols[state].colour, fillOpacity: 0.75,
          stroke: state === "unhealthy" ? symbols[state].colour : "var(--paper)", strokeWidth: state === "unhealthy" ? 2.5 : 0.8,
          className: `city ${state}`,
        })),
      Plot.tip(sorted, Plot.pointer({ x: "longitude", y: "latitude", title, fill: "var(--paper)" })),
    ],
    r: { type: "identity" },
  });
}

const china = (width: number, height: number) =>
  geoConicEqualArea().parallels([25, 47]).rotate([-104, 0]).fitExtent([[6, 6], [width - 6, height - 6]],
    { type: "MultiPoint", coordinates: [[75, 39], [134, 47.5], [122, 53], [109, 18.2], [98, 24], [122, 25]] });
const globe = (width: number, height: number) =>
  geoEqualEarth().rotate([-11, 0]).fitExtent([[4, 4], [width - 4, height - 4]], { type: "Sphere" });

function legendOf(cities: CityNode[], language: Language): HTMLElement {
  return el("ul", { class: "legend", id: "map-legend" }, mapStates.map((state) => {
    const count = cities.filter((city) => mapState(city) === state).length;
    if (count === 0) return null;
    const swatch = Plot.plot({ width: 16, height: 16, margin: 0, axis: null, x: { domain: [-1, 1] }, y: { domain: [-1, 1] },
      marks: [Plot.dot([[0, 0]], { r: 5, symbol: symbols[state].symbol, fill: state === "unhealthy" ? "none" : symbols[state].colour, stroke: symbols[state].colour })] });
    swatch.setAttribute("aria-hidden", "true");
    return el("li", { "data-state": state, "data-count": String(count) }, swatch, `${say(language, state)}: `, el("b", {}, count));
  }));
}

// How many calls the sizes stand for.
function sizes(language: Language, most: number): HTMLElement | null {
  if (most === 0) return null;
  return el("ul", { class: "legend", id: "map-sizes" }, [...new Set([0, Math.ceil(most / 4), most])].map((calls) => {
    const radius = radiusOf(calls, most);
    const swatch = Plot.plot({ width: 26, height: 26, margin: 0, axis: null, x: { domain: [-1, 1] }, y: { domain: [-1, 1] },
      marks: [Plot.dot([[0, 0]], { r: radius, stroke: "var(--soft)", fill: "none" })], r: { type: "identity" } });
    swatch.setAttribute("aria-hidden", "true");
    return el("li", {}, swatch, `${figure(calls)} ${say(language, "calls_word")}`);
  }));
}

// Under the map of the world is room for something else.
export function cityMap(report: Report, language: Language, under: Child): HTMLElement {
  const cities = report.city_nodes;
  const most = Math.max(0, ...cities.map((city) => city.calls));
  const frames: [Frame, CityNode[]][] = [
    [{ label: say(language, "map_china"), width: room(660), height: Math.round(room(660) / 1.32), projection: china }, cities.filter((city) => !city.overseas || city.longitude > 110 && city.longitude < 123 && city.latitude > 18 && city.latitude < 27)],
    [{ label: say(language, "map_world"), width: room(400), height: Math.round(0.525 * room(400)), projection: globe }, cities],
  ];
  const maps = frames.map(([frame, shown]) => {
    const plot = draw(shown, frame, language, most);
    plot.classList.add("map");
    return chart(`${say(language, "map")}: ${frame.label}`, plot);
  });
  return el("div", {}, legendOf(cities, language), sizes(language, most), el("div", { class: "maps" }, maps[0], el("div", {}, maps[1], under)));
}
