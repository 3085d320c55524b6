"use strict";
/* What the page carries, unpacked. Text is only ever written as text. */
const papertrends = {};

(() => {
  // Base 64 to bytes; the loop is for browsers that lack the method.
  function bytes(text) {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
    const plain = atob(text);
    const array = new Uint8Array(plain.length);
    for (let i = 0; i < plain.length; i += 1) array[i] = plain.charCodeAt(i);
    return array;
  }

  papertrends.gunzip = (blob) =>
    new Response(blob.stream().pipeThrough(new DecompressionStream("gzip"))).text();

  papertrends.unpack = (id) =>
    papertrends.gunzip(new Blob([bytes(document.getElementById(id).textContent.trim())]));

  // The policy of the page lets this run by its hash, and nothing else.
  papertrends.run = (source) => {
    const script = document.createElement("script");
    script.textContent = source;
    document.head.append(script);
  };

  // Lets the browser draw and answer before the next piece of work.
  papertrends.pause = () => new Promise((done) => setTimeout(done, 0));
})();
