// The shared view: draws a picture (crmlib/show/picture.py says what that is) as SVG. It only draws: no numbers are made here.
// Each change draws anew, which takes a few milliseconds for a thousand points and leaves no state to go wrong.

const DASHES = ["", "9 5", "10 4 2 4", "2 4", "12 4 2 4 2 4"]; // one pattern per colour, for readers who see no colour
const ROOMY = 700; // px: from this width on, panels stand side by side

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  return fill(element, attributes, children);
}

function shape(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  return fill(element, attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== "") element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

const round = (value) => Math.round(value * 100) / 100;

// Width of a text, near enough to lay out an axis: a Chinese character is as wide as it is high.
function textWidth(text, size = 14) {
  let width = 0;
  for (const character of text) width += character > "\u2e7f" ? size : size * 0.58;
  return width;
}

// Round numbers (1, 2 or 5 times a power of ten) inside the limits, as printed values.
function roundTicks(axis, most) {
  if (axis.ticks) return axis.ticks.map(([at, text]) => ({ at, text }));
  const [low, high] = axis.limits.map((limit) => limit / axis.scale);
  const rough = Math.abs(high - low) / Math.max(most, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const format = new Intl.NumberFormat("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  const ticks = [];
  for (let index = Math.ceil(low / step - 1e-9); index * step <= high + step * 1e-9; index += 1) {
    ticks.push({ at: index * step * axis.scale, text: format.format(index * step + 0).replace("-", "−") }); // + 0: no negative zero
  }
  return ticks;
}

// From values to pixels. A category is a band; its place is the middle of the band.
function scaleOf(axis, from, to) {
  if (axis.categories) {
    const band = (to - from) / axis.categories.length;
    const place = (index) => from + band * (index + 0.5);
    return { place, band: Math.abs(band), ticks: axis.categories.map((text, index) => ({ at: index, text })) };
  }
  const [low, high] = axis.limits;
  const place = (value) => from + ((value - low) / (high - low)) * (to - from);
  return { place, ticks: [] };
}

// Break a text into lines of at most `room` pixels.
function wrap(text, room) {
  const lines = [];
  for (const word of text.split(" ")) {
    const longer = lines.length ? `${lines[lines.length - 1]} ${word}` : word;
    if (lines.length && textWidth(longer) <= room) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function marker(colour, x, y, size, attributes) {
  const s = size;
  const paths = [
    null,
    `M${x - s},${y - s}h${2 * s}v${2 * s}h${-2 * s}z`,
    `M${x},${y - s * 1.2}L${x + s * 1.2},${y + s}L${x - s * 1.2},${y + s}z`,
    `M${x},${y - s * 1.4}L${x + s * 1.4},${y}L${x},${y + s * 1.4}L${x - s * 1.4},${y}z`,
    `M${x},${y + s * 1.2}L${x + s * 1.2},${y - s}L${x - s * 1.2},${y - s}z`,
  ];
  return paths[colour] ? shape("path", { d: paths[colour], ...attributes }) : shape("circle", { cx: x, cy: y, r: s, ...attributes });
}

function drawBars(mark, index, panel, scales, palette, stack) {
  const upright = Boolean(panel.x.categories);
  const group = upright ? scales.x : scales.y;
  const along = upright ? scales.y.place : scales.x.place;
  const side = panel.marks.filter((one) => one.kind === "bars");
  const count = panel.stacked ? 1 : side.length;
  const thick = Math.min(group.band * 0.8, 90 * count) / count;
  const nth = panel.stacked ? 0 : side.indexOf(mark);
  const axis = upright ? panel.y : panel.x;
  return mark.values.flatMap((value, place) => {
    if (value === null) return [];
    const sign = value < 0 ? 1 : 0;
    const start = panel.stacked ? stack[sign][place] : 0;
    if (panel.stacked) stack[sign][place] += value;
    const clamp = (at) => Math.min(Math.max(at, axis.limits[0]), axis.limits[1]); // a bar starts at the edge if 0 is outside
    const [one, two] = [along(clamp(start)), along(clamp(start + value))];
    const across = round(group.place(place) - (thick * count) / 2 + nth * thick);
    const [low, length] = [round(Math.min(one, two)), round(Math.abs(two - one))];
    const faded = mark.strong?.length && !mark.strong.includes(place) ? 0.35 : 1;
    const box = upright
      ? { x: across, y: low, width: round(thick - 1), height: length }
      : { x: low, y: across, width: length, height: round(thick - 1) };
    const name = (panel.x.categories ?? panel.y.categories)[place];
    const text = `${mark.name ? `${mark.name}, ` : ""}${name}: ${+(value / axis.scale).toPrecision(6)}`;
    return [shape("rect", { ...box, fill: palette[mark.colour], opacity: faded }, shape("title", {}, text))];
  });
}

function drawCurve(mark, scales, palette) {
  const colour = palette[mark.colour];
  const path = (ys) => {
    let pen = "M";
    return mark.x
      .map((x, i) => {
        if (x === null || ys[i] === null) { pen = "M"; return ""; }
        const part = `${pen}${round(scales.x.place(x))},${round(scales.y.place(ys[i]))}`;
        pen = "L";
        return part;
      })
      .join("");
  };
  const drawn = [];
  if (mark.low) {
    const whole = mark.x.map((_, i) => i).filter((i) => mark.low[i] !== null && mark.high[i] !== null && mark.x[i] !== null);
    const edge = (i, ys) => `${round(scales.x.place(mark.x[i]))},${round(scales.y.place(ys[i]))}`;
    const around = [...whole.map((i) => edge(i, mark.low)), ...whole.reverse().map((i) => edge(i, mark.high))];
    drawn.push(shape("polygon", { points: around.join(" "), fill: colour, opacity: 0.18 }));
  }
  const dash = mark.dashed ? "3 6" : DASHES[mark.colour];
  drawn.push(shape("path", { d: path(mark.y), fill: "none", stroke: colour, "stroke-width": 2.5, "stroke-dasharray": dash, "stroke-linejoin": "round" }));
  return drawn;
}

function drawPoints(mark, scales, palette) {
  const size = mark.x.length > 300 ? 2.5 : mark.x.length > 40 ? 4 : 6;
  const strong = new Set(mark.strong ?? []);
  const drawn = [];
  const late = []; // strong points lie on top
  mark.x.forEach((x, i) => {
    if (x === null || mark.y[i] === null) return;
    const stands = strong.has(i);
    const opacity = stands ? 1 : strong.size ? 0.3 : mark.x.length > 300 ? 0.6 : 0.9;
    const look = { fill: palette[mark.colour], opacity };
    if (stands) Object.assign(look, { stroke: "var(--crm-ink)", "stroke-width": 1.5 });
    const dot = marker(mark.colour, round(scales.x.place(x)), round(scales.y.place(mark.y[i])), stands ? size + 2 : size, look);
    if (mark.texts) dot.append(shape("title", {}, mark.texts[i]));
    (stands ? late : drawn).push(dot);
  });
  return [...drawn, ...late];
}

function drawCut(cut, row, scales, area) {
  const upright = cut.axis === "x";
  const at = round(scales[cut.axis].place(cut.at));
  const stands = cut.strong ? " crm-strong" : "";
  const line = upright
    ? { x1: at, x2: at, y1: cut.text ? area.top - 13 - 16 * row : area.top, y2: area.bottom }
    : { x1: area.left, x2: area.right, y1: at, y2: at };
  const drawn = [shape("line", { ...line, class: `crm-cut-line${stands}` })];
  if (cut.text) {
    const turned = upright && at + textWidth(cut.text, 13) + 8 > area.right;
    const spot = upright
      ? { x: turned ? at - 6 : at + 6, y: area.top - 4 - 16 * row, "text-anchor": turned ? "end" : "start" }
      : { x: area.right - 4, y: at - 6, "text-anchor": "end" };
    drawn.push(shape("text", { ...spot, class: `crm-cut${stands}` }, cut.text));
  }
  return drawn;
}

function drawPanel(panel, width, alt, palette, id) {
  const flat = panel.y.categories;
  const height = panel.height;
  const yTicks = panel.y.categories ? null : roundTicks(panel.y, (height - 80) / 45);
  const yTexts = yTicks ? yTicks.map((tick) => tick.text) : panel.y.categories;
  const gutter = Math.min(Math.max(...yTexts.map((text) => textWidth(text)), 10), width * 0.4);
  // The texts of upright cuts stand above the marks, a row each, so that they hide nothing.
  const named = (panel.cuts ?? []).filter((cut) => cut.axis === "x" && cut.text).length;
  const area = { left: gutter + 12, right: width - 14, top: 30 + 16 * named, bottom: height - 50 };
  const scales = { x: scaleOf(panel.x, area.left, area.right), y: flat ? scaleOf(panel.y, area.top, area.bottom) : scaleOf(panel.y, area.bottom, area.top) };
  const widest = panel.x.ticks ? Math.max(...panel.x.ticks.map(([, text]) => textWidth(text))) : 50;
  let xTicks = panel.x.categories ? scales.x.ticks : roundTicks(panel.x, (area.right - area.left) / (widest + 24));
  const fitting = Math.max(1, Math.floor((area.right - area.left) / (widest + 10)));
  if (panel.x.ticks && xTicks.length > fitting) {
    const every = Math.ceil(xTicks.length / fitting);
    xTicks = xTicks.filter((_, index) => index % every === 0);
  }
  const svg = shape("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${panel.title}. ${alt}` });
  const clip = `crm-clip-${id}`;
  svg.append(shape("clipPath", { id: clip }, shape("rect", { x: area.left - 8, y: area.top - 8, width: area.right - area.left + 16, height: area.bottom - area.top + 16 })));

  for (const tick of yTicks ?? scales.y.ticks) {
    const y = round(scales.y.place(tick.at));
    if (yTicks) svg.append(shape("line", { x1: area.left, x2: area.right, y1: y, y2: y, class: "crm-grid" }));
    const lines = flat ? wrap(tick.text, gutter).slice(0, 2) : [tick.text];
    lines.forEach((line, row) => {
      svg.append(shape("text", { x: area.left - 8, y: y + 5 + 16 * (row - (lines.length - 1) / 2), "text-anchor": "end" }, line));
    });
  }
  for (const tick of xTicks) {
    const x = round(scales.x.place(tick.at));
    if (flat) svg.append(shape("line", { x1: x, x2: x, y1: area.top, y2: area.bottom, class: "crm-grid" }));
    const lines = panel.x.categories ? wrap(tick.text, scales.x.band - 6) : [tick.text];
    lines.slice(0, 2).forEach((line, row) => {
      // The outermost texts stay inside the picture.
      const half = textWidth(line) / 2;
      const inside = Math.min(Math.max(x, half), width - half);
      svg.append(shape("text", { x: inside, y: area.bottom + 19 + 16 * row, "text-anchor": "middle" }, line));
    });
  }
  svg.append(shape("text", { x: 0, y: 14 }, panel.y.label));
  svg.append(shape("text", { x: (area.left + area.right) / 2, y: height - 8, "text-anchor": "middle" }, panel.x.label));

  const marks = shape("g", { "clip-path": `url(#${clip})` });
  const size = (panel.x.categories ?? panel.y.categories ?? []).length;
  const stack = [new Array(size).fill(0), new Array(size).fill(0)]; // how high the bars of each category stand: up, down
  panel.marks.forEach((mark, index) => {
    if (mark.kind === "bars") marks.append(...drawBars(mark, index, panel, scales, palette, stack));
    else if (mark.kind === "curve") marks.append(...drawCurve(mark, scales, palette));
    else marks.append(...drawPoints(mark, scales, palette));
  });
  const zero = (axis) => Math.min(Math.max(0, axis.limits[0]), axis.limits[1]);
  const base = flat
    ? { x1: scales.x.place(zero(panel.x)), x2: scales.x.place(zero(panel.x)), y1: area.top, y2: area.bottom }
    : { x1: area.left, x2: area.right, y1: scales.y.place(panel.x.categories ? zero(panel.y) : panel.y.limits[0]), y2: scales.y.place(panel.x.categories ? zero(panel.y) : panel.y.limits[0]) };
  svg.append(marks, shape("line", { ...base, class: "crm-base" }));
  let row = named;
  for (const cut of panel.cuts ?? []) svg.append(...drawCut(cut, cut.axis === "x" && cut.text ? (row -= 1) : 0, scales, area));
  return svg;
}

function drawLegend(panel, palette) {
  const named = panel.marks.filter((mark) => mark.name);
  if (named.length < 2) return [];
  const items = named.map((mark) => {
    const colour = palette[mark.colour];
    const sign = shape("svg", { width: 34, height: 14, "aria-hidden": "true" });
    if (mark.kind === "curve") sign.append(shape("line", { x1: 0, x2: 34, y1: 7, y2: 7, stroke: colour, "stroke-width": 2.5, "stroke-dasharray": mark.dashed ? "3 6" : DASHES[mark.colour] }));
    else if (mark.kind === "bars") sign.append(shape("rect", { x: 10, y: 0, width: 14, height: 14, fill: colour }));
    else sign.append(marker(mark.colour, 17, 7, 5, { fill: colour }));
    return make("li", {}, sign, mark.name);
  });
  return [make("ul", { class: "crm-legend" }, ...items)];
}

function drawNumbers(numbers, palette) {
  return numbers.map((one) => {
    const item = make("div", { "data-number": one.name }, make("dt", {}, one.name), make("dd", {}, one.text));
    if (one.colour !== null && one.colour !== undefined) item.style.borderColor = palette[one.colour];
    return item;
  });
}

function drawTable(table) {
  if (!table) return [];
  const head = make("tr", {}, ...table.columns.map((name) => make("th", { scope: "col" }, name)));
  const rows = table.rows.map((row) => make("tr", {}, ...row.map((value) => make("td", {}, value))));
  const caption = table.caption ? [make("caption", {}, table.caption)] : [];
  return [make("table", {}, ...caption, make("thead", {}, head), make("tbody", {}, ...rows))];
}

function render({ model, el }) {
  // Clip paths need names that differ between the views of one page; each view has loaded this file for itself.
  const view = Math.random().toString(36).slice(2);
  const numbers = make("dl", { class: "crm-numbers" });
  const changed = make("p", { class: "crm-changed", "aria-live": "polite" });
  const panels = make("div", { class: "crm-panels" });
  const below = make("div", {});
  const figure = make("figure", { class: "crm-view", tabindex: 0 }, numbers, changed, panels, below);
  el.append(figure);
  let width = 0;

  function draw() {
    const picture = model.get("picture");
    const palette = model.get("palette");
    if (!width || !picture.panels) return;
    figure.setAttribute("aria-label", picture.alt);
    numbers.replaceChildren(...drawNumbers(picture.numbers ?? [], palette));
    if (changed.textContent !== picture.changed) changed.textContent = picture.changed ?? "";
    const columns = width >= ROOMY ? Math.min(picture.panels.length, 2) : 1;
    const each = Math.floor((width - 20 * (columns - 1)) / columns);
    panels.replaceChildren(
      ...picture.panels.map((panel, index) => {
        const box = make("div", { class: columns === 1 ? "crm-panel crm-alone" : "crm-panel" }, make("h4", {}, panel.title), ...drawLegend(panel, palette));
        box.append(drawPanel(panel, each, picture.alt, palette, `${view}-${index}`));
        return box;
      }),
    );
    below.replaceChildren(...drawTable(picture.table));
  }

  const watcher = new ResizeObserver(([entry]) => {
    const now = Math.floor(entry.contentRect.width);
    if (now && now !== width) {
      width = now;
      draw();
    }
  });
  watcher.observe(figure);
  model.on("change:picture", draw);
  return () => {
    watcher.disconnect();
    model.off("change:picture", draw);
  };
}

export default { render };
