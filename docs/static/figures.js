// Draws the figures of a page with the Plotly that lies beside it; pages without figures load nothing.
const figures = document.querySelectorAll("div.figure");
if (figures.length) {
  const script = document.createElement("script");
  script.src = new URL("plotly.min.js", document.currentScript.src).href;
  script.onload = () => {
    for (const place of figures) {
      const { data, layout } = JSON.parse(place.querySelector("script").textContent);
      Plotly.newPlot(place, data, layout, { responsive: true, displaylogo: false });
    }
  };
  document.head.append(script);
}
