// Drawings in SVG, and the point under the pointer.
const draw = (tag, attributes, text) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
};
const inDrawing = (svg, event) => {
  const box = svg.getBoundingClientRect(), scale = svg.viewBox.baseVal.width / box.width;
  return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
};
// Position of the point nearest to a place, -1 where none lies within reach.
function nearest(points, x, y, reach) {
  let best = -1, least = reach ** 2;
  points.forEach(([px, py], place) => {
    const distance = (px - x) ** 2 + (py - y) ** 2;
    if (distance < least) [best, least] = [place, distance];
  });
  return best;
}
