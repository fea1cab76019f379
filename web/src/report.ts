// The report's JSON as bsnsim writes it (sim/report_fields.h), and what is worked out from it.

export interface HistogramJson {
  min: number;
  max: number;
  mean: number;
  rest: number;
  buckets: number[];
}
export interface Summary {
  count: number;
  min: number;
  p50: number;
  p95: number;
  p99: number;
  p999: number;
  max: number;
  mean: number;
}
export const splitParts = ["client", "gateway_queue", "route", "wire", "node_queue", "consensus", "return"] as const;
export type SplitPart = (typeof splitParts)[number];
export type Split = Record<SplitPart, number> & { calls: number; total: number };
export interface Mix {
  network: string;
  chain: string;
  operation: string;
  contract: string;
  function: string;
  level: string;
  sent: number;
  succeeded: number;
  failed: number;
  unfinished: number;
  latency_ns: Summary;
  split_ns: Split;
  histogram: HistogramJson;
}
export const secondClasses = ["offered", "sent", "succeeded", "failed", "dropped"] as const;
export type SecondClass = (typeof secondClasses)[number];
export interface Round {
  label: string;
  start_ns: number;
  duration_ns: number;
  offered: number;
  sent: number;
  dropped: number;
  succeeded: number;
  failed: number;
  unfinished: number;
  send_tps: number;
  throughput_tps: number;
  goodput_tps: number;
  latency_ns: Summary;
  split_ns: Split;
  failures: Record<string, number>;
  passed_thresholds: string[];
  failed_thresholds: string[];
  mix: Mix[];
  seconds: Record<SecondClass, number[]>;
  histogram: HistogramJson;
}
export interface Published {
  figure: string;
  value: number;
  tolerance: number;
  at_most: boolean;
  source: string;
  differs: string;
}
export interface Network {
  network: string;
  chain: string;
  family: string;
  name: string;
  kind: string;
  protocol: string;
  height: number;
  blocks: number;
  transactions: number;
  block_interval_s: number;
  reorganisations: number;
  max_reorganisation_depth: number;
  stale_blocks: number;
  finality_ns: Summary;
  published: Published[];
}
export interface CityNode {
  city: string;
  name: string;
  province: string;
  latitude: number;
  longitude: number;
  state: string;
  provider: string;
  overseas: boolean;
  healthy: boolean;
  calls: number;
  chains: string[];
}
export interface Fault {
  kind: string;
  at_s: number;
  until_s: number | null;
  targets: string[];
  fired: number;
}
export interface Service {
  service: string;
  framework: string;
  version: number;
  state: string;
  validators: string[];
  followers: string[];
  calls: number;
  over_capacity: number;
  traffic_bytes: number;
  storage_bytes: number;
}
export interface Invariant {
  name: string;
  checked: number;
  violated: number;
  examples: string[];
}
export interface Leg {
  name: string;
  time_ns: Summary;
}
export interface EndToEnd {
  name: string;
  time_ns: Summary;
  expected_p50_ns: number;
  over_expected_p50: number;
}
export interface CrossChain {
  sent: number;
  received: number;
  failed: number;
  refunded: number;
  finished: number;
  under_way: number;
  stuck: number;
  headers: number;
  delivered: number;
  refused: number;
  given_up: number;
  legs: Leg[];
  end_to_end: EndToEnd[];
  failures: Record<string, number>;
  seconds: { sent: number[]; finished: number[]; backlog: number[] };
}
export interface Report {
  format: "bsnsim-report";
  scenario: string;
  description: string;
  mode: string;
  seed: number;
  fingerprint: string;
  valid: boolean;
  why_invalid: string[];
  stopped: boolean;
  exit_code: number;
  simulated_seconds: number;
  wall_seconds: number;
  events: number;
  command: string;
  environment: Record<string, string | number>;
  rounds: Round[];
  networks: Network[];
  city_nodes: CityNode[];
  invariants: Invariant[];
  cross_chain: CrossChain | null;
  faults: Fault[];
  services: Service[];
  service_events: Fault[];
  gateway: { attempts: number; retries: number; hedges: number; compares: number };
  scenario_text: string;
}

// ---- histograms ----

// Counts by the highest value of their bucket in nanoseconds, ascending.
export type Counts = [number, number][];

function highestOf(bucket: number): number {
  if (bucket < 2048) return bucket;
  const width = 2 ** (Math.floor(bucket / 1024) - 1);
  return (1024 + (bucket % 1024)) * width + width - 1;
}

