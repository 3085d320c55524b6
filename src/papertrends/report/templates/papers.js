/* The papers: search, filters, lists. Every text is written with textContent. */
(() => {
  const { data } = papertrends;
  const STEP = 50;
  const at = (id) => document.getElementById(id);
  const places = new Map(data.themes.map((theme, place) => [theme.id, place]));
  const keys = new Map(data.periods.map((period, place) => [period.key, place]));
  const state = { query: "", theme: "", period: "", order: "new", only: "", shown: STEP };
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  let haystacks = null;

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value !== undefined) element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  }

  const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
  function day(iso) {
    const [year, month, date] = iso.split("-").map(Number);
    return `${date}\u00a0${MONTHS[month - 1]}\u00a0${year}`;
  }

  function symbol(theme) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    for (const [name, value] of Object.entries(
      { class: "symbol", viewBox: "0 0 12 12", width: 12, height: 12, "aria-hidden": "true" })) {
      svg.setAttribute(name, value);
    }
    const path = document.createElementNS(space, "path");
    path.setAttribute("d", theme.path);
    path.setAttribute("fill", theme.color);
    svg.append(path);
    return svg;
  }

  function linked(paper, ...text) {
    const https = paper.u && /^https?:\/\//i.test(paper.u);
    const title = make("bdi", {}, ...text);
    return https
      ? make("a", { href: paper.u, rel: "noopener noreferrer", target: "_blank" }, title)
      : title;
  }

  // Marks the words searched for, by pieces of text and never by markup.
  function marked(text, words) {
    if (!words.length) return [text];
    const low = text.toLowerCase();
    if (low.length !== text.length) return [text];
    const hits = [];
    for (const word of words) {
      for (let i = low.indexOf(word); i >= 0; i = low.indexOf(word, i + word.length)) {
        hits.push([i, i + word.length]);
      }
    }
    hits.sort((a, b) => a[0] - b[0]);
    const parts = [];
    let end = 0;
    for (const [from, to] of hits) {
      if (from < end) continue;
      parts.push(text.slice(end, from), make("mark", {}, text.slice(from, to)));
      end = to;
    }
    return [...parts, text.slice(end)];
  }

  const digests = (paper) => paper.d.map(([iso]) => day(iso)).join(", ");
  const words = () => state.query.toLowerCase().split(/\s+/).filter(Boolean);
  const score = (paper) => {
    const place = places.get(state.theme);
    const own = place === undefined ? paper.m[0] : paper.m.find(([theme]) => theme === place);
    return own ? own[1] : null;
  };

  function found() {
    haystacks ||= data.papers.map((paper) => `${paper.t}\n${paper.a}`.toLowerCase());
    const wanted = words();
    const theme = places.get(state.theme);
    const period = keys.get(state.period);
    const hits = data.papers.map((_, place) => place).filter((place) => {
      const paper = data.papers[place];
      return (!state.only || paper.i === state.only)
        && (theme === undefined || paper.m.some((member) => member[0] === theme))
        && (state.theme !== "-" || !paper.m.length)
        && (period === undefined || paper.d.some((seen) => seen[1] === period))
        && wanted.every((word) => haystacks[place].includes(word));
    });
    const newest = (place) => data.papers[place].d[data.papers[place].d.length - 1][0];
    const orders = {
      new: (a, b) => newest(b).localeCompare(newest(a)) || a - b,
      old: (a, b) => data.papers[a].d[0][0].localeCompare(data.papers[b].d[0][0]) || a - b,
      score: (a, b) => (score(data.papers[b]) ?? -1) - (score(data.papers[a]) ?? -1) || a - b,
      title: (a, b) => data.papers[a].t.localeCompare(data.papers[b].t, "en") || a - b,
    };
    return hits.sort(orders[state.order] || orders.new);
  }

  function row(paper, wanted) {
    const abstract = make("details", {}, make("summary", {}, "Abstract"));
    const fill = () => {
      if (abstract.open && abstract.children.length < 2) {
        abstract.append(make("p", { dir: "auto" }, ...marked(paper.a, words())));
      }
    };
    abstract.addEventListener("toggle", fill);
    const themes = make("ul", { class: "chips" }, ...paper.m.map(([place]) => make("li", {},
      make("a", { href: `#theme=${encodeURIComponent(data.themes[place].id)}` },
        symbol(data.themes[place]), make("bdi", {}, data.themes[place].name)))));
    const own = score(paper);
    const title = make("p", { class: "title", dir: "auto" }, linked(paper, ...marked(paper.t, wanted)));
    const details = paper.a ? [abstract] : [];
    const where = paper.m.length ? themes : make("span", { class: "none" }, "in no theme");
    return make("tr", {},
      make("td", {}, title, ...details),
      make("td", { "data-label": "Themes" }, where),
      make("td", { "data-label": "In the digest of" }, digests(paper)),
      make("td", { class: "number", "data-label": "Score" }, own === null ? "" : own.toFixed(2)));
  }

  function render() {
    const hits = found();
    const wanted = words();
    const some = hits.slice(0, state.shown).map((place) => row(data.papers[place], wanted));
    at("rows").replaceChildren(...some);
    const all = data.papers.length;
    const noun = all === 1 ? "paper" : "papers";
    at("found").textContent = hits.length === all
      ? `${all.toLocaleString("en")} ${noun}`
      : `${hits.length.toLocaleString("en")} of ${all.toLocaleString("en")} ${noun}`;
    const rest = hits.length - some.length;
    at("more").hidden = rest <= 0;
    at("more").textContent = `Show ${Math.min(rest, STEP)} more of ${rest.toLocaleString("en")}`;
    at("clear").hidden = !(state.query || state.theme || state.period || state.only);
  }

  function sync(keepAddress) {
    state.shown = STEP;
    at("query").value = state.query;
    at("theme-filter").value = state.theme;
    at("period-filter").value = state.period;
    at("order").value = state.order;
    render();
    if (keepAddress) return;
    const parts = ["theme", "period", "query", "only"].filter((name) => state[name])
      .map((name) => `&${name}=${encodeURIComponent(state[name])}`);
    history.replaceState(null, "", `#papers${parts.join("")}`);
  }

  function goTo(element) {
    element.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
  }

  // The state that stands in the address: #theme=ID is a card, #papers&theme=ID a filter.
  function follow() {
    const address = location.hash.slice(1);
    const given = new URLSearchParams(address.replace(/\+/g, "%2B"));
    if (address.startsWith("papers&")) {
      for (const name of ["theme", "period", "query", "only"]) state[name] = given.get(name) || "";
      if (state.theme) state.order = "score";
      sync(true);
      goTo(at("papers"));
    } else if (given.has("theme")) {
      const card = at(`theme=${given.get("theme")}`);
      for (const other of document.querySelectorAll(".here")) other.classList.remove("here");
      if (card) {
        card.classList.add("here");
        if (card.tagName === "DETAILS") card.open = true;
        card.scrollIntoView({ behavior: "instant", block: "start" });
        card.focus({ preventScroll: true });
      }
    }
  }

  papertrends.show = (chart, [key, period]) => {
    Object.assign(state, { query: "", theme: "", period: "", only: "" });
    if (chart === "map") state.only = key;
    else if (chart === "volume") state.period = key;
    else Object.assign(state, { theme: key, period: period || "", order: "score" });
    sync();
    at("back").hidden = false;
    at("back").href = `#chart-${chart}`;
    goTo(at("papers"));
  };

  function item([place, value]) {
    const paper = data.papers[place];
    return make("li", {}, make("span", { dir: "auto" }, linked(paper, paper.t)),
      make("span", { class: "meta" }, ` ${value.toFixed(2)} · ${digests(paper)}`));
  }

  function fillCards() {
    const members = data.themes.map(() => []);
    data.papers.forEach((paper, place) => {
      for (const [theme, value] of paper.m) members[theme].push([place, value]);
    });
    for (const own of members) own.sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    for (const list of document.querySelectorAll("[data-theme]")) {
      const own = members[places.get(list.dataset.theme)];
      list.append(...own.slice(0, 3).map(item));
    }
    for (const rest of document.querySelectorAll("[data-rest]")) {
      rest.addEventListener("toggle", () => {
        const own = members[places.get(rest.dataset.rest)];
        const list = rest.querySelector("ol");
        if (rest.open && !list.children.length) list.append(...own.slice(3, 200).map(item));
      });
    }
  }

  function fillLost() {
    const lost = data.papers.filter((paper) => paper.n);
    let shown = 0;
    const more = () => {
      const next = lost.slice(shown, shown + (shown ? STEP : 10));
      shown += next.length;
      at("lost").append(...next.map((paper) => {
        const [nearest, value, reason] = paper.n;
        const near = nearest
          ? [" nearest: ", make("bdi", {}, nearest), value === null ? "" : ` (${value.toFixed(2)})`, "; "]
          : [" "];
        return make("li", {}, make("span", { dir: "auto" }, linked(paper, paper.t)),
          make("span", { class: "meta" }, ...near, data.reasons[reason], ` · ${digests(paper)}`));
      }));
      at("more-lost").hidden = shown >= lost.length;
      at("more-lost").textContent = `Show more of ${(lost.length - shown).toLocaleString("en")}`;
    };
    at("more-lost").addEventListener("click", more);
    more();
  }

  at("query").addEventListener("input", () => { state.query = at("query").value; state.only = ""; sync(); });
  for (const [id, name] of [["theme-filter", "theme"], ["period-filter", "period"], ["order", "order"]]) {
    at(id).addEventListener("change", () => { state[name] = at(id).value; state.only = ""; sync(); });
  }
  document.querySelector(".filters").addEventListener("submit", (event) => event.preventDefault());
  at("more").addEventListener("click", () => { state.shown += STEP; render(); });
  at("clear").addEventListener("click", () => {
    Object.assign(state, { query: "", theme: "", period: "", only: "" });
    at("back").hidden = true;
    sync();
    at("query").focus();
  });
  window.addEventListener("hashchange", follow);

  render();
  fillCards();
  fillLost();
  follow();
  papertrends.drawAll();
})();
