/* The papers: found, filtered, sorted, listed. Every text is written with textContent. */
(() => {
  const {
    make, symbol, linked, day, fixed, number, count, fold, wordsOf, patternsOf, marked, excerpt, save,
  } = papertrends.text;
  const { address, found } = papertrends;
  const { papers, placeOf, scoreOf, viewOf, NONE } = found;
  const STEP = 50;
  const FILTERS = ["theme", "period", "query", "only"];
  const at = (id) => document.getElementById(id);
  const state = { theme: "", period: "", query: "", only: "", order: "" };
  const patterns = new Map();
  let data = null;
  let shown = 0;
  let telling = 0;

  const order = () => state.order || (placeOf(state.theme) !== undefined ? "score" : "new");
  const hitsNow = () => found.find({ ...state, order: order(), date: address.view.date });

  function termsOf(theme) {
    if (theme === undefined) return [];
    if (!patterns.has(theme)) patterns.set(theme, patternsOf(data.themes[theme].terms));
    return patterns.get(theme);
  }

  function chips(paper) {
    return make("ul", { class: "chips" }, ...paper.themes.map(({ theme }) => make("li", {},
      make("a", { href: `#theme=${encodeURIComponent(data.themes[theme].id)}` },
        symbol(data.themes[theme]), make("bdi", {}, data.themes[theme].name)))));
  }

  // The theme that a paper in none comes nearest to, and why it is in none.
  function nearest({ theme, score, reason }) {
    const place = placeOf(theme);
    const name = place === undefined ? theme : data.themes[place].name;
    const value = score === "" ? "" : ` (${fixed(Number(score), 2)})`;
    const near = place === undefined ? make("bdi", {}, name)
      : make("a", { href: `#theme=${encodeURIComponent(theme)}` }, make("bdi", {}, name));
    return [...(name ? ["nearest: ", near, `${value}; `] : []), reason];
  }

  function digests(paper) {
    const some = paper.days.length > 5 ? paper.days.slice(0, 4) : paper.days;
    const rest = paper.days.length - some.length;
    return some.map(day).join(", ") + (rest ? ` and ${rest} more` : "");
  }

  // A sentence of the abstract that shows why the paper is here, if its title does not.
  function reason(paper, words, terms) {
    const title = fold(paper.title);
    if (words.every((word) => title.includes(word))) {
      if (words.length || !terms.length) return null;
      if (terms.some((pattern) => paper.title.search(pattern) >= 0)) return null;
    }
    const missing = words.filter((word) => !title.includes(word));
    const text = excerpt(paper.abstract, missing, missing.length ? [] : terms);
    return text && make("p", { class: "meta excerpt", dir: "auto" }, ...text);
  }

  function abstractOf(paper, words, terms) {
    const abstract = make("details", {}, make("summary", {}, "Abstract"));
    abstract.addEventListener("toggle", () => {
      if (!abstract.open || abstract.children.length > 1) return;
      abstract.append(make("p", { dir: "auto" }, ...marked(paper.abstract, words, terms)));
    });
    return abstract;
  }

  function row(paper, words, terms, dated) {
    const cell = (attributes, ...content) => make("td", { role: "cell", ...attributes }, ...content);
    const title = make("p", { class: "title", dir: "auto" },
      linked(paper.url, ...marked(paper.title, words, terms)));
    const why = reason(paper, words, terms);
    const more = [why, paper.abstract && abstractOf(paper, words, terms)].filter(Boolean);
    const where = paper.themes.length ? chips(paper)
      : make("span", { class: "none" }, "in no theme", ...(paper.near ? ["; ", ...nearest(paper.near)] : []));
    const published = dated && paper.published
      ? [make("span", { class: "meta" }, ` published ${day(paper.published)}`)] : [];
    const own = scoreOf(paper, placeOf(state.theme));
    return make("tr", { role: "row" }, cell({}, title, ...more),
      cell({ "data-label": "Themes" }, where),
      cell({ "data-label": "In the digest of" }, digests(paper), ...published),
      cell({ class: "number", "data-label": "Score" }, own === undefined ? "" : fixed(own, 2)));
  }

  function rowsOf(some) {
    const words = wordsOf(state.query);
    const terms = termsOf(placeOf(state.theme));
    const dated = data.views[viewOf(address.view.date)].date === "published";
    return some.map((paper) => row(paper, words, terms, dated));
  }

  function render() {
    const hits = hitsNow();
    shown = Math.min(hits.length, STEP);
    at("rows").replaceChildren(...rowsOf(hits.slice(0, shown)));
    const all = papers.length;
    const told = hits.length === all ? count(all, "paper")
      : `${number(hits.length)} of ${count(all, "paper")}`;
    at("found").textContent = told;
    clearTimeout(telling);
    // Read out once the reader pauses, not at every letter.
    telling = setTimeout(() => { at("told").textContent = told; }, 700);
    const filtered = FILTERS.some((name) => state[name]);
    at("clear").hidden = !filtered;
    at("save-found").hidden = !filtered || !hits.length;
    tellMore(at("more"), hits.length - shown);
  }

  function tellMore(button, rest) {
    button.hidden = rest <= 0;
    button.textContent = `Show ${Math.min(rest, STEP)} more of ${number(rest)}`;
  }

  // The keyboard goes on with the first of what was added.
  function focusFirst(element) {
    const first = element.querySelector("a, summary");
    if (!first) element.tabIndex = -1;
    (first || element).focus();
  }

  function showMore() {
    const hits = hitsNow();
    const rows = rowsOf(hits.slice(shown, shown + STEP));
    at("rows").append(...rows);
    shown += rows.length;
    tellMore(at("more"), hits.length - shown);
    if (rows.length) focusFirst(rows[0]);
  }

  function sync() {
    at("query").value = state.query;
    at("theme-filter").value = state.theme;
    at("period-filter").value = state.period;
    at("order").value = order();
    render();
  }

  const here = () => ({ place: "papers", ...state });

  function change(values, soon) {
    Object.assign(state, values);
    at("astray").hidden = true;
    sync();
    address[soon ? "writeSoon" : "write"](here());
  }

  // The periods that can be chosen are those of the date that the charts show.
  function showPeriods() {
    const view = data.views[viewOf(address.view.date)];
    if (at("period-filter").dataset.date === view.date) return false;
    at("period-filter").dataset.date = view.date;
    at("period-label").textContent = view.date === "published" ? "Published"
      : view.by[0].toUpperCase() + view.by.slice(1);
    at("period-filter").replaceChildren(make("option", { value: "" }, "All"),
      ...view.periods.map(({ key, label }) => make("option", { value: key }, label)));
    if (!view.periods.some(({ key }) => key === state.period)) state.period = "";
    return true;
  }

  // Takes the state of an address; what it names and this page has not is said.
  function take(now) {
    for (const name of Object.keys(state)) state[name] = now[name] || "";
    const periods = data.views[viewOf(now.date)].periods;
    const there = {
      theme: state.theme === NONE || placeOf(state.theme) !== undefined,
      period: periods.some(({ key }) => key === state.period),
      only: Boolean(found.get(state.only)),
    };
    const astray = Object.keys(there).filter((name) => state[name] && !there[name]);
    for (const name of astray) state[name] = "";
    if (!["new", "old", "score", "title"].includes(state.order)) state.order = "";
    at("astray").hidden = !astray.length;
    const names = astray.map((name) => (name === "only" ? "paper" : name)).join(" and a ");
    at("astray").textContent = names
      && `The address names a ${names} that ${astray.length > 1 ? "are" : "is"} not in this report.`;
  }

  function openCard(id, jump) {
    const card = at(`theme=${id}`);
    if (!card) return;
    card.classList.add("here");
    for (let one = card; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
    if (jump) card.scrollIntoView({ behavior: "instant", block: "start" });
    card.focus({ preventScroll: true });
  }

  function goTo(section, title) {
    section.scrollIntoView({ behavior: "instant", block: "start" });
    title.tabIndex = -1;
    title.focus({ preventScroll: true });
  }

  function follow(now) {
    const changed = showPeriods();
    if (now.place !== "behind") {
      for (const other of document.querySelectorAll(".here")) other.classList.remove("here");
    }
    if (now.place === "theme") openCard(now.theme, !now.ours);
    if (now.place !== "papers") {
      if (changed) sync();
      return;
    }
    // A link to the section leaves the filters as they are.
    const bare = !now.ours && !FILTERS.some((name) => now[name]);
    if (bare) address.write(here());
    else take(now);
    sync();
    if (!now.ours && !bare) goTo(at("papers"), at("papers-title"));
  }

  function startLost() {
    const lost = papers.filter((paper) => paper.near);
    let end = 0;
    const more = () => {
      const next = lost.slice(end, end + (end ? STEP : 10));
      end += next.length;
      const items = next.map((paper) => make("li", {},
        make("span", { dir: "auto" }, linked(paper.url, paper.title)),
        make("span", { class: "meta" }, ...nearest(paper.near), ` · ${digests(paper)}`)));
      at("lost").append(...items);
      tellMore(at("more-lost"), lost.length - end);
      return items[0];
    };
    at("more-lost").addEventListener("click", () => focusFirst(more()));
    more();
  }

  function saveFound() {
    const { columns, cells } = papertrends.downloads.cellsOf("papers");
    const hits = hitsNow();
    const rows = hits.flatMap((paper) => paper.rows);
    const names = hits.flatMap((paper) => paper.rows.map(() =>
      paper.themes.map(({ theme }) => data.themes[theme].name).join("; ")));
    const some = cells.map((column) => rows.map((place) => column[place]));
    save("found.csv", papertrends.downloads.csv([...columns, "themes"], [...some, names]), "text/csv");
  }

  // The abstracts, where they are in a file beside the page.
  async function openTexts(file) {
    at("opened").textContent = "Reading …";
    let given = null;
    try {
      given = JSON.parse(await papertrends.gunzip(file));
    } catch {
      given = null;
    }
    const known = given && typeof given === "object" && !Array.isArray(given)
      ? Object.entries(given).filter(([id, text]) => found.get(id) && typeof text === "string") : [];
    if (!known.length) {
      at("opened").textContent = `This is not the file that came with this page: open ${data.beside}.`;
      return;
    }
    found.open(new Map(known));
    at("query").parentElement.firstChild.textContent = "Search titles and abstracts ";
    at("opened").textContent = known.length === papers.length ? "The abstracts are here now."
      : `The abstracts of ${number(known.length)} of ${count(papers.length, "paper")} `
        + "are here now: the file came with another page.";
    render();
    papertrends.downloads.tell();
  }

  function listen() {
    const chosen = [["theme-filter", "theme"], ["period-filter", "period"], ["order", "order"]];
    at("query").addEventListener("input", () =>
      change({ query: at("query").value, only: "" }, true));
    for (const [id, name] of chosen) {
      at(id).addEventListener("change", () => change(
        { [name]: at(id).value, only: name === "order" ? state.only : "" }));
    }
    at("query").form.addEventListener("submit", (event) => event.preventDefault());
    at("more").addEventListener("click", showMore);
    at("clear").addEventListener("click", () => {
      change({ theme: "", period: "", query: "", only: "", order: "" });
      at("query").focus();
    });
    at("save-found").addEventListener("click", saveFound);
    at("texts")?.addEventListener("change", () => {
      if (at("texts").files.length) openTexts(at("texts").files[0]);
    });
    address.onChange(follow);
    address.onView(() => {
      if (!showPeriods()) return;
      sync();
      if (address.read().place === "papers") address.write(here());
    });
  }

  // What the page's frame leaves to the script: roles for a narrow page, and who is told what.
  function prepare() {
    const table = at("rows").closest("table");
    table.setAttribute("role", "table");
    for (const part of [table.tHead, at("rows")]) part.setAttribute("role", "rowgroup");
    for (const line of table.tHead.rows) {
      line.setAttribute("role", "row");
      for (const cell of line.cells) cell.setAttribute("role", "columnheader");
    }
    at("found").setAttribute("aria-live", "off");
    at("found").after(make("span", { id: "told", class: "unseen", role: "status" }),
      make("span", { id: "astray", class: "meta", role: "status", hidden: "" }));
    at("beside")?.append(make("span", { id: "opened", class: "meta", role: "status" }));
  }

  function start() {
    data = papertrends.data;
    found.start();
    prepare();
    showPeriods();
    listen();
    sync();
    // What the page opens with needs no telling.
    clearTimeout(telling);
    startLost();
  }

  papertrends.papers = {
    start, chips, digests, nearest, termsOf, reason, STEP,
    title: (id) => found.get(id)?.title ?? "",
  };
})();