// Several histograms as one.
export function merged(histograms: HistogramJson[]): Counts {
  const all = new Map<number, number>();
  let max = 0;
  for (const one of histograms) {
    let bucket = 0;
    max = Math.max(max, one.max);
    for (let i = 0; i < one.buckets.length; i += 2) {
      bucket += one.buckets[i]!;
      all.set(bucket, (all.get(bucket) ?? 0) + one.buckets[i + 1]!);
    }
  }
  return [...all].sort((a, b) => a[0] - b[0]).map(([bucket, count]) => [Math.min(highestOf(bucket), max), count]);
}

export function total(counts: Counts): number {
  return counts.reduce((sum, [, count]) => sum + count, 0);
}

export function percentile(counts: Counts, percent: number): number {
  const rank = Math.max(1, Math.ceil((percent / 100) * total(counts) - 1e-9));
  let seen = 0;
  for (const [value, count] of counts) {
    seen += count;
    if (seen >= rank) return value;
  }
  return 0;
}

export interface SpectrumPoint {
  nines: number; // -log10(1 - share): 1 is 90 %, 2 is 99 %
  share: number;
  ms: number;
}

// The HDR spectrum: latency by percentile, as fine as there are calls to tell it.
export function spectrum(counts: Counts): SpectrumPoint[] {
  const all = total(counts);
  const points: SpectrumPoint[] = [];
  let seen = 0;
  for (const [value, count] of counts) {
    const before = seen / all;
    seen += count;
    points.push({ share: before, nines: -Math.log10(1 - before), ms: value / 1e6 });
  }
  const step = Math.max(1, Math.floor(points.length / 400));
  return points.filter((_, i) => i % step === 0 || i === points.length - 1);
}

// The mixes of all rounds, gathered by what `key` says of them.
export function byKey(report: Report, key: (mix: Mix) => string): Map<string, Counts> {
  const gathered = new Map<string, HistogramJson[]>();
  for (const round of report.rounds) {
    for (const mix of round.mix) {
      if (mix.histogram.buckets.length === 0) continue;
      const list = gathered.get(key(mix)) ?? [];
      list.push(mix.histogram);
      gathered.set(key(mix), list);
    }
  }
  return new Map([...gathered].map(([name, list]) => [name, merged(list)]));
}

// What was called: "submit asset.transfer final".
export function methodOf(mix: Mix): string {
  return `${mix.operation} ${mix.contract}.${mix.function} ${mix.level}`;
}

// Of all mixes of one kind, the mean time in each part; the parts add up to the total exactly.
export function meanSplits(report: Report): { name: string; operation: string; split: Split }[] {
  const rows = new Map<string, Mix[]>();
  for (const round of report.rounds) {
    for (const mix of round.mix) {
      if (mix.split_ns.calls === 0) continue;
      const name = `${mix.network}/${mix.chain} ${mix.operation}`;
      rows.set(name, [...(rows.get(name) ?? []), mix]);
    }
  }
  return [...rows].map(([name, mixes]) => {
    const split = { calls: 0, total: 0 } as Split;
    for (const mix of mixes) split.calls += mix.split_ns.calls;
    for (const part of splitParts) {
      const sum = mixes.reduce((all, mix) => all + mix.split_ns[part] * mix.split_ns.calls, 0);
      split[part] = Math.round(sum / split.calls);
      split.total += split[part];
    }
    return { name: name.slice(0, name.lastIndexOf(" ")), operation: mixes[0]!.operation, split };
  });
}

export interface SecondPoint {
  second: number;
  class: SecondClass;
  calls: number;
}

// The seconds of all rounds on one line of time.
export function overTime(report: Report): SecondPoint[] {
  const points: SecondPoint[] = [];
  for (const round of report.rounds) {
    const start = round.start_ns / 1e9;
    for (const kind of secondClasses) {
      round.seconds[kind].forEach((calls, i) => points.push({ second: start + i, class: kind, calls }));
    }
  }
  return points;
}

// The same by second, all classes together; rounds do not share a second.
export function secondsOf(report: Report): (Record<SecondClass, number> & { second: number })[] {
  return report.rounds.flatMap((round) => round.seconds.offered.map((_, i) => ({
    second: round.start_ns / 1e9 + i,
    ...(Object.fromEntries(secondClasses.map((kind) => [kind, round.seconds[kind][i]!])) as Record<SecondClass, number>),
  })));
}

// What a city is on the map: the state of its life, or that it does not answer.
export type MapState = "connected" | "building" | "overseas" | "changing" | "unhealthy";
export const mapStates: MapState[] = ["connected", "building", "overseas", "changing", "unhealthy"];

export function mapState(city: CityNode): MapState {
  if (city.state === "building") return "building";
  if (city.state !== "connected") return "changing";
  if (!city.healthy) return "unhealthy";
  return city.overseas ? "overseas" : "connected";
}
