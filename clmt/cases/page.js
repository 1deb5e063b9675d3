const SIDE = 300, EDGE = 12, REACH = 14;  // units of a map
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
const SHAPES = ["M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z", "M-3.6 -3.6h7.2v7.2h-7.2z", "M0 -4.8l4.6 8h-9.2z"];
const OTHER = "other or unknown";

function styles(labels) {
  const counts = new Map();
  for (const label of labels) if (label) counts.set(label, (counts.get(label) ?? 0) + 1);
  const most = [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).slice(0, COLOURS.length * SHAPES.length);
  const found = new Map(most.map(([label], place) =>
    [label, {colour: COLOURS[place % COLOURS.length], shape: SHAPES[Math.floor(place / COLOURS.length)]}]));
  if (labels.some((label) => !found.has(label))) found.set(OTHER, {colour: "#9a9a9a", shape: SHAPES[0]});
  return found;
}
const mark = ({colour, shape}, hollow) => draw("path", {d: shape, class: "mark", stroke: colour, fill: hollow ? "#fff" : colour});

function view(side, {name, points, share}, style, choose) {
  const figure = document.createElement("figure");
  const caption = Object.assign(document.createElement("figcaption"), {textContent: `${name} view: `
    + (share ? `${share[0]} of the ten nearest have the same label, ${share[1]} by chance` : "too few labels to compare")});
  if (!points) {
    caption.textContent = `${name} view: too few vectors, or all alike`;
    figure.append(caption);
    return {figure, marks: [], ring: draw("circle", {}), places: []};
  }
  const svg = draw("svg", {viewBox: `0 0 ${SIDE} ${SIDE}`, role: "img", "aria-label": `map of the ${name} view`});
  const places = points.map((point) => point.map((value) => EDGE + value / 1000 * (SIDE - 2 * EDGE)));
  const marks = places.map(([x, y], place) => {
    const made = mark(style(place), side.held_out[place]);
    made.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(0.75)`);
    return made;
  });
  const ring = draw("circle", {r: 7, class: "ring", visibility: "hidden"});
  svg.append(...marks, ring);
  const follow = (event) => choose(nearest(places, ...inDrawing(svg, event), REACH));
  svg.addEventListener("pointermove", follow);
  svg.addEventListener("pointerdown", follow);
  figure.append(svg, caption);
  return {figure, marks, ring, places};
}
JSON.parse(document.getElementById("data").textContent).forEach((side, number) => {
  const section = document.querySelectorAll(".side")[number];
  const known = styles(side.labels), labelOf = (place) => known.has(side.labels[place]) ? side.labels[place] : OTHER;
  const words = section.querySelector(".name");
  const choose = (place) => {
    words.textContent = place < 0 ? "The pointer on a mark names it here."
      : `${side.names[place]}: ${side.labels[place] || "unknown"}${side.held_out[place] ? ", held out of training" : ""}`;
    for (const {ring, places} of views) {
      ring.setAttribute("visibility", place < 0 || !places.length ? "hidden" : "visible");
      if (place < 0 || !places.length) continue;
      ring.setAttribute("cx", places[place][0]);
      ring.setAttribute("cy", places[place][1]);
    }
  };
  const views = side.views.map((each) => view(side, each, (place) => known.get(labelOf(place)), choose));
  section.querySelector(".maps").append(...views.map(({figure}) => figure));
  section.querySelector(".legend").append(...[...known].map(([label, style]) => {
    const button = document.createElement("button"), key = draw("svg", {viewBox: "-6 -6 12 12"});
    key.append(mark(style, false));
    button.append(key, label);
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      const pressed = button.getAttribute("aria-pressed") === "false";
      for (const other of button.parentElement.children) other.setAttribute("aria-pressed", "false");
      button.setAttribute("aria-pressed", String(pressed));
      section.classList.toggle("lifted", pressed);
      for (const {marks} of views) marks.forEach((made, place) => made.classList.toggle("up", labelOf(place) === label));
    });
    return button;
  }));
  choose(-1);
});
