const at = (id) => document.getElementById(id);
const data = JSON.parse(at("data").textContent);
const [low, high] = data.limits;
const SIDE = 400, LEFT = 46, TOP = 30, REACH = 12;  // units of the drawing
const LISTED = 25;
const inside = (value) => Math.min(Math.max((value - low) / (high - low), 0), 1) * SIDE;
const x = (value) => LEFT + inside(value), y = (value) => TOP + SIDE - inside(value);
const signed = (value) => (value < 0 ? "−" : "+") + Math.abs(value).toFixed(2);
const plain = (value) => value.toFixed(2).replace("-", "−");
const error = (pair, model) => pair[3][model] - pair[2];
const words = data.pairs.map((pair) => (data.cell_lines[pair[0]] + " " + data.drugs[pair[1]]).toLowerCase());
let panels = [];

function density(model) {
  const made = draw("g", {}), flat = data.density[model], size = SIDE / data.cells;
  let most = 2;
  for (let place = 1; place < flat.length; place += 2) most = Math.max(most, flat[place]);
  for (let place = 0; place < flat.length; place += 2) {
    const column = Math.floor(flat[place] / data.cells), row = flat[place] % data.cells;
    const share = Math.log(flat[place + 1]) / Math.log(most);
    const [red, green, blue] = [[222, 8], [235, 64], [247, 129]].map(([pale, dark]) => pale + share * (dark - pale));
    made.append(draw("rect", {x: LEFT + column * size, y: TOP + SIDE - (row + 1) * size, width: size + 0.3,
      height: size + 0.3, fill: `rgb(${red.toFixed()},${green.toFixed()},${blue.toFixed()})`}));
  }
  return made;
}
function axes(model) {
  const made = draw("g", {}), step = [1, 2, 5, 10, 20, 50].find((each) => (high - low) / each <= 8) ?? 100;
  made.append(draw("rect", {x: LEFT, y: TOP, width: SIDE, height: SIDE, class: "frame"}),
    draw("line", {x1: x(low), y1: y(low), x2: x(high), y2: y(high), class: "right"}));
  for (let value = Math.ceil(low / step) * step; value <= high; value += step) {
    made.append(draw("line", {x1: x(value), x2: x(value), y1: TOP + SIDE, y2: TOP + SIDE + 4, class: "tick"}),
      draw("line", {x1: LEFT - 4, x2: LEFT, y1: y(value), y2: y(value), class: "tick"}),
      draw("text", {x: x(value), y: TOP + SIDE + 17, "text-anchor": "middle"}, String(value).replace("-", "−")),
      draw("text", {x: LEFT - 7, y: y(value) + 4, "text-anchor": "end"}, String(value).replace("-", "−")));
  }
  const [rmse, r] = data.scores[model], middle = TOP + SIDE / 2;
  made.append(draw("text", {x: LEFT, y: 16, class: "model"}, data.models[model]),
    draw("text", {x: LEFT + SIDE, y: 16, "text-anchor": "end"}, `RMSE ${rmse}, r ${r}`),
    draw("text", {x: LEFT + SIDE / 2, y: TOP + SIDE + 34, "text-anchor": "middle"}, `observed ${data.target}`),
    draw("text", {x: 12, y: middle, "text-anchor": "middle", transform: `rotate(-90 12 ${middle})`},
      `predicted ${data.target}`));
  return made;
}
function panel(model) {
  const svg = draw("svg", {viewBox: `0 0 ${LEFT + SIDE + 12} ${TOP + SIDE + 42}`, role: "img",
    "aria-label": `observed against predicted ${data.target} of ${data.models[model]}`});
  const points = data.pairs.map((pair) => [x(pair[2]), y(pair[3][model])]);
  const dots = points.map(([cx, cy]) => draw("circle", {cx, cy, r: 1.5, class: "dot"}));
  const circles = data.worst[model].map((place) =>
    draw("circle", {cx: points[place][0], cy: points[place][1], r: 4, class: "worst"}));
  const chosen = draw("circle", {r: 5.5, class: "chosen", visibility: "hidden"});
  svg.append(density(model), axes(model), ...dots, ...circles, chosen);
  const made = {model, svg, points, dots, circles, chosen};
  const follow = (event) => choose(nearest(points, ...inDrawing(svg, event), REACH));
  svg.addEventListener("pointermove", follow);
  svg.addEventListener("pointerdown", follow);
  return made;
}
function choose(place) {
  for (const {points, chosen} of panels) {
    chosen.setAttribute("visibility", place < 0 ? "hidden" : "visible");
    if (place < 0) continue;
    chosen.setAttribute("cx", points[place][0]);
    chosen.setAttribute("cy", points[place][1]);
  }
  if (place < 0) {
    at("pair").textContent = "The pointer on a dot, or on a line of the table, names a pair here and shows it in all panels.";
    return;
  }
  const pair = data.pairs[place];
  at("pair").textContent = `${data.cell_lines[pair[0]]} × ${data.drugs[pair[1]]}: observed ${plain(pair[2])}; `
    + panels.map(({model}) => `${data.models[model]} ${plain(pair[3][model])} (${signed(error(pair, model))})`).join(", ");
}
function mark() {
  const wanted = at("search").value.toLowerCase().trim().split(/\s+/).filter(Boolean);
  const found = words.map((text) => wanted.length > 0 && wanted.every((word) => text.includes(word)));
  for (const {svg, model, dots, circles} of panels) {
    svg.classList.toggle("marking", wanted.length > 0);
    dots.forEach((dot, place) => {
      dot.classList.toggle("marked", found[place]);
      dot.setAttribute("r", found[place] ? 3 : 1.5);
    });
    circles.forEach((circle, place) => circle.classList.toggle("marked", found[data.worst[model][place]]));
  }
  const count = found.filter(Boolean).length;
  at("count").textContent = wanted.length ? `${count} of ${found.length} dots` : "";
}
function list() {
  const {model} = panels.at(-1), names = panels.map((each) => data.models[each.model]);
  at("missed").textContent = `The pairs that ${data.models[model]} misses by most`;
  const columns = ["cell line", "drug", "observed", ...names.map((name) => `predicted by ${name}`), "error"];
  at("heading").replaceChildren(...columns.map((name) =>
    Object.assign(document.createElement("th"), {textContent: name})));
  document.querySelector("tbody").replaceChildren(...data.worst[model].slice(0, LISTED).map((place) => {
    const pair = data.pairs[place], row = document.createElement("tr");
    for (const text of [data.cell_lines[pair[0]], data.drugs[pair[1]], plain(pair[2]),
      ...panels.map((each) => plain(pair[3][each.model])), signed(error(pair, model))]) row.insertCell().textContent = text;
    row.addEventListener("pointerenter", () => choose(place));
    return row;
  }));
}
function show() {
  panels = ["left", "right"].map(at).filter(Boolean).map((select) => panel(Number(select.value)));
  at("panels").replaceChildren(...panels.map(({svg}) => svg));
  mark();
  list();
  choose(-1);
}
for (const id of ["left", "right"]) at(id)?.addEventListener("input", show);
at("search").addEventListener("input", mark);
document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
show();
