/* Elements made of text, never of markup; words found in texts; numbers as the page writes them. */
(() => {
  const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value !== undefined) element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  }

  function symbol(theme) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    for (const [name, value] of Object.entries(
      { class: "symbol", viewBox: "0 0 12 12", width: 12, height: 12, "aria-hidden": "true" })) {
      svg.setAttribute(name, value);
    }
    const path = document.createElementNS(space, "path");
    path.setAttribute("d", theme.path);
    path.setAttribute("fill", theme.color);
    svg.append(path);
    return svg;
  }

  // Addresses that may be linked to: http and https, and no other.
  function linked(url, ...text) {
    const title = make("bdi", {}, ...text);
    return /^\s*https?:\/\/[^/\s]/i.test(url)
      ? make("a", { href: url.trim(), rel: "noopener noreferrer", target: "_blank" }, title)
      : title;
  }

  function day(iso) {
    const [year, month, date] = iso.split("-").map(Number);
    return date ? `${date}\u00a0${MONTHS[month - 1]}\u00a0${year}` : iso;
  }

  // A number and its sign, and the parts of a date, stay on one line.
  const tight = (text) => text.replace(/ (%|=|<)/g, "\u00a0$1").replace(/(=|<) /g, "$1\u00a0")
    .replace(/(\d) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/g, "$1\u00a0$2");

  // A half is rounded to the even digit, as everywhere else on the page.
  function fixed(value, digits) {
    const text = value.toFixed(digits);
    const tail = value.toFixed(80).split(".")[1].slice(digits);
    const odd = Number(text.at(-1)) % 2 === 1;
    return odd && /^50*$/.test(tail) ? (Number(text) - 10 ** -digits).toFixed(digits) : text;
  }

  const percent = (share) =>
    `${fixed(100 * share, share > 0 && share < 0.0095 ? 1 : 0)}\u00a0%`;
  const interval = (low, high) => `${fixed(100 * low, 1)} to ${fixed(100 * high, 1)}\u00a0%`;
  const number = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
  const count = (n, noun) => `${number(n)} ${noun}${n === 1 ? "" : "s"}`;

  // Letters without case, accents and what is not seen; all dashes and quotes of one kind.
  const ALIKE = { "ς": "σ", "‘": "'", "’": "'", "“": '"', "”": '"', "„": '"', "−": "-" };
  function fold(text) {
    const low = text.toLowerCase();
    if (/^[\x00-\x7f]*$/.test(low)) return low;
    return low.normalize("NFKD").replace(/[\p{Mn}\p{Cf}]/gu, "")
      .replace(/[ς‘’“”„−‐-―]/g, (letter) => ALIKE[letter] || "-");
  }

  // What is searched for: words, and phrases between quotation marks.
  const wordsOf = (query) => [...fold(query).matchAll(/"([^"]*)"?|[^\s"]+/g)]
    .map((match) => (match[1] ?? match[0]).trim().replace(/\s+/g, " ")).filter(Boolean);

  // Where folded words stand in a text as it is written.
  function wordSpans(text, words) {
    if (!words.length) return [];
    let low = fold(text);
    let place = (i) => i;
    if (low !== text.toLowerCase() || low.length !== text.length) {
      const places = [];
      let from = 0;
      low = "";
      for (const letter of text) {
        const plain = fold(letter);
        for (let i = 0; i < plain.length; i += 1) places.push(from);
        low += plain;
        from += letter.length;
      }
      places.push(text.length);
      place = (i) => places[i];
    }
    const spans = [];
    for (const word of words) {
      for (let i = low.indexOf(word); i >= 0; i = low.indexOf(word, i + word.length)) {
        spans.push([place(i), place(i + word.length)]);
      }
    }
    return spans;
  }

  // A theme's terms however they are inflected, hyphenated or joined; acronyms in their case.
  // The same as the sentences in its card go by (papertrends.themes.phrases).
  const WORD = /[\p{L}\p{N}]+/gu;
  const JOINT = "[\\s\\-‐‑–]*";
  const INFLECTION = "(?:s|es|e|ed|ing|ings|er|ers|ation|ations|ion|ions)?";
  const ENDINGS = ["ations", "ation", "ings", "ing", "ies", "ed", "es", "s", "e"];
  const escaped = (text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

  function stem(word) {
    for (const ending of ENDINGS) {
      const root = word.slice(0, -ending.length);
      if (word.endsWith(ending) && root.length >= 3 && !word.endsWith("ss")) {
        const whole = ending === "ies" ? `${root}y` : root;
        return /[aeiouy]/.test(whole) ? whole : word;
      }
    }
    return word;
  }

  function inflected(word) {
    const root = stem(word.toLowerCase());
    return root.endsWith("y") ? `${escaped(root.slice(0, -1))}(?:y${INFLECTION}|ies|ied)`
      : escaped(root) + INFLECTION;
  }

  function joined(phrase, asPattern) {
    return [...phrase.matchAll(WORD)].map((match, number, all) => {
      if (!number) return asPattern(match[0]);
      const before = all[number - 1];
      const between = phrase.slice(before.index + before[0].length, match.index);
      const plain = /^[\s\-‐‑–]*$/.test(between);
      return (plain ? JOINT : `(?:${JOINT}|${escaped(between)})`) + asPattern(match[0]);
    }).join("");
  }

  function patternsOf(terms) {
    const named = [...new Set(terms)].filter((term) => /[\p{L}\p{N}]/u.test(term))
      .sort((a, b) => b.length - a.length);
    const acronym = (term) => !term.includes(" ") && (term.match(/\p{Lu}/gu) || []).length > 1;
    const kinds = [
      ["gu", named.filter(acronym)
        .map((term) => `${joined(term.replace(/(?<=[A-Z])s$/, ""), escaped)}s?`)],
      ["giu", named.filter((term) => !acronym(term)).map((term) => joined(term, inflected))],
    ];
    return kinds.filter(([, parts]) => parts.length).map(([flags, parts]) =>
      new RegExp(`(?<![\\p{L}\\p{N}])(?:${parts.join("|")})(?![\\p{L}\\p{N}])`, flags));
  }

  function spansOf(text, words, patterns) {
    const spans = wordSpans(text, words);
    for (const pattern of patterns) {
      for (const match of text.matchAll(pattern)) {
        spans.push([match.index, match.index + match[0].length]);
      }
    }
    return spans.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  }

  // Marks words (folded ones) and patterns by pieces of text.
  function marked(text, words, patterns = []) {
    const parts = [];
    let end = 0;
    for (const [first, last] of spansOf(text, words, patterns)) {
      if (first < end) continue;
      parts.push(text.slice(end, first), make("mark", {}, text.slice(first, last)));
      end = last;
    }
    return [...parts, text.slice(end)];
  }

  // The place where the first of them stands, marked; null where none does.
  function excerpt(text, words, patterns = []) {
    const firsts = [
      ...wordSpans(text, words).map(([first]) => first),
      ...patterns.map((pattern) => text.search(pattern)).filter((first) => first >= 0),
    ];
    if (!firsts.length) return null;
    const first = Math.min(...firsts);
    const space = first < 80 ? 0 : text.indexOf(" ", first - 80) + 1;
    const start = space > first || (first >= 80 && !space) ? first : space;
    const rest = text.slice(start + 200, start + 240).search(/\s/);
    const end = rest < 0 ? start + 220 : start + 200 + rest;
    return [start ? "… " : "", ...marked(text.slice(start, end), words, patterns),
      end < text.length ? " …" : ""];
  }

  // Hands a text out as a file.
  function save(name, text, type) {
    const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
    make("a", { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }

  papertrends.text = {
    make, symbol, linked, day, tight, fixed, percent, interval, number, count,
    fold, wordsOf, patternsOf, marked, excerpt, save,
  };
})();
