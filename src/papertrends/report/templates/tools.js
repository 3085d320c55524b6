/* What can be done with a chart: save it as a picture, zoom the map. */
(() => {
  const SCALE = 2;
  const STEP = { in: 0.6, out: 1 / 0.6 };
  const HEAD = 40;

  const variable = (name) =>
    getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // The figure as it is seen, with its title, a background and the legend inside.
  function pictured(div) {
    const id = div.dataset.chart;
    const { data, layout } = papertrends.charts.specOf(div);
    const hidden = new Set([...div.querySelectorAll(".annotation")]
      .filter((note) => note.style.visibility === "hidden").map((note) => note.dataset.index));
    (layout.annotations || []).forEach((note, place) => {
      if (hidden.has(String(place))) note.visible = false;
    });
    const title = papertrends.charts.wordsOf(id).title;
    const text = papertrends.fitting.plain(title, Math.floor(layout.width / 9), 2);
    const head = HEAD * text.split("<br>").length;
    layout.margin = { ...layout.margin, t: ((layout.margin || {}).t ?? 34) + head };
    layout.height += head;
    layout.title = {
      text: `<b>${text}</b>`, x: 0, xref: "container", xanchor: "left", pad: { l: 14 },
      y: 1 - 24 / layout.height, yref: "container", yanchor: "middle", font: { size: 17 },
    };
    const background = variable("--paper");
    Object.assign(layout, { paper_bgcolor: background, plot_bgcolor: background });
    return { data, layout };
  }

  // Names over points have a rim in the page; a file carries its styles inside.
  function rimmed(svg, id) {
    if (id !== "map") return svg;
    const style = ".annotation-text{paint-order:stroke;stroke-linejoin:round;stroke-width:4px;"
      + `stroke:${variable("--paper")};font-weight:600}`;
    return svg.replace(/^(<svg[^>]*>)/, `$1<style>${style}</style>`);
  }

  async function painted(svg, { width, height }) {
    const image = new Image();
    image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = SCALE * width;
    canvas.height = SCALE * height;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise((done) => canvas.toBlob(done, "image/png"));
  }

  async function save(div, format) {
    const id = div.dataset.chart;
    const figure = pictured(div);
    const { width, height } = figure.layout;
    const svg = rimmed(await Plotly.toImage({ ...figure, config: { typesetMath: false } },
      { format: "svg", width, height, imageDataOnly: true }), id);
    const file = format === "png" ? await painted(svg, figure.layout) : svg;
    papertrends.text.save(`papertrends-${id}.${format}`, file,
      format === "png" ? "image/png" : "image/svg+xml");
  }

  const isZoomed = (div) => div.layout.xaxis.autorange === false;

  function relayout(div, ranges) {
    const coarse = window.matchMedia("(pointer: coarse)").matches;
    // A finger on the map scrolls the page, until there is more map than is seen.
    const dragmode = coarse ? (ranges ? "pan" : false) : "zoom";
    return Plotly.relayout(div, ranges
      ? { "xaxis.range": ranges[0], "yaxis.range": ranges[1], dragmode }
      : { "xaxis.autorange": true, "yaxis.autorange": true, dragmode });
  }

  function zoom(div, how) {
    if (how === "all") return relayout(div, null);
    return relayout(div, ["xaxis", "yaxis"].map((axis) => {
      const [low, high] = div.layout[axis].range;
      const half = (high - low) / 2 * STEP[how];
      return [(low + high) / 2 - half, (low + high) / 2 + half];
    }));
  }

  // Moves the map so that a point is seen.
  function bring(div, x, y) {
    const at = [["xaxis", x], ["yaxis", y]].map(([axis, value]) => [...div.layout[axis].range, value]);
    if (at.every(([low, high, value]) => low <= value && value <= high)) return null;
    return relayout(div, at.map(([low, high, value]) =>
      [value - (high - low) / 2, value + (high - low) / 2]));
  }

  function start() {
    document.addEventListener("click", async ({ target }) => {
      const button = target.closest("[data-picture], [data-zoom]");
      const chart = button && button.closest("figure.chart");
      const div = chart && papertrends.charts.plots[chart.dataset.chart];
      if (!div) return;
      if (button.dataset.zoom) zoom(div, button.dataset.zoom);
      else {
        button.disabled = true;
        try {
          await save(div, button.dataset.picture);
        } finally {
          button.disabled = false;
        }
      }
    });
  }

  papertrends.tools = { start, zoom, bring, isZoomed };
})();
