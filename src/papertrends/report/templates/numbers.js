/* The numbers behind each chart as a table, made when a reader opens it. */
(() => {
  const MOST_LINKS = 5_000;
  // So many cells are made at once: a table of many more would keep the page from answering.
  const FIRST_CELLS = 6_000;
  const MORE_CELLS = 12_000;

  const place = (values) => Object.entries(values).filter(([, value]) => value)
    .map(([name, value]) => `&${name}=${encodeURIComponent(value)}`).join("");

  // A row as a template: to clone one is many times quicker than to make its cells.
  function rowOf(width, linked, headed) {
    const { make } = papertrends.text;
    const row = make("tr", {});
    for (let column = 0; column < width; column += 1) {
      const cell = column ? make("td", {}) : make("th", { scope: "row" });
      const link = column ? linked : headed;
      if (link) cell.append(make("a", {}, " "));
      else if (column) cell.append(" ");
      else cell.append(make("bdi", {}, " "));
      row.append(cell);
    }
    return row;
  }

  function tableOf(id) {
    const { make } = papertrends.text;
    const { caption, columns, rows, row_keys: themes, column_keys: periods, row_periods: days } =
      papertrends.charts.wordsOf(id).table;
    const date = papertrends.charts.isOwn(id) ? "" : papertrends.charts.dateOf(id);
    const finer = new Set(((papertrends.data && papertrends.data.themes) || [])
      .filter((theme) => theme.level === "finer").map((theme) => theme.id));
    const linked = periods.length > 0 && themes.length > 0
      && rows.length * columns.length < MOST_LINKS;
    const like = rowOf(columns.length, linked, themes.length > 0 || days.length > 0);
    const made = (cells, at) => {
      const row = like.cloneNode(true);
      const [theme, day] = [themes[at], days[at]];
      let node = row.firstChild;
      for (let column = 0; column < cells.length; column += 1, node = node.nextSibling) {
        const inner = node.firstChild;
        (inner.firstChild || inner).data = cells[column];
        if (inner.nodeName !== "A") continue;
        const href = column ? `#papers${place({ theme, period: periods[column - 1], date })}`
          : theme ? `#theme=${encodeURIComponent(theme)}` : `#papers${place({ period: day, date })}`;
        inner.setAttribute("href", href);
      }
      if (finer.has(theme)) row.className = "finer";
      return row;
    };
    const body = make("tbody", {});
    const few = (cells) => Math.max(1, Math.floor(cells / columns.length));
    const add = async () => {
      for (let from = 0, size = few(FIRST_CELLS); from < rows.length; from += size) {
        if (from) {
          size = few(MORE_CELLS);
          await papertrends.pause();
        }
        body.append(...rows.slice(from, from + size).map((cells, at) => made(cells, from + at)));
      }
    };
    add();
    const head = make("tr", {}, ...columns.map((column) => make("th", { scope: "col" }, column)));
    const table = make("table", { class: "behind-table" }, make("caption", {}, caption),
      make("thead", {}, head), body);
    // Two charts may have the same numbers behind them.
    const name = `${document.querySelector(`#chart-${id} h2`).textContent}: ${caption}`;
    return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": name }, table);
  }

  function fill(details) {
    const id = details.closest("figure.chart").dataset.chart;
    const old = details.querySelector(".scroll");
    const made = tableOf(id);
    if (old) old.replaceWith(made);
    else details.append(made);
    details.dataset.date = papertrends.charts.dateOf(id);
  }

  const stale = (details) =>
    details.dataset.date !== papertrends.charts.dateOf(details.closest("figure.chart").dataset.chart);

  function start() {
    const all = [...document.querySelectorAll("details.numbers")];
    for (const details of all) {
      details.addEventListener("toggle", () => {
        if (details.open && stale(details)) fill(details);
      });
    }
    papertrends.charts.onTurn(() => {
      for (const details of all) if (details.open && stale(details)) fill(details);
    });
  }

  papertrends.numbers = { start };
})();
