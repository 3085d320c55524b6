/* The state that stands in the address, so that what is seen can be passed on.

   #theme=ID is a theme's card; #papers&theme=ID&period=DAY&query=WORDS&only=PAPER&order=NAME
   the list of papers; #behind&theme=ID&period=DAY&only=PAPER the papers behind a point;
   any other place is a section. unit=count and date=published say what the charts show. */
(() => {
  const VIEW = ["unit", "date"];
  const followers = [];
  const viewers = [];
  const kept = { unit: "", date: "" };
  let waiting = null;

  function read() {
    const text = location.hash.slice(1);
    const [first] = text.split("&");
    const [name] = first.split("=");
    const values = new URLSearchParams(text.replace(/\+/g, "%2B"));
    if (!first.includes("=")) values.delete(first);
    const place = !first.includes("=") || name === "theme" ? name : "";
    return { ...Object.fromEntries(values), place };
  }

  // The date that the run counts by needs no saying, unless the charts show the other.
  function plain(values) {
    const own = papertrends.data?.views[0].date;
    const said = { ...values, unit: values.unit ?? kept.unit, date: values.date ?? kept.date };
    if (said.unit === "share") said.unit = "";
    if (said.date === own && (!kept.date || kept.date === own)) said.date = "";
    return said;
  }

  function written({ place, ours, ...values }) {
    const parts = Object.entries(plain(values)).filter(([, value]) => value)
      .map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed?.() ?? value)}`);
    return `#${[place === "theme" ? "" : place, ...parts].filter(Boolean).join("&")}`;
  }

  // An entry of the history that this page has written says so: it is whole as it stands.
  function record(address, push, more) {
    const url = address === "#" ? location.pathname + location.search : address;
    try {
      history[push ? "pushState" : "replaceState"]({ ours: true, ...more }, "", url);
    } catch {
      // A frame without an address of its own: the page does without.
    }
  }

  // Writes the state without a jump; with `push` the reader can go back to what was before.
  function write(state, push) {
    if (waiting && push) write(waiting.state);
    if (waiting) clearTimeout(waiting.timer);
    waiting = null;
    const address = written(state);
    if (address !== (location.hash || "#")) record(address, push, push && { pushed: true });
  }

  // The same once the reader pauses: browsers refuse too many changes of the address.
  function writeSoon(state) {
    if (waiting) clearTimeout(waiting.timer);
    waiting = { state, timer: setTimeout(() => write(state), 300) };
  }

  // Writes what the charts show beside whatever stands in the address.
  function keep(view) {
    const before = JSON.stringify(kept);
    if (waiting) write(waiting.state);
    const { unit, date, ...now } = read();
    Object.assign(kept, view);
    write(now);
    if (JSON.stringify(kept) !== before) for (const go of viewers) go({ ...kept });
  }

  function follow() {
    if (waiting) clearTimeout(waiting.timer);
    waiting = null;
    const ours = history.state?.ours === true;
    const now = read();
    for (const name of VIEW) kept[name] = now[name] ?? (ours ? "" : kept[name]);
    if (!ours && location.hash) record(written(now), false);
    for (const go of followers) go({ ...now, ...kept, ours });
  }

  papertrends.address = {
    read, write, writeSoon, keep, follow, view: kept,
    // `go` is called with what stands in the address whenever the reader went to another one:
    // `ours` if by going back or forward. Those that come early are called first.
    onChange: (go, early) => (early ? followers.unshift(go) : followers.push(go)),
    // `go` is called when the charts show another date or unit.
    onView: (go) => viewers.push(go),
  };
})();
