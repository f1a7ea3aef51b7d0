// The library answers while you type: the same page is asked for and its results are put in place.
const form = document.querySelector("form[data-live]");
const results = () => document.querySelector("#results");
let asked = 0;
let timer;

async function show(url, remember) {
  const mine = ++asked;
  const answer = await fetch(url, { headers: { Accept: "text/html" } });
  if (!answer.ok) {
    window.location.assign(url);
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (mine !== asked) return;
  results().replaceWith(page.querySelector("#results"));
  document.querySelector("#announce").textContent = document.querySelector("#found").textContent;
  openOnWideScreens();
  if (remember) history.replaceState(null, "", url);
}

function address() {
  const given = [...new FormData(form)].filter(([, value]) => value !== "");
  const query = new URLSearchParams(given).toString();
  return query ? `${form.action}?${query}` : form.action;
}

function ask() {
  show(address(), true).catch(() => form.submit());
}

function openOnWideScreens() {
  const wide = window.matchMedia("(min-width: 60rem)").matches;
  for (const part of document.querySelectorAll("details[data-wide-open]")) part.open ||= wide;
}

if (form) {
  form.addEventListener("input", (event) => {
    clearTimeout(timer);
    timer = setTimeout(ask, event.target.type === "search" ? 250 : 0);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    ask();
  });
  document.addEventListener("keydown", (event) => {
    const busy = event.target.closest("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey;
    if (event.key === "/" && !busy) {
      event.preventDefault();
      form.querySelector("input[type=search]").focus();
    }
  });
}
openOnWideScreens();
