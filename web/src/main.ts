// Draws the report that stands in the page: once, and again when the language changes.
import "./style.css";
import { kneeBody, matrixBody, type Knee, type Matrix } from "./answers";
import { room } from "./charts";
import { add, el, type Child } from "./dom";
import type { Report } from "./report";
import { sections } from "./sections";
import { say, type Language, type Word } from "./words";

interface Part {
  id: Word;
  children: Child[];
}

interface Shown {
  title: string;
  subtitle: string;
  parts: Part[];
}

function shownReport(report: Report, language: Language): Shown {
  const parts: Part[] = [];
  for (const section of sections) {
    const children = section.body(report, language);
    if (children) parts.push({ id: section.id, children });
  }
  const mode = say(language, report.mode === "live" ? "live" : "virtual");
  const facts = `${mode} · ${say(language, "seed")} ${report.seed} · ${Math.round(report.simulated_seconds)} s`;
  return { title: report.scenario, subtitle: `${report.description ? `${report.description} — ` : ""}${facts}`, parts };
}

const stored = JSON.parse(document.getElementById("report")!.textContent!) as Report | Matrix | Knee | { format: "none" };
let language: Language = /^zh\b/i.test(navigator.language) ? "zh" : "en";

function shown(): Shown {
  if (stored.format === "bsnsim-report") return shownReport(stored, language);
  if (stored.format === "bsnsim-matrix") {
    const facts = `${say(language, stored.mode === "live" ? "live" : "virtual")} · ${say(language, "seed")} ${stored.seed}`;
    return { title: say(language, "matrix"), subtitle: facts, parts: [{ id: "matrix", children: matrixBody(stored, language) }] };
  }
  if (stored.format === "bsnsim-knee") {
    const facts = `${stored.scenario} · ${say(language, stored.mode === "live" ? "live" : "virtual")}`;
    return { title: say(language, "knee"), subtitle: facts, parts: [{ id: "knee", children: kneeBody(stored, language) }] };
  }
  return { title: say(language, "no_report"), subtitle: "", parts: [] };
}

function setTheme(theme: "light" | "dark"): void {
  document.documentElement.dataset.theme = theme;
  document.documentElement.style.colorScheme = theme;
}

function toggle(id: string, label: string, act: () => void): HTMLElement {
  const button = el("button", { type: "button", id }, label);
  button.addEventListener("click", act);
  return button;
}

function draw(): void {
  const { title, subtitle, parts } = shown();
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = `${title} · bsnsim`;
  const page = document.getElementById("page")!;
  page.replaceChildren();
  const tools = el("div", { class: "tools" },
    toggle("language", say(language, "language"), () => {
      language = language === "en" ? "zh" : "en";
      draw();
      document.getElementById("language")!.focus();
    }),
    toggle("theme", say(language, "light_dark"), () => setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark")));
  add(page, [
    el("a", { class: "skip", href: "#main" }, say(language, "skip")),
    el("header", {}, el("h1", {}, title), tools, subtitle ? el("p", {}, subtitle) : null),
    parts.length > 1 ? el("nav", { "aria-label": say(language, "contents") }, el("ul", {}, parts.map((part) => el("li", {}, el("a", { href: `#${part.id}` }, say(language, part.id)))))) : null,
    el("main", { id: "main", tabindex: "-1" }, parts.map((part) =>
      el("section", { id: part.id, "aria-label": say(language, part.id) }, ["verdict", "matrix", "knee"].includes(part.id) ? null : el("h2", {}, say(language, part.id)), part.children))),
    el("footer", {}, "bsnsim · ", say(language, "licence")),
  ]);
}

// Charts are drawn for the width of the page.
let drawnFor = room();
let soon: ReturnType<typeof setTimeout> | undefined;
addEventListener("resize", () => {
  clearTimeout(soon);
  soon = setTimeout(() => {
    if (room() === drawnFor) return;
    drawnFor = room();
    draw();
  }, 150);
});

const dark = matchMedia("(prefers-color-scheme: dark)");
setTheme(dark.matches ? "dark" : "light");
dark.addEventListener("change", () => setTheme(dark.matches ? "dark" : "light"));
draw();
