// The library of the static edition: search, filters and order, without a server. The data is in data.js.
"use strict";
(() => {
  const articles = [...document.querySelectorAll("#results article.paper")];
  const data = window.WAMKG_PAPERS || {};
  const entries = articles.map((article) => {
    const link = article.querySelector("h3 a");
    const file = link ? link.getAttribute("href") : "";
    return { article, facts: data[file] || { text: article.textContent } };
  });
  const list = articles.length ? articles[0].parentNode : null;
  const end = document.querySelector("#results nav.pager");
  const heading = document.getElementById("found");
  const announce = document.getElementById("announce");
  const form = document.querySelector("form[role=search]");
  if (!list || !form) return;
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  function matches(facts, wanted) {
    const words = fold(wanted.get("q") || "").split(/\s+/).filter(Boolean);
    if (!words.every((word) => facts.text.includes(word))) return false;
    const values = { taxon: facts.taxa, year: facts.year, venue: facts.venue, standing: facts.standing, author: facts.authors };
    return Object.entries(values).every(([name, own]) => {
      const asked = wanted.getAll(name).filter(Boolean);
      return !asked.length || asked.some((value) => [].concat(own || []).map(String).includes(value));
    });
  }

  const orders = {
    "date": (a, b) => (a.date || "9999").localeCompare(b.date || "9999"),
    "-date": (a, b) => (b.date || "").localeCompare(a.date || ""),
    "title": (a, b) => a.title.localeCompare(b.title),
    "-citations": (a, b) => (b.citations ?? -1) - (a.citations ?? -1),
  };

  function show(wanted) {
    const order = orders[wanted.get("sort")];
    const shown = entries.filter((entry) => matches(entry.facts, wanted));
    if (order) shown.sort((a, b) => order(a.facts, b.facts));
    for (const entry of entries) entry.article.style.display = "none";
    for (const entry of shown) {
      entry.article.style.display = "";
      list.insertBefore(entry.article, end);
    }
    const words = wanted.get("q") ? ` for “${wanted.get("q")}”` : "";
    const asked = wanted.getAll("taxon").filter(Boolean).map((taxon) => ` in ${taxon}`).join("");
    heading.textContent = `${shown.length} ${shown.length === 1 ? "paper" : "papers"}${asked}${words}`;
    if (announce) announce.textContent = heading.textContent;
  }

  const wanted = new URLSearchParams(window.location.search);
  form.elements.q.value = wanted.get("q") || "";
  if (wanted.get("sort")) form.elements.sort.value = wanted.get("sort");
  const read = () => {
    wanted.set("q", form.elements.q.value);
    wanted.set("sort", form.elements.sort.value);
    show(wanted);
  };
  form.elements.q.addEventListener("input", read);
  form.elements.sort.addEventListener("change", read);
  form.addEventListener("submit", (event) => { event.preventDefault(); read(); });
  if ([...wanted.values()].some(Boolean)) show(wanted);
})();
