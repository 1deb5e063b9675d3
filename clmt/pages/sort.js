// A click on the heading of a column sorts the table's lines by it: by data-sort where a cell has it, else by its text.
document.querySelectorAll("th button").forEach((button) => {
  const heading = button.closest("th"), body = button.closest("table").tBodies[0];
  const key = (row) => row.cells[heading.cellIndex].dataset.sort ?? row.cells[heading.cellIndex].textContent;
  button.addEventListener("click", () => {
    const falls = heading.getAttribute("aria-sort") === "ascending";
    const compare = (a, b) => {
      const [x, y] = [key(a), key(b)];
      if (x === "" || y === "") return (x === "") - (y === "");
      return (falls ? -1 : 1) * (isNaN(x) || isNaN(y) ? x.localeCompare(y) : x - y);
    };
    body.append(...[...body.rows].sort(compare));
    for (const other of heading.parentElement.cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", falls ? "descending" : "ascending");
  });
});
