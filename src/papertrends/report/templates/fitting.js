/* Fits a figure to its place: width, light or dark, screen or paper. Nothing is drawn here.

   Plotly takes some tags, and LaTeX between dollar signs, in any text: figures come with
   their texts escaped; what is added here is escaped here. */
(() => {
  const NARROW = 560;
  const PANEL = 230;
  const PAPER = 660;
  // So much lower are small panels on paper, where a page must hold all of them.
  const FLAT = 0.84;
  const VALUE = 44;
  const GLOW = 1.35;
  const COLORED = ["line", "marker", "fillcolor", "error_x", "error_y", "colorscale", "textfont"];
  const HEIGHTS = { map: [420, 640], lines: [360, 500] };

  const variable = (name) =>
    getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;")
    .replace(/>/g, "&gt;").replace(/\$/g, "&#36;").replace(/%\{/g, "&#37;{");

  // Without characters that hide or turn around what stands beside them.
  const shown = (text) => text
    .replace(/[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+/g, " ")
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, " ");

  const seen = (markup) => [...markup.replace(/<[^>]*>/g, "").replace(/&(#\d+|\w+);/g, "x")].length;

  // One line of Plotly's markup in lines of at most so many characters.
  function folded(line, width) {
    if (line.length <= width || seen(line) <= width) return [line];
    const lines = [];
    let room = 0;
    const put = (word, size) => {
      if (lines.length && size < room) {
        lines[lines.length - 1] += ` ${word}`;
        room -= size + 1;
      } else {
        lines.push(word);
        room = width - size;
      }
    };
    for (const word of line.match(/(?:<[^>]*>|[^ <]|<)+/g) || []) {
      const size = seen(word);
      if (size <= width) {
        put(word, size);
        continue;
      }
      let part = "";
      let filled = 0;
      for (const piece of word.match(/<[^>]*>|&(?:#\d+|\w+);|[^]/gu)) {
        if (filled === width) {
          put(part, filled);
          part = "";
          filled = 0;
        }
        part += piece;
        if (!/^<.*>$/.test(piece)) filled += 1;
      }
      put(part, filled);
    }
    return lines;
  }

  function wrapped(markup, width, most = Infinity) {
    const lines = markup.split("<br>").flatMap((line) => folded(line, width));
    if (lines.length <= most) return lines.join("<br>");
    const kept = lines.slice(0, most);
    kept[most - 1] += " …";
    return kept.join("<br>");
  }

  // Any text, to be shown as it is.
  function plain(text, width, most) {
    return wrapped(escaped(shown(text.slice(0, 2 * width * most)).replace(/\s+/g, " ").trim()),
      width, most);
  }

  // How many characters of a hover box fit beside its point, or over it on a phone.
  const hoverWidth = (width) => Math.max(22, Math.min(60, Math.floor((width - 36) / 7)));

  function lit(color) {
    const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
    const parts = hex ? hex.slice(1).map((part) => parseInt(part, 16))
      : /^rgba?\(([^)]*)\)$/.test(color) ? color.slice(color.indexOf("(") + 1, -1).split(",") : null;
    if (!parts) return color;
    const [red, green, blue] = parts.map((part) => Math.min(255, Math.round(part * GLOW)));
    return parts.length > 3 ? `rgba(${red},${green},${blue},${parts[3]})`
      : `rgb(${red},${green},${blue})`;
  }

  function litAll(value) {
    if (typeof value === "string") return lit(value);
    if (Array.isArray(value)) return value.map(litAll);
    if (!value || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, litAll(part)]));
  }

  // Signs in a text, which nothing but a figure's own tags can be.
  const litText = (text) =>
    text.replace(/<span style="color:(#[0-9a-f]{6})">/g, (_, color) => `<span style="color:${lit(color)}">`);

  const isLines = (figure) =>
    (figure.layout.annotations || []).some((note) => note.name === "end");

  const columnsOf = (meta, width) => (width < NARROW ? Math.min(2, meta.panels)
    : Math.max(1, Math.min(meta.panels, Math.round(width / PANEL))));

  function heightOf(id, figure, width) {
    const { meta, margin } = figure.layout;
    if (meta && meta.panels) {
      const row = meta.row_height * (width === PAPER ? FLAT : 1);
      return row * Math.ceil(meta.panels / columnsOf(meta, width)) + margin.t + margin.b;
    }
    const heights = HEIGHTS[isLines(figure) ? "lines" : id];
    const blank = !figure.data.length;
    return heights && !blank ? heights[width < NARROW ? 0 : 1] : figure.layout.height;
  }

  // Small panels in rows, as `panel_place` of the package lays them out.
  function layPanels(layout, meta, width) {
    const columns = columnsOf(meta, width);
    const rows = Math.ceil(meta.panels / columns);
    const title = meta.title_height / (meta.row_height * rows);
    const column = (width - layout.margin.l - layout.margin.r) / columns;
    const gap = Math.max(meta.gap, VALUE / column);
    const names = layout.annotations.filter((note) => note.name === "panel");
    for (let panel = 0; panel < meta.panels; panel += 1) {
      const row = Math.floor(panel / columns);
      const left = (panel % columns) / columns;
      const top = 1 - row / rows - title;
      const number = panel ? panel + 1 : "";
      Object.assign(layout[`xaxis${number}`], {
        domain: [left, left + (1 - gap) / columns],
        showticklabels: panel + columns >= meta.panels,
      });
      Object.assign(layout[`yaxis${number}`], {
        domain: [1 - (row + 1) / rows + title / 4, top],
        showticklabels: panel % columns === 0,
      });
      const name = names[panel];
      Object.assign(name, { x: left, y: top });
      name.text = wrapped(name.text.replace(/<br>/g, " "), Math.floor(column / 7), 2);
    }
  }

  const VARIED = {
    map(layout, place) {
      layout.dragmode = place.coarse ? false : "zoom";
      for (const note of layout.annotations || []) {
        if (note.name) note.font = { ...note.font, size: place.narrow ? 11 : 13 };
      }
    },
    volume(layout, place) {
      for (const note of layout.annotations || []) note.font = { ...note.font, color: place.up };
      for (const shape of layout.shapes || []) shape.line = { ...shape.line, color: place.up };
      if (place.narrow) for (const axis of ["xaxis", "xaxis2"]) if (layout[axis]) layout[axis].nticks = 4;
    },
    heatmap(layout, place) {
      const { yaxis } = layout;
      if (place.narrow && yaxis.ticktext) {
        // The sign behind the name stays, whatever is cut.
        yaxis.ticktext = yaxis.ticktext.map((text) => text.replace(/^(.*)( <span.*)$/s,
          (_, name, sign) => wrapped(name.replace(/<br>/g, " "), 15, 2) + sign));
      }
      yaxis.tickfont = { ...yaxis.tickfont, size: place.narrow ? 10.5 : 12 };
    },
  };

  function layoutOf(id, figure, place) {
    const { meta, ...rest } = figure.layout;
    const layout = structuredClone(rest);
    Object.assign(layout, {
      width: place.width, height: place.height, autosize: false,
      font: { ...layout.font, color: place.ink, size: place.narrow ? 12 : 13 },
      hoverlabel: {
        align: "left", bgcolor: place.paper, bordercolor: place.soft,
        font: { color: place.ink, size: place.narrow ? 12 : 13 },
      },
    });
    const notes = layout.annotations || [];
    if (meta && meta.panels) layPanels(layout, meta, place.width);
    else if (isLines(figure)) {
      layout.margin.r = place.narrow ? 12 : 190;
      for (const note of notes) if (note.name === "end") note.visible = !place.narrow;
      Object.assign(layout.xaxis, { nticks: place.narrow ? 4 : 0, tickangle: 0 });
    } else if (place.narrow && id !== "map") {
      for (const note of notes) note.font = { ...note.font, size: 11.5 };
    }
    if (VARIED[id]) VARIED[id](layout, place);
    if (place.dark) {
      for (const note of notes) note.text = litText(note.text);
      if (layout.yaxis.ticktext) layout.yaxis.ticktext = layout.yaxis.ticktext.map(litText);
    }
    layout.showlegend = place.legend ? false : layout.showlegend;
    return layout;
  }

  function traceOf(trace, place) {
    const own = { ...trace };
    if (place.dark) for (const name of COLORED) if (name in own) own[name] = litAll(own[name]);
    if (own.type === "heatmap" && place.narrow) {
      own.colorbar = { ...own.colorbar, thickness: 7, tickfont: { size: 10 }, xpad: 4 };
    }
    const width = hoverWidth(place.width);
    const fold = (text) => (Array.isArray(text) ? text.map(fold)
      : typeof text === "string" ? wrapped(text, width) : text);
    // Figures fold their texts to 60 characters themselves.
    if (own.hovertext && width < 60) own.hovertext = fold(own.hovertext);
    return own;
  }

  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const coarse = window.matchMedia("(pointer: coarse)");

  // What there is to fit to, at this moment.
  function placeOf(id, figure, div, { printing, legend }) {
    const width = printing ? PAPER : div.clientWidth;
    return {
      width, height: heightOf(id, figure, width), narrow: width < NARROW, legend,
      dark: dark.matches && !printing, coarse: coarse.matches,
      ink: variable("--ink"), soft: variable("--soft"), paper: variable("--paper"), up: variable("--up"),
    };
  }

  papertrends.fitting = {
    dark, isLines, placeOf, plain, hoverWidth,
    fitted: (id, figure, place) => ({
      data: figure.data.map((trace) => traceOf(trace, place)),
      layout: layoutOf(id, figure, place),
      config: { displayModeBar: false, responsive: false, typesetMath: false, doubleClick: "reset" },
    }),
  };
})();
