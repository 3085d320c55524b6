/* Draws the charts, and draws them anew when what they show or their place changes. */
(() => {
  const { fitting, pause } = papertrends;
  const OTHER = "other/";
  const COUNT = "/count";
  const TITLES_AT_ONCE = 1_500;
  const TAP = 10;
  const state = { unit: "share", date: "" };
  const plots = {};
  const drawnAs = {};
  const titled = new Map();
  const followers = [];
  let figures = {};
  let words = {};
  let divs = [];
  let own = "";
  let printing = false;

  // Which figure and which words a chart has for what the switches say, or the nearest to it.
  function keyOf(id) {
    const date = state.date !== own && OTHER + id in figures ? OTHER : "";
    const unit = state.unit === "count" && date + id + COUNT in figures ? COUNT : "";
    return { figure: date + id + unit, words: date + id, date: date ? state.date : own, unit };
  }

  const figureOf = (id) => figures[keyOf(id).figure];
  const wordsOf = (id) => words[keyOf(id).words];
  const dateOf = (id) => keyOf(id).date;
  const chartOf = (div) => div.closest("figure.chart");

  // The page has a legend of its own below lines and the map, which wraps and links.
  function legendOf(div) {
    const figure = figureOf(div.dataset.chart);
    const legend = chartOf(div).querySelector(".legend");
    if (div.dataset.chart === "map") return Boolean(legend);
    const lines = fitting.isLines(figure);
    if (legend) {
      legend.hidden = !lines;
      return lines;
    }
    if (!lines || !papertrends.data) return false;
    div.after(builtLegend(figure));
    return true;
  }

  function builtLegend(figure) {
    const { make, symbol } = papertrends.text;
    const drawn = new Set(figure.data.flatMap((trace) =>
      (trace.customdata || []).filter(Boolean).map(([theme]) => theme)));
    const legend = make("ul", { class: "legend", "aria-label": "Themes and their colours" });
    for (const theme of papertrends.data.themes) {
      if (!drawn.has(theme.id)) continue;
      const link = make("a", { href: `#theme=${encodeURIComponent(theme.id)}` }, symbol(theme),
        make("bdi", {}, theme.name.length > 60 ? `${theme.name.slice(0, 59)}…` : theme.name));
      legend.append(make("li", {}, link));
    }
    return legend;
  }

  function setPlace(div) {
    const figure = figureOf(div.dataset.chart);
    div.style.width = "";
    const place = fitting.placeOf(div.dataset.chart, figure, div,
      { printing, legend: legendOf(div) });
    div.style.height = `${place.height}px`;
    div.style.width = printing ? `${place.width}px` : "";
    return place;
  }

  // Of labels that meet, the one of the larger theme stays.
  function declutter(div) {
    const notes = [...div.querySelectorAll(".annotation")];
    const named = div.layout.annotations || [];
    const order = (note) => (named[note.dataset.index].name === "sample" ? -1 : 0);
    const boxes = notes.sort((a, b) => order(a) - order(b))
      .map((note) => note.getBoundingClientRect());
    const kept = [];
    notes.forEach((note, place) => {
      const box = boxes[place];
      const meets = kept.some((other) => box.left < other.right && other.left < box.right
        && box.top < other.bottom && other.top < box.bottom);
      note.style.visibility = meets ? "hidden" : "";
      if (!meets) kept.push(box);
    });
  }

  // Titles of papers, which are not in the figure: it would carry all of them twice.
  async function addTitles(width) {
    let made = 0;
    for (const [place, trace] of figures.map.data.entries()) {
      if (!trace.customdata || !trace.hovertext) continue;
      const label = [trace.hovertext].flat()[0].split("<br>").pop();
      const texts = [];
      for (const [paper] of trace.customdata) {
        const title = fitting.plain(papertrends.papers.title(paper) || "", width, 5);
        texts.push(title ? `<b>${title}</b><br>${label}` : label);
        made += 1;
        if (made % TITLES_AT_ONCE === 0) await pause();
      }
      titled.set(place, texts);
    }
  }

  function behindOf(id, point) {
    const [first, second] = (point && point.customdata) || [];
    if (first === undefined) return null;
    const date = dateOf(id);
    if (id === "map") return { chart: id, only: first, date };
    if (id === "volume") return { chart: id, period: first, date };
    return { chart: id, theme: first, period: second, date };
  }

  function show(div, point) {
    const behind = behindOf(div.dataset.chart, point);
    if (behind) papertrends.behind.show(behind, div);
  }

  function cursor(div, kind) {
    for (const drag of div.querySelectorAll(".nsewdrag")) drag.style.cursor = kind;
  }

  // Plotly takes a finger that scrolls the page past a chart for one that taps it, and lets
  // the browser send clicks after a tap, which would meet whatever the tap has opened.
  let touched = null;
  let swiped = false;
  document.addEventListener("touchstart", ({ target, touches }) => {
    const [finger] = touches;
    touched = target.closest(".plot .nsewdrag") && { x: finger.screenX, y: finger.screenY };
    swiped = touches.length > 1;
  }, { capture: true, passive: true });
  document.addEventListener("touchend", (event) => {
    if (!touched) return;
    const [finger] = event.changedTouches;
    swiped ||= Math.hypot(finger.screenX - touched.x, finger.screenY - touched.y) > TAP;
    if (event.cancelable) event.preventDefault();
  }, { capture: true, passive: false });
  document.addEventListener("mousedown", () => { swiped = false; }, { capture: true });

  function listen(div) {
    div.on("plotly_click", (event) => {
      if (swiped) Plotly.Fx.unhover(div);
      else show(div, event.points[0]);
    });
    div.on("plotly_hover", (event) => {
      cursor(div, behindOf(div.dataset.chart, event.points[0]) ? "pointer" : "");
    });
    div.on("plotly_unhover", () => cursor(div, ""));
    if (div.dataset.chart !== "map") return;
    declutter(div);
    div.on("plotly_afterplot", () => declutter(div));
  }

  function specOf(div) {
    const id = div.dataset.chart;
    const figure = figureOf(id);
    const spec = fitting.fitted(id, figure, setPlace(div));
    if (id !== "map") return spec;
    for (const [place, texts] of titled) spec.data[place].hovertext = texts;
    // What the reader zoomed to stays.
    if (div.layout && papertrends.tools.isZoomed(div)) {
      for (const axis of ["xaxis", "yaxis"]) {
        Object.assign(spec.layout[axis], { range: div.layout[axis].range, autorange: false });
      }
      spec.layout.dragmode = div.layout.dragmode;
    }
    return spec;
  }

  async function draw(div) {
    const id = div.dataset.chart;
    if (id === "map" && papertrends.data) {
      await addTitles(fitting.hoverWidth(div.clientWidth));
      await pause();
    }
    performance.mark(`drawing: ${id}`);
    const { data, layout, config } = specOf(div);
    drawnAs[id] = keyOf(id).figure;
    await Plotly.newPlot(div, data, layout, config);
    listen(div);
    plots[id] = div;
    div.dataset.drawn = "yes";
    performance.mark(`drawn: ${id}`);
  }

  function redraw(div) {
    const id = div.dataset.chart;
    const { data, layout, config } = specOf(div);
    drawnAs[id] = keyOf(id).figure;
    return Plotly.react(div, data, layout, config);
  }

  function refit() {
    document.documentElement.toggleAttribute("data-print", printing);
    for (const div of divs) {
      if (plots[div.dataset.chart]) redraw(div);
      else setPlace(div);
    }
  }

  const near = (div) => {
    const { top, bottom } = div.getBoundingClientRect();
    return Math.max(0, top - window.innerHeight, -bottom);
  };

  async function drawFirst() {
    if (divs.length) await draw(divs[0]);
    await pause();
  }

  async function drawRest() {
    say();
    const waiting = divs.filter((div) => !plots[div.dataset.chart]);
    while (waiting.length) {
      waiting.sort((a, b) => near(a) - near(b));
      await pause();
      await draw(waiting.shift());
    }
  }

  function caption(id) {
    const key = keyOf(id);
    const said = words[key.words];
    const parts = [(key.unit && said.count_caption) || said.caption];
    const view = ((papertrends.data && papertrends.data.views) || [])
      .find((one) => one.date === key.date);
    if (key.date !== own && view && view.note) parts.push(view.note);
    if (key.date !== state.date) {
      parts.push(own === "digest" ? "This chart always counts by digest."
        : "This chart always counts by publication.");
    }
    return parts.join(" ");
  }

  // The words around the charts that have switches.
  function say() {
    for (const div of divs) {
      const id = div.dataset.chart;
      const chart = chartOf(div);
      if (!chart.querySelector(".switches")) continue;
      const { title, alt } = wordsOf(id);
      // The template has put how to use the chart behind the description.
      div.dataset.use ??= div.getAttribute("aria-label").slice(words[id].alt.length);
      div.setAttribute("aria-label", alt + div.dataset.use);
      chart.querySelector("figcaption h2").textContent = title;
      chart.querySelector(".caption").textContent = papertrends.text.tight(caption(id));
    }
  }

  function setRadios() {
    for (const radio of document.querySelectorAll(".switches input")) {
      radio.checked = radio.value === state[radio.name];
    }
  }

  async function turn(view) {
    const before = { ...state };
    Object.assign(state, view);
    setRadios();
    if (before.unit === state.unit && before.date === state.date) return;
    say();
    for (const go of followers) go();
    const changed = divs.filter((div) =>
      plots[div.dataset.chart] && drawnAs[div.dataset.chart] !== keyOf(div.dataset.chart).figure);
    for (const div of changed.sort((a, b) => near(a) - near(b))) {
      await redraw(div);
      await pause();
    }
  }

  const read = ({ unit, date }) => ({
    unit: unit === "count" ? "count" : "share",
    date: date && dates().includes(date) ? date : own,
  });

  const dates = () => [...document.querySelectorAll(".switches fieldset:not([disabled]) [name=date]")]
    .map((radio) => radio.value);

  function start(payload) {
    performance.mark("charts: unpacked");
    ({ figures, words } = payload);
    const checked = document.querySelector(".switches input[name=date][checked]");
    own = checked ? checked.value : "";
    Object.assign(state, read(papertrends.address.read()));
    divs = [...document.querySelectorAll(".plot")].filter((div) => div.dataset.chart in figures);
    for (const div of divs) setPlace(div);
    setRadios();
    say();
    papertrends.numbers.start();
    papertrends.tools.start();
    papertrends.keys.start();
    document.addEventListener("change", ({ target }) => {
      if (!target.matches(".switches input")) return;
      turn({ [target.name]: target.value });
      papertrends.address.keep({
        unit: state.unit === "share" ? "" : state.unit,
        date: state.date === own ? "" : state.date,
      });
    });
    papertrends.address.onChange((address) => turn(read(address)));
  }

  let last = window.innerWidth;
  let waiting = 0;
  window.addEventListener("resize", () => {
    if (window.innerWidth === last) return;
    last = window.innerWidth;
    clearTimeout(waiting);
    waiting = setTimeout(refit, 150);
  });
  fitting.dark.addEventListener("change", refit);
  window.addEventListener("beforeprint", () => { printing = true; refit(); });
  window.addEventListener("afterprint", () => { printing = false; refit(); });

  papertrends.charts = {
    start, drawFirst, drawRest, plots, show, specOf, wordsOf, dateOf, figureOf,
    isOwn: (id) => dateOf(id) === own,
    onTurn: (go) => followers.push(go),
  };
})();
