// Makes elements. Text goes in as text nodes and attributes only, so that none of it can become markup.

export type Child = Node | string | number | null | undefined | Child[];

export function el(tag: string, attributes: Record<string, string> = {}, ...children: Child[]): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  add(element, children);
  return element;
}

export function add(parent: Node, children: Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined) continue;
    if (Array.isArray(child)) add(parent, child);
    else parent.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

export interface Column<Row> {
  title: string;
  cell: (row: Row) => Child;
  number?: boolean;
}

// A table that can be scrolled sideways, by keyboard too.
export function table<Row>(label: string, columns: Column<Row>[], rows: Row[]): HTMLElement {
  const head = el("tr", {}, columns.map((one) => el("th", { scope: "col", class: one.number ? "number" : "" }, one.title)));
  const body = rows.map((row) =>
    el("tr", {}, columns.map((one) => el("td", { class: one.number ? "number" : "" }, one.cell(row)))),
  );
  const grid = el("table", {}, el("thead", {}, head), el("tbody", {}, body));
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label }, grid);
}

// What a chart shows, as numbers: for whoever reads by keyboard or voice, or wants them exactly. Made when first opened.
export function numbers(title: string, make: () => HTMLElement): HTMLElement {
  const details = el("details", {}, el("summary", {}, title));
  details.addEventListener("toggle", () => {
    if (details.childElementCount === 1) details.append(make());
  });
  return details;
}

// 4 significant digits at most, thousands apart: 1,234,567; 81.2; 0.0123.
export function figure(value: number, digits = 4): string {
  if (Number.isInteger(value)) return value.toLocaleString("en-US");
  return value.toLocaleString("en-US", { maximumSignificantDigits: digits });
}
