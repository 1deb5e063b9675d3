const at = (id) => document.getElementById(id);
const body = document.querySelector("tbody");
const rows = [...body.rows].map((row) =>
  ({row, text: [0, 1, 2].map((column) => row.cells[column].textContent).join(" ").toLowerCase()}));
// Models that repeat published faults are never the best of a line.
const sound = [...document.querySelectorAll("thead th")].slice(4).map((heading) => !heading.dataset.faults);

function show() {
  const [kind, value] = [at("kind").value, at("value").value];
  const words = at("search").value.toLowerCase().trim().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const {row, text} of rows) {
    row.hidden = row.dataset.kind !== kind || !words.every((word) => text.includes(word));
    count += !row.hidden;
    const cells = [...row.cells].slice(4);
    const numbers = cells.map((cell) => parseFloat(cell.dataset[value]));
    const known = numbers.filter((number, place) => sound[place] && !isNaN(number));
    const best = value === "r" ? Math.max(...known) : Math.min(...known);
    cells.forEach((cell, place) => {
      cell.textContent = cell.dataset[value];
      cell.className = sound[place] && numbers[place] === best ? "best" : "";
    });
  }
  at("count").textContent = count + (count === 1 ? " line" : " lines");
}

for (const id of ["kind", "value", "search"]) at(id).addEventListener("input", show);
document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
show();
