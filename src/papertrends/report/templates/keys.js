/* The charts by keyboard: arrow keys walk from point to point, and each is told in words. */
(() => {
  const ZOOMS = { "+": "in", "=": "in", "-": "out", 0: "all" };
  const walks = new WeakMap();
  let voice;

  const told = (markup) => markup.replace(/<br>/g, ", ").replace(/<[^>]*>/g, "")
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(code))
    .replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

  function* cells(trace, curve) {
    for (let y = trace.customdata.length - 1; y >= 0; y -= 1) {
      for (let x = 0; x < trace.customdata[y].length; x += 1) {
        // By place: the cells of a heat map have no number.
        yield {
          curve, row: String(y), height: y, step: x, behind: trace.customdata[y][x],
          text: trace.hovertext[y][x], spot: { curveNumber: curve, xval: x, yval: trace.y[y] },
        };
      }
    }
  }

  function* points(trace, curve, id) {
    for (let point = 0; point < trace.customdata.length; point += 1) {
      const behind = trace.customdata[point];
      if (!behind) continue;
      const text = Array.isArray(trace.hovertext) ? trace.hovertext[point] : trace.hovertext;
      yield {
        curve, behind, text, step: behind[1], x: trace.x[point], y: trace.y[point],
        height: trace.y[point], axes: (trace.xaxis || "x") + (trace.yaxis || "y"),
        row: id === "map" ? String(curve) : id === "volume" ? "" : behind[0],
        spot: { curveNumber: curve, pointNumber: point },
      };
    }
  }

  // The rows of a chart, the highest first, and in each its points from left to right.
  function rowsOf(div) {
    const id = div.dataset.chart;
    const rows = new Map();
    const known = new Set();
    div.data.forEach((trace, curve) => {
      if (!trace.customdata || trace.hoverinfo === "skip" || trace.visible === false) return;
      const stops = trace.type === "heatmap" ? cells(trace, curve) : points(trace, curve, id);
      for (const stop of stops) {
        // A line and its points tell the same: one stop is enough.
        const same = `${stop.row}\n${stop.behind}\n${id === "map" ? "" : stop.text}`;
        if (!stop.text || stop.height === null || known.has(same)) continue;
        known.add(same);
        if (!rows.has(stop.row)) rows.set(stop.row, []);
        rows.get(stop.row).push(stop);
      }
    });
    const all = [...rows.values()];
    if (id === "map") {
      for (const row of all) row.sort((a, b) => a.x - b.x);
      return all;
    }
    const dated = id !== "shares" || papertrends.charts.figureOf(id).layout.xaxis.type === "date";
    if (dated) for (const row of all) row.sort((a, b) => (a.step > b.step) - (a.step < b.step));
    const panels = id === "multiples";
    return panels ? all : all.sort((a, b) => b.at(-1).height - a.at(-1).height);
  }

  function walkOf(div) {
    const known = walks.get(div);
    if (known && known.data === div.data) return known;
    const walk = { data: div.data, rows: rowsOf(div), row: -1, stop: 0 };
    walks.set(div, walk);
    return walk;
  }

  function move(walk, key) {
    const last = walk.rows.length - 1;
    if (walk.row < 0) {
      walk.row = 0;
      walk.stop = key === "End" ? walk.rows[0].length - 1 : 0;
      return;
    }
    // Where every row is one point, all arrows walk along the rows.
    const single = walk.rows.every((row) => row.length === 1);
    const up = key === "ArrowUp" || (single && key === "ArrowLeft");
    if (up || key === "ArrowDown" || (single && key === "ArrowRight")) {
      const from = walk.rows[walk.row][walk.stop];
      walk.row = Math.min(last, Math.max(0, walk.row + (up ? -1 : 1)));
      const same = walk.rows[walk.row].findIndex((stop) => stop.step === from.step);
      walk.stop = same >= 0 ? same : Math.min(walk.stop, walk.rows[walk.row].length - 1);
      return;
    }
    const end = walk.rows[walk.row].length - 1;
    if (single && key === "Home") walk.row = 0;
    else if (single && key === "End") walk.row = last;
    else if (key === "Home") walk.stop = 0;
    else if (key === "End") walk.stop = end;
    else walk.stop = Math.min(end, Math.max(0, walk.stop + (key === "ArrowLeft" ? -1 : 1)));
  }

  const stopOf = (walk) => (walk.row < 0 ? null : walk.rows[walk.row][walk.stop]);

  async function point(div, walk) {
    const stop = stopOf(walk);
    voice.textContent = told(stop.text);
    if (div.dataset.chart === "map") await papertrends.tools.bring(div, stop.x, stop.y);
    Plotly.Fx.hover(div, [stop.spot], stop.axes || "xy");
  }

  function clear(div) {
    const walk = walks.get(div);
    if (!walk || walk.row < 0) return;
    walk.row = -1;
    voice.textContent = "";
    Plotly.Fx.unhover(div);
  }

  function press(div, event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const { key } = event;
    if (div.dataset.chart === "map" && key in ZOOMS) papertrends.tools.zoom(div, ZOOMS[key]);
    else if (key === "Escape") clear(div);
    else if (key === "Enter") {
      const stop = stopOf(walkOf(div));
      if (stop) papertrends.charts.show(div, { customdata: stop.behind });
    } else if (/^(Arrow(Left|Right|Up|Down)|Home|End)$/.test(key)) {
      const walk = walkOf(div);
      if (!walk.rows.length) return;
      move(walk, key);
      point(div, walk);
    } else return;
    event.preventDefault();
  }

  function start() {
    voice = papertrends.text.make("div", { class: "unseen", "aria-live": "polite", id: "told-point" });
    document.querySelector("main").append(voice);
    for (const div of document.querySelectorAll(".plot")) {
      div.addEventListener("keydown", (event) => {
        if (event.target === div && papertrends.charts.plots[div.dataset.chart]) press(div, event);
      });
      div.addEventListener("blur", () => clear(div));
    }
  }

  papertrends.keys = { start };
})();
