const at = (id) => document.getElementById(id);
const make = (tag, text, css) => Object.assign(document.createElement(tag), {textContent: text, className: css ?? ""});
const squeeze = (text) => text.toLowerCase().normalize("NFKD").replace(/[^a-z0-9]/g, "");
const data = JSON.parse(at("data").textContent);
const KINDS = {drug: ["drug", "Drugs"], cell_line: ["cell line", "Cell lines"]};
const lower = data.sentences.map((sentence) => sentence.toLowerCase());
const entities = data.entities.map(([kind, id, name, facts]) =>
  ({kind, id, name, facts, keys: [...new Set([name, id])].map(squeeze).filter(Boolean)}));
const title = document.title;
const hidden = new Set();  // sources that the reader has switched off, for every text
let chosen, query = "";

const find = (kind, wanted) => {
  const among = entities.filter((entity) => entity.kind === kind);
  return among.find((entity) => entity.id === wanted) ?? among.find((entity) => entity.name === wanted)
    ?? among.find((entity) => squeeze(wanted) && entity.keys.includes(squeeze(wanted)));
};
for (const entity of entities) {
  const word = find(entity.kind, entity.name) === entity ? entity.name : entity.id;
  const link = entity.link = make("a", entity.name);
  if (entity.id !== entity.name) link.append(make("span", entity.id));
  link.href = "#" + entity.kind + ":" + encodeURIComponent(word);
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    choose(entity);
  });
}

const mentions = (entity) => entity.facts.some((fact) => lower[data.facts[fact][0]].includes(query));
function matches() {
  const key = squeeze(query);
  const grouped = (among) =>
    Object.entries(KINDS).map(([kind, words]) => [words[1], among.filter((entity) => entity.kind === kind)]);
  if (!query) return grouped(entities);
  const rank = (entity) => {
    const places = entity.keys.map((name) => name.indexOf(key)).filter((place) => key && place >= 0);
    if (places.length) return entity.keys.includes(key) ? 0 : places.includes(0) ? 1 : 2;
    return query.length > 2 && mentions(entity) ? 3 : 4;
  };
  const ranks = new Map(entities.map((entity) => [entity, rank(entity)]));
  const named = entities.filter((entity) => ranks.get(entity) < 3).sort((a, b) => ranks.get(a) - ranks.get(b));
  return [...grouped(named), ["In the text", entities.filter((entity) => ranks.get(entity) === 3)]];
}
function list() {
  query = at("search").value.toLowerCase().trim();
  const groups = matches().filter((group) => group[1].length);
  at("list").replaceChildren(...groups.flatMap(([heading, found]) =>
    [make("h3", heading + " (" + found.length + ")"), ...found.map((entity) => entity.link)]));
  at("list").scrollTop = 0;
  at("count").textContent = !groups.length ? "nothing found" : query ? "" : "/ to search, arrows to move";
}

function choose(entity, linked = true) {
  chosen?.link.removeAttribute("aria-current");
  chosen = entity;
  entity.link.setAttribute("aria-current", "true");
  document.title = entity.name + " – " + title;
  // A report may show this page where the address cannot be changed.
  if (linked) try { history.pushState(null, "", entity.link.hash); } catch { /* the text is shown all the same */ }
  const counts = new Map();
  for (const fact of entity.facts) {
    const source = data.origins[data.facts[fact][1]][0];
    counts.set(source, (counts.get(source) ?? 0) + 1);
  }
  at("name").textContent = entity.name;
  at("what").textContent = KINDS[entity.kind][0] + (entity.id !== entity.name ? ", id " + entity.id : "") + "; "
    + entity.facts.length + (entity.facts.length > 1 ? " sentences" : " sentence");
  at("sources").replaceChildren(...[...counts].map(([source, count]) => {
    const box = Object.assign(make("input"), {type: "checkbox", checked: !hidden.has(source)});
    box.addEventListener("change", () => { hidden[box.checked ? "delete" : "add"](source); text(); });
    const label = make("label");
    label.append(box, " " + source + " (" + count + ")");
    return label;
  }));
  text();
}
function text() {
  at("text").replaceChildren(...(chosen?.facts ?? []).map((fact, place) => {
    const [sentence, origin, record] = data.facts[fact];
    const [source, licence, date] = data.origins[origin];
    const line = Object.assign(make("li"), {value: place + 1, hidden: hidden.has(source)});
    line.classList.toggle("found", query.length > 2 && lower[sentence].includes(query));
    const from = make("div", "", "from");
    from.append(make("b", source), " · " + [record, licence, date].join(" · "));
    line.append(make("div", data.sentences[sentence]), from);
    return line;
  }));
}
function missing(wanted) {
  chosen?.link.removeAttribute("aria-current");
  chosen = undefined;
  document.title = title;
  at("name").textContent = "No such drug or cell line: " + wanted;
  at("what").textContent = "The list can be searched by name, id or word of a text.";
  at("sources").replaceChildren();
  text();
}
function follow() {
  let wanted = location.hash.slice(1);
  try { wanted = decodeURIComponent(wanted); } catch { /* a stray % stays as it is */ }
  const [kind, ...rest] = wanted.split(":");
  const entity = find(kind, rest.join(":"));
  if (entity) {
    at("about").open = false;
    choose(entity, false);
    entity.link.scrollIntoView({block: "nearest"});
    scrollTo(0, 0);
  } else {
    if (wanted) missing(wanted);
    else if (!chosen) choose(entities[0], false);
  }
}

at("search").addEventListener("input", () => { list(); text(); });
function clear() {
  at("search").value = "";
  list();
  text();
  at("search").focus();
  chosen?.link.scrollIntoView({block: "nearest"});
}
document.addEventListener("keydown", (event) => {
  const links = [...at("list").querySelectorAll("a")];
  const place = links.indexOf(document.activeElement);
  const searching = document.activeElement === at("search");
  const here = searching || place >= 0;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/" && !searching) at("search").focus();
  else if (event.key === "Escape" && here) clear();
  else if (event.key === "Enter" && searching && links.length) links[0].click();
  else if (event.key === "ArrowDown" && here) links[Math.min(place + 1, links.length - 1)]?.focus();
  else if (event.key === "ArrowUp" && place >= 0) (links[place - 1] ?? at("search")).focus();
  else return;
  event.preventDefault();
});
addEventListener("hashchange", follow);
addEventListener("popstate", follow);
list();
follow();
