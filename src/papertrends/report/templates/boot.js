/* Starts the page: the first chart, the list of papers, then the other charts. */
(async () => {
  const note = document.getElementById("trouble");
  if (typeof DecompressionStream === "undefined") {
    note.textContent = "This browser is too old to unpack the charts and the papers of this page: "
      + "open it in one of 2024 or later. The sentences and the themes are all there.";
    note.hidden = false;
    return;
  }
  try {
    const unpacked = ["charts", "plotly", "data"].map(papertrends.unpack);
    papertrends.charts.start(JSON.parse(await unpacked[0]));
    papertrends.run(await unpacked[1]);
    await papertrends.charts.drawFirst();
    papertrends.data = JSON.parse(await unpacked[2]);
    papertrends.papers.start();
    papertrends.behind.start();
    papertrends.downloads.start();
    papertrends.address.follow();
    window.addEventListener("hashchange", papertrends.address.follow);
    document.documentElement.dataset.ready = "yes";
    await papertrends.charts.drawRest();
  } catch (error) {
    note.textContent = `The page could not unpack what it carries (${error.message}): `
      + "it may have been cut short on its way. Ask for it again.";
    note.hidden = false;
    throw error;
  }
})();
