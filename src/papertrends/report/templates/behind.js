/* The papers behind a point of a chart, in a dialog over the page. Its numbers are those of
   the tables. */
(() => {
  const { make, linked, fixed, percent, interval, number, count, marked } = papertrends.text;
  const { address, found, papers: list } = papertrends;
  const CUT = 300;
  const at = (id) => document.getElementById(id);
  let started = false;
  let opener = null;
  let goingBack = 0;
  let pending = null;

  const dateOf = (wanted) => papertrends.data.views[found.viewOf(wanted.date)].date;

  function labelOf(wanted) {
    const view = papertrends.data.views[found.viewOf(wanted.date)];
    return view.periods.find(({ key }) => key === wanted.period)?.label;
  }

  function rowsOf(wanted, name) {
    const table = found.columnsOf(found.viewOf(wanted.date) ? `other_${name}` : name);
    const places = [...table.period.keys()].filter((row) => table.period[row] === wanted.period);
    return places.map((row) => Object.fromEntries(
      Object.entries(table).map(([column, cells]) => [column, cells[row]])));
  }

  // What the table of shares says of the point.
  function told(wanted, theme, papers) {
    const rows = wanted.period ? rowsOf(wanted, "trends") : [];
    const row = rows.find((one) => !theme || one.theme_id === theme.id);
    if (!row) return `${count(papers.length, "paper")}${wanted.period ? "" : " in all"}.`;
    const late = row.partial === "True" ? " It is not over yet." : "";
    if (!theme) return `${count(wanted.theme ? papers.length : Number(row.n_papers), "paper")}.${late}`;
    const [share, low, high] = [row.share, row.share_low, row.share_high].map(Number);
    const shares = Number(row.n_papers)
      ? ` (${percent(share)}, 95\u00a0% interval ${interval(low, high)})` : "";
    return `${number(row.n_theme)} of ${count(Number(row.n_papers), "paper")}${shares}.${late}`;
  }

  function item(paper, place) {
    const terms = list.termsOf(place);
    const score = found.scoreOf(paper, place);
    const why = list.reason(paper, [], terms);
    const meta = [score === undefined ? "" : `${fixed(score, 2)} · `, list.digests(paper)].join("");
    const title = linked(paper.url, ...marked(paper.title, [], terms));
    return make("li", {}, make("span", { class: "title", dir: "auto" }, title),
      make("span", { class: "meta" }, meta), ...(why ? [why] : []));
  }

  function whole(paper) {
    const link = linked(paper.url, "Open the paper");
    const chips = list.chips(paper);
    paper.themes.forEach(({ score }, i) =>
      chips.children[i].append(make("span", { class: "none" }, ` ${fixed(score, 2)}`)));
    const near = paper.near ? ["; ", ...list.nearest(paper.near)] : [];
    const where = paper.themes.length ? chips : make("p", { class: "none" }, "In no theme", ...near);
    return make("li", {}, where,
      make("p", { class: "meta" }, `In the digest of ${list.digests(paper)}`),
      ...(paper.abstract ? [make("p", { dir: "auto" }, paper.abstract)] : []),
      ...(link.tagName === "A" ? [make("p", {}, link)] : []));
  }

  const cut = (text) => (text.length > CUT ? `${text.slice(0, CUT - 1)}…` : text);

  function fillOne(paper) {
    at("behind-title").replaceChildren(make("bdi", {}, cut(paper.title)));
    at("behind-text").textContent = "";
    at("behind-papers").replaceChildren(whole(paper));
    tellAll("Show it in the list of papers", { only: paper.id });
  }

  function fillMany(wanted) {
    const place = found.placeOf(wanted.theme);
    const theme = papertrends.data.themes[place];
    const papers = found.find({ ...wanted, order: theme ? "score" : "new" });
    const label = labelOf(wanted);
    const name = theme?.name ?? (wanted.theme ? "In no theme" : "");
    at("behind-title").replaceChildren(...(name ? [make("bdi", {}, cut(name))] : []),
      name && label ? ", " : "", label ?? "");
    const link = theme && `#theme=${encodeURIComponent(theme.id)}`;
    const card = theme ? [" ", make("a", { href: link }, "The theme’s card")] : [];
    const none = papers.length ? [] : [" There is none to show."];
    at("behind-text").replaceChildren(told(wanted, theme, papers), ...none, ...card);
    const first = papers.slice(0, list.STEP);
    at("behind-papers").replaceChildren(...first.map((paper) => item(paper, place)));
    const { theme: id, period } = wanted;
    const more = papers.length > list.STEP ? `all ${number(papers.length)}` : "them";
    tellAll(papers.length ? `Show ${more} in the list of papers` : "",
      { theme: id, period, date: dateOf(wanted) });
  }

  function tellAll(text, filters) {
    const { views } = papertrends.data;
    const said = { ...filters };
    if (said.date === views[0].date && !address.view.date) said.date = "";
    at("behind-all").textContent = text;
    at("behind-all").href = `#papers${Object.entries(said).filter(([, value]) => value)
      .map(([name, value]) => `&${name}=${encodeURIComponent(value)}`).join("")}`;
    at("behind-all").parentElement.hidden = !text;
  }

  // Tells whether this page has what is asked for.
  function known(wanted) {
    if (wanted.only) return Boolean(found.get(wanted.only));
    if (wanted.period && !labelOf(wanted)) return false;
    if (!wanted.theme) return Boolean(wanted.period);
    return wanted.theme === "-" || found.placeOf(wanted.theme) !== undefined;
  }

  function open(wanted) {
    if (wanted.only) fillOne(found.get(wanted.only));
    else fillMany(wanted);
    // Not modal: the next point can be clicked while it is open, and to make thousands of
    // elements inert for it would take longer than all the rest.
    if (!at("behind").open) at("behind").show();
    at("behind-papers").scrollTop = 0;
    at("behind-title").tabIndex = -1;
    at("behind-title").focus();
  }

  function show({ theme = "", period = "", only = "", date = address.view.date }, from) {
    if (!started || goingBack) {
      pending = [{ theme, period, only, date }, from];
      return;
    }
    const wanted = only ? { only } : { theme, period, date: date || "" };
    if (!known(wanted)) return;
    opener = from || document.activeElement;
    const fresh = !at("behind").open;
    open(wanted);
    const said = wanted.date ? wanted : { ...wanted, date: address.view.date };
    address.write({ place: "behind", ...said }, fresh);
  }

  function refocus() {
    const given = opener?.isConnected && opener !== document.body ? opener : null;
    const back = given || document.querySelector(".plot[tabindex]");
    back?.focus({ preventScroll: true });
    opener = null;
  }

  // Closed by hand: the address goes back to what it was before.
  function close() {
    at("behind").close();
    refocus();
    if (address.read().place !== "behind") return;
    if (!history.state?.pushed) {
      address.write({ place: "" });
      return;
    }
    // Going back takes a moment, in which the next point may be clicked.
    goingBack = setTimeout(arrived, 1000);
    history.back();
  }

  function arrived() {
    clearTimeout(goingBack);
    goingBack = 0;
    const next = pending;
    pending = null;
    if (next) show(...next);
  }

  function follow(now) {
    if (goingBack) setTimeout(arrived, 0);
    if (now.place === "behind" && known(now)) {
      open(now);
    } else if (at("behind").open) {
      at("behind").close();
      if (now.ours) refocus();
    }
  }

  function start() {
    started = true;
    const dialog = at("behind");
    at("behind-close").addEventListener("click", close);
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && dialog.open) close();
    });
    // A click elsewhere closes it; one in a chart may open other papers.
    document.addEventListener("click", ({ target }) => {
      if (dialog.open && !dialog.contains(target) && !target.closest(".plot")) close();
    });
    at("behind-all").addEventListener("click", () => {
      // The address may be this one already, when nothing would follow.
      if (at("behind-all").hash === location.hash) close();
    });
    address.onChange(follow, true);
    arrived();
  }

  papertrends.behind = { start, show };
})();
