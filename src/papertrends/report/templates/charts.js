"use strict";
/* Draws the charts from the data inside the page. Text is only ever written as text. */
const papertrends = { data: JSON.parse(document.getElementById("data").textContent), plots: {} };

(() => {
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const coarse = window.matchMedia("(pointer: coarse)").matches;
  const titles = new Map(papertrends.data.papers.map((paper) => [paper.i, paper.t]));
  let printing = false;

  const variable = (name) =>
    getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // Plotly takes some tags, and LaTeX between dollar signs: neither may reach it.
  const escaped = (text) =>
    text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/\$/g, "&#36;");

  function wrapped(text, width, most) {
    const plain = text
      .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+/g, " ")
      .slice(0, width * most * 2);
    const lines = [""];
    for (const word of plain.split(/\s+/)) {
      for (let rest = word; rest; rest = rest.slice(width)) {
        const part = rest.slice(0, width);
        const line = lines[lines.length - 1];
        if (!line) lines[lines.length - 1] = part;
        else if (line.length + 1 + part.length <= width) lines[lines.length - 1] += " " + part;
        else lines.push(part);
      }
    }
    const cut = lines.length > most ? [...lines.slice(0, most - 1), lines[most - 1] + " …"] : lines;
    return cut.map(escaped).join("<br>");
  }

  function addTitles(spec, width) {
    for (const trace of spec.data) {
      const label = trace.hovertext[0].split("<br>").pop();
      trace.hovertext = trace.customdata.map(([id]) =>
        `<b>${wrapped(titles.get(id) || "", width, 5)}</b><br>${label}`);
    }
  }

  // Plotly takes its height from the place it is drawn in.
  function setHeight(div, spec) {
    const narrow = div.clientWidth < 560;
    const heights = { map: narrow ? 420 : 640, lines: narrow ? 360 : 520 };
    const lines = (spec.layout.annotations || []).some((note) => note.name === "end");
    div.style.height = `${heights[lines ? "lines" : div.dataset.chart] || spec.height}px`;
    div.style.width = printing ? "660px" : "";
  }

  // What depends on the width of the place and on light or dark.
  function changes(div, spec) {
    const narrow = div.clientWidth < 560;
    const layout = {
      "font.color": variable("--ink"),
      "font.size": narrow ? 12 : 13,
      "hoverlabel.bgcolor": variable("--paper"),
      "hoverlabel.bordercolor": variable("--rule"),
      "hoverlabel.font.color": variable("--ink"),
      "hoverlabel.font.size": 13,
    };
    if (div.dataset.chart === "map") {
      layout.dragmode = coarse ? false : "zoom";
      (spec.layout.annotations || []).forEach((note, place) => {
        if (!note.name) return;
        layout[`annotations[${place}].font.size`] = narrow ? 11 : 13;
      });
    }
    if (narrow && div.dataset.chart !== "map") {
      (spec.layout.annotations || []).forEach((_, place) => {
        layout[`annotations[${place}].font.size`] = 11.5;
      });
    }
    const ends = (spec.layout.annotations || []).filter((note) => note.name === "end");
    if (ends.length) {
      layout["margin.r"] = narrow ? 12 : 190;
      spec.layout.annotations.forEach((note, place) => {
        layout[`annotations[${place}].visible`] = !narrow || note.name !== "end";
      });
    }
    if (ends.length) Object.assign(layout, { "xaxis.nticks": narrow ? 4 : 0, "xaxis.tickangle": 0 });
    if (div.dataset.chart === "volume") {
      (spec.layout.annotations || []).forEach((_, place) => {
        layout[`annotations[${place}].font.color`] = variable("--up");
        layout[`shapes[${place}].line.color`] = variable("--up");
      });
    }
    if (div.dataset.chart === "heatmap") layout["yaxis.tickfont.size"] = narrow ? 10 : 12;
    return layout;
  }

  // Of labels that meet, the one of the larger theme stays.
  function declutter(div) {
    const kept = [];
    for (const note of div.querySelectorAll(".annotation")) {
      const box = note.getBoundingClientRect();
      const meets = kept.some((other) => box.left < other.right && other.left < box.right
        && box.top < other.bottom && other.top < box.bottom);
      note.style.visibility = meets ? "hidden" : "";
      if (!meets) kept.push(box);
    }
  }

  function draw(div) {
    const spec = figures[div.dataset.chart];
    if (div.dataset.chart === "map") addTitles(spec, div.clientWidth < 560 ? 34 : 60);
    // The page has a legend of its own below these, which wraps and links.
    if (div.parentElement.querySelector(".legend")) spec.layout.showlegend = false;
    return Plotly.newPlot(div, spec.data, spec.layout, spec.config).then(() => {
      papertrends.plots[div.dataset.chart] = div;
      if (div.dataset.chart === "map") div.on("plotly_afterplot", () => declutter(div));
      div.on("plotly_click", (event) => {
        const behind = event.points[0] && event.points[0].customdata;
        if (behind) papertrends.show(div.dataset.chart, behind);
      });
      return Plotly.relayout(div, changes(div, spec));
    }).then(() => { div.dataset.drawn = "yes"; });
  }

  const refit = () => {
    document.documentElement.toggleAttribute("data-print", printing);
    for (const div of Object.values(papertrends.plots)) {
      setHeight(div, figures[div.dataset.chart]);
      const size = printing
        ? { autosize: false, width: 660, height: parseFloat(div.style.height) }
        : { autosize: true, width: null, height: null };
      Plotly.relayout(div, { ...changes(div, figures[div.dataset.chart]), ...size });
    }
  };

  function drawAll() {
    const waiting = [...document.querySelectorAll(".plot")];
    const next = () => {
      const div = waiting.shift();
      if (div) draw(div).then(() => setTimeout(next, 0));
    };
    next();
  }

  // Heights first, so that nothing moves when the charts come in.
  for (const div of document.querySelectorAll(".plot")) {
    const spec = figures[div.dataset.chart];
    spec.height = spec.layout.height;
    delete spec.layout.height;
    spec.layout.autosize = true;
    setHeight(div, spec);
  }

  let last = window.innerWidth;
  window.addEventListener("resize", () => {
    if (window.innerWidth === last) return;
    last = window.innerWidth;
    setTimeout(refit, 150);
  });
  dark.addEventListener("change", refit);
  window.addEventListener("beforeprint", () => { printing = true; refit(); });
  window.addEventListener("afterprint", () => { printing = false; refit(); });
  papertrends.drawAll = drawAll;
})();
