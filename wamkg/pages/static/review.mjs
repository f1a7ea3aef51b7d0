// The review page with keys: every key presses a button of the plain form. A decision is sent in the background and the
// next paper, which is here already, is shown at once. A refused decision brings its paper back with the reason.
const AHEAD = 24;
const PER_REQUEST = 8;
const holder = document.querySelector("#card");
const undo = document.querySelector("#undo");
const walk = document.querySelector("#walk");
const find = document.querySelector("#find");
const pane = document.querySelector("#pane");
const hint = document.querySelector("#hint");
const dialog = document.querySelector("#keys");
const queue = JSON.parse(document.querySelector("#queue").textContent);
const parked = new Map(); // cards of papers that come next, by paper
const sent = new Set(); // papers decided here, which a list read meanwhile may still name
const back = []; // papers walked past, for [
let asking = false;
let ended = false; // whether the queue has nothing more than `queue.following`
let chain = Promise.resolve(); // decisions and undos are sent one after the other
let last = null; // the newest decision: {paper, batch: promise}
let unsent = 0;
let places = null; // the taxon whose children the digits choose

const card = () => holder.querySelector(".card");
const paperOf = (shown) => shown?.dataset.paper;
const form = () => card()?.querySelector("#decide");
const address = (more) => `/review?${new URLSearchParams({ ...queue.address, ...more })}`;
const count = (id, by) => {
  const element = document.querySelector(id);
  if (element) element.textContent = String(Math.max(0, Number(element.textContent) + by));
};

// --- papers that come next

async function loadCards() {
  const wanted = queue.following.slice(0, AHEAD).map((q) => q.paper).filter((paper) => !parked.has(paper));
  if (asking || !form() || !wanted.length) return;
  asking = true;
  try {
    const query = new URLSearchParams(queue.address);
    for (const paper of wanted.slice(0, PER_REQUEST)) query.append("paper", paper);
    const answer = await fetch(`/review/cards?${query}`, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelectorAll(".card");
    for (const shown of found) parked.set(shown.dataset.paper, document.adoptNode(shown));
    const gone = new Set(wanted.slice(0, PER_REQUEST).filter((paper) => !parked.has(paper)));
    queue.following = queue.following.filter((q) => !gone.has(q.paper));
  } finally {
    asking = false;
  }
  drawStrip();
  if (queue.following.length < AHEAD) await loadQueue();
  await loadCards();
}

async function loadQueue() {
  const tail = queue.following.at(-1)?.paper ?? paperOf(card());
  if (ended || !tail) return;
  const page = await fetchPage(address({ at: tail }));
  if (!page) return;
  const more = JSON.parse(page.querySelector("#queue").textContent).following;
  const known = new Set([...queue.following.map((q) => q.paper), ...sent, paperOf(card())]);
  const added = more.filter((q) => !known.has(q.paper));
  ended = added.length === 0;
  queue.following.push(...added);
  document.querySelector(".chips").replaceWith(page.querySelector(".chips"));
}

async function fetchPage(url) {
  const answer = await fetch(url, { headers: { Accept: "text/html" } });
  return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
}

// --- showing a paper

function show(shown) {
  holder.replaceChildren(shown);
  close();
  togglePane(null);
  tell("");
  document.querySelector(".lost")?.remove();
  drawStrip();
  history.replaceState(null, "", address({ at: paperOf(shown) }));
  document.querySelector("#main").focus({ preventScroll: true });
  if (window.matchMedia("(max-width: 64rem)").matches) window.scrollTo(0, 0);
  document.dispatchEvent(new CustomEvent("paper-shown", { detail: paperOf(shown) }));
}

function showNext() {
  const next = queue.following.shift();
  if (!next) {
    startAgain();
    return;
  }
  const shown = parked.get(next.paper);
  parked.delete(next.paper);
  if (shown) show(shown);
  else fetchCard(next.paper);
  loadCards().catch(() => undefined);
}

// The end of the list: papers before the first one shown may still wait. A refused decision shows its paper instead.
async function startAgain() {
  const decided = card();
  decided?.setAttribute("aria-busy", "true");
  const batch = await last?.batch;
  if (card() === decided) window.location.assign(address(batch ? { done: batch } : {}));
}

async function fetchCard(paper) {
  card()?.setAttribute("aria-busy", "true");
  const page = await fetchPage(address({ at: paper })).catch(() => null);
  const shown = page?.querySelector("#card .card");
  if (shown) show(document.adoptNode(shown));
  else window.location.assign(address({ at: paper }));
}

function drawStrip() {
  const strip = document.querySelector(".strip");
  const links = queue.following.slice(0, 5).map((q, i) => {
    const link = document.createElement("a");
    link.href = address({ at: q.paper });
    if (i === 0) Object.assign(link, { rel: "next" }).dataset.key = "]";
    link.append(element("b", q.title), element("span", q.label));
    return link;
  });
  strip.replaceChildren(strip.querySelector(".label"), ...links);
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

// --- deciding

function decide(event) {
  const pressed = event.submitter;
  if (!pressed || event.target.id !== "decide") return;
  event.preventDefault();
  const data = new URLSearchParams(new FormData(event.target, pressed));
  const decided = card();
  const url = pressed.hasAttribute("formaction") ? pressed.formAction : event.target.action;
  sent.add(paperOf(decided));
  say(decided.dataset.name, pressed.dataset.said);
  count("#total", -1);
  count("#today", 1);
  const mine = { paper: paperOf(decided) };
  mine.batch = send(url, data).then(
    (answer) => accepted(mine, answer),
    (error) => refused(decided, data, error.message),
  );
  last = mine;
  showNext();
}

function send(url, data) {
  waiting(1);
  const run = chain.then(async () => {
    const answer = await fetch(url, { method: "POST", body: data, headers: { Accept: "application/json" }, keepalive: true });
    const type = answer.headers.get("content-type") ?? "";
    const body = type.includes("json") ? await answer.json() : {};
    if (!answer.ok) throw new Error(body.detail ?? "The server did not take the decision.");
    return body;
  });
  chain = run.catch(() => undefined).then(() => waiting(-1));
  return run;
}

// Decisions that the server has not taken yet: the page warns before it is left with some.
function waiting(by) {
  unsent += by;
  document.body.classList.toggle("unsent", unsent > 0);
}

function accepted(mine, answer) {
  if (last === mine && answer.outcome) {
    say(answer.name, answer.outcome + (answer.revealed ? `. ${answer.revealed}` : ""));
  }
  return answer.batch ?? null;
}

async function refused(decided, data, reason) {
  const paper = paperOf(decided);
  sent.delete(paper);
  count("#total", 1);
  count("#today", -1);
  undo.hidden = true;
  park(paper);
  const page = await fetchPage(address({ at: paper })).catch(() => null);
  const fresh = page?.querySelector("#card .card");
  const shown = fresh && paperOf(fresh) === paper ? document.adoptNode(fresh) : decided;
  for (const name of ["note", "evidence", "evidence_location"]) {
    const field = shown.querySelector(`[name=${name}]`);
    if (field) field.value = data.get(name) ?? "";
  }
  const message = element("p", `Not saved: ${reason}`);
  message.className = "refused";
  message.setAttribute("role", "alert");
  shown.querySelector(".refused")?.remove();
  shown.removeAttribute("aria-busy");
  shown.querySelector(".decision").prepend(message);
  show(shown);
  return null;
}

// Put the paper on the screen back to the front of the queue, because another one takes its place.
function park(instead) {
  const current = card();
  if (!current || paperOf(current) === instead) return;
  parked.set(paperOf(current), current);
  queue.following.unshift({ paper: paperOf(current), title: current.dataset.name, label: "back in a moment" });
}

function say(name, outcome) {
  const said = undo.querySelector(".said");
  said.replaceChildren(element("b", name), ` ${outcome}`);
  undo.hidden = false;
}

async function takeBack(event) {
  event.preventDefault();
  const mine = last ?? { paper: undo.querySelector("[name=at]").value, batch: Promise.resolve(batchOfPage()) };
  last = null;
  undo.hidden = true;
  const batch = await mine.batch;
  if (!batch) return;
  try {
    await send(`/batches/${encodeURIComponent(batch)}/undo`, new URLSearchParams(new FormData(undo)));
  } catch (error) {
    say(mine.paper, `could not be undone: ${error.message}`);
    return;
  }
  sent.delete(mine.paper);
  count("#total", 1);
  count("#today", -1);
  park(mine.paper);
  await fetchCard(mine.paper);
}

const batchOfPage = () => decodeURIComponent(undo.getAttribute("action").split("/")[2] ?? "");

function later() {
  const current = card();
  queue.following.push({ paper: paperOf(current), title: current.dataset.name, label: "put off" });
  parked.set(paperOf(current), current);
  showNext();
}

function step(forward) {
  if (forward) {
    if (!queue.following.length) return;
    back.push(paperOf(card()));
    parked.set(paperOf(card()), card());
    showNext();
  } else if (back.length) {
    const paper = back.pop();
    park(paper);
    const shown = parked.get(paper);
    parked.delete(paper);
    if (shown) show(shown);
    else fetchCard(paper);
  } else document.querySelector(".strip [rel=prev]")?.click();
}

// --- evidence

function quote(text) {
  const box = card().querySelector("#evidence");
  if (!box) return;
  box.value = text;
  card().querySelector("[name=evidence_location]").value = text ? card().querySelector(".prose").dataset.source : "";
}

function pick(mark) {
  for (const one of card().querySelectorAll("mark")) one.classList.toggle("picked", one === mark);
  const text = mark ? [...mark.childNodes].filter((n) => n.nodeName !== "SUP").map((n) => n.textContent).join("") : "";
  quote(text);
}

function nextMark() {
  const marks = [...card().querySelectorAll("mark")];
  if (marks.length) pick(marks[(marks.findIndex((m) => m.classList.contains("picked")) + 1) % marks.length]);
  else card().querySelector("#evidence")?.focus();
}

holder.addEventListener("mouseup", (event) => {
  const selected = window.getSelection();
  const text = selected.toString().trim();
  const prose = event.target.closest(".prose");
  if (prose && text && prose.contains(selected.anchorNode)) {
    // The number of a marked sentence is no word of the paper.
    const copy = selected.getRangeAt(0).cloneContents();
    for (const number of copy.querySelectorAll("sup")) number.remove();
    quote(copy.textContent.trim());
  } else if (event.target.closest("mark")) pick(event.target.closest("mark"));
});

// --- down the tree, and by name

const buttons = () => [...card().querySelectorAll("#places button[name=place]")];
const labelOf = (button) => button.querySelector("span").textContent;
const below = (path) =>
  buttons().filter((b) => b.value.startsWith(path ? `${path}/` : "") && b.value.split("/").length === (path ? path.split("/").length : 0) + 1);

function option(kbd, text, hint, act) {
  const item = document.createElement("li");
  const made = document.createElement("button");
  made.type = "button";
  if (kbd) made.append(element("kbd", kbd));
  made.append(element("span", text));
  if (hint) made.append(element("small", hint));
  made.addEventListener("click", act);
  item.append(made);
  return item;
}

function goTo(path) {
  places = path;
  const here = buttons().find((b) => b.value === path);
  walk.querySelector(".label").textContent = `${here.dataset.said.replace("placed in ", "")} · Backspace goes up`;
  const options = below(path).map((b, i) => option(String(i + 1), labelOf(b), b.title.slice(0, 60), () => down(b)));
  options.push(option("Enter", "Stop here", `at ${labelOf(here)}`, () => here.click()));
  walk.querySelector(".opts").replaceChildren(...options);
  walk.hidden = false;
}

function down(button) {
  if (below(button.value).length) goTo(button.value);
  else button.click();
}

function walkKey(key) {
  if (key === "Enter") buttons().find((b) => b.value === places).click();
  else if (key === "Backspace") {
    if (places.includes("/")) goTo(places.slice(0, places.lastIndexOf("/")));
    else close();
  } else if (/^[1-9]$/.test(key)) {
    const chosen = below(places)[Number(key) - 1];
    if (chosen) down(chosen);
  } else return false;
  return true;
}

let finding = null;
function openFind(act, label) {
  finding = act;
  find.hidden = false;
  const field = find.querySelector("input");
  field.value = "";
  field.setAttribute("aria-label", label);
  field.placeholder = label;
  drawFound();
  field.focus();
}

function drawFound() {
  const words = find.querySelector("input").value.toLowerCase().split(/\s+/).filter(Boolean);
  const score = (b) => (labelOf(b).toLowerCase().startsWith(words[0] ?? "") ? 0 : 1);
  const found = buttons().filter((b) => words.every((w) => `${b.dataset.said} ${b.textContent}`.toLowerCase().includes(w)));
  found.sort((a, b) => score(a) - score(b));
  const options = found.slice(0, 8).map((b) => option("", labelOf(b), b.dataset.said.replace("placed in ", ""), () => choose(b)));
  options[0]?.classList.add("on");
  find.querySelector(".opts").replaceChildren(...options);
}

function choose(button) {
  const act = finding;
  close();
  act(button);
}

find.querySelector("input").addEventListener("input", drawFound);
find.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close();
  if (event.key !== "Enter") return;
  event.preventDefault();
  find.querySelector(".on button")?.click();
});

function addSecondary(button) {
  const option = [...card().querySelectorAll("#also option")].find((o) => o.value === button.value);
  option.selected = !option.selected;
  const chosen = card().querySelectorAll("#also option:checked").length;
  const summary = card().querySelector("#second summary");
  summary.firstChild.textContent = chosen ? `Secondary: ${chosen} ` : "Secondary ";
}

function close() {
  places = null;
  walk.hidden = find.hidden = true;
  for (const open of document.querySelectorAll(".pick[open]")) open.open = false;
}

function open(id) {
  close();
  const chosen = card().querySelector(`#${id}`);
  if (!chosen) return;
  chosen.open = true;
  chosen.querySelector(".pop input, .pop button, .pop select")?.focus();
}

// --- the record of the paper beside the decision

function togglePane(href) {
  const frame = pane.querySelector("iframe");
  pane.hidden = !href;
  if (href && frame.getAttribute("src") !== href) frame.src = href;
}

pane.querySelector("button").addEventListener("click", () => togglePane(null));

// --- keys

const acts = {
  o: () => open("kinds"),
  d: () => open("same"),
  x: () => openFind(addSecondary, "Add a secondary place"),
  "/": () => openFind((b) => b.click(), "Type a place"),
  n: () => card().querySelector("#note").focus(),
  e: nextMark,
  p: () => togglePane(pane.hidden ? card().querySelector("[data-pane]").getAttribute("href") : null),
  s: later,
  z: () => undo.hidden || undo.requestSubmit(),
  "[": () => step(false),
  "]": () => step(true),
};

document.addEventListener("keydown", (event) => {
  const field = event.target.closest("input:not([type=checkbox]), textarea, select");
  if (event.key === "Escape") {
    close();
    togglePane(null);
    document.activeElement.blur();
  }
  if (field?.name === "right" && event.key === "Enter") {
    event.preventDefault();
    field.parentElement.querySelector("button").click();
  }
  if (field || dialog.open || event.ctrlKey || event.metaKey || event.altKey || !keysAreOn()) return;
  if (event.key === "?") dialog.showModal();
  else if (!form() || event.repeat) return;
  else if (event.key === "Enter" && event.target.closest("a, button, summary")) return;
  else if (places !== null && walkKey(event.key)) undefined;
  else if (card().querySelector("#kinds")?.open && /^[1-9]$/.test(event.key)) {
    card().querySelectorAll("#kinds [name=outside]")[Number(event.key) - 1]?.click();
  } else if (acts[event.key]) acts[event.key]();
  else {
    const branch = buttons().find((b) => b.dataset.branch === event.key);
    const button = card().querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (branch) goTo(branch.value);
    else if (button) button.click();
    else if (UNAVAILABLE[event.key]) tell(UNAVAILABLE[event.key]);
    else return;
  }
  event.preventDefault();
});

const NO_RANK = "No leaf of that rank is suggested here.";
const UNAVAILABLE = {
  Enter: "There is nothing to accept: no level is suggested with confidence. Choose a place, o or u.",
  1: NO_RANK,
  2: NO_RANK,
  3: NO_RANK,
  r: "No leaf is suggested here that could be rejected.",
  g: "No leaf is suggested here, so none fits. Choose a place.",
};

function tell(text) {
  hint.textContent = text;
  hint.hidden = text === "";
}

const keysAreOn = () => localStorage.getItem("review-keys") !== "off";
const toggle = document.querySelector("#keys-on");
toggle.checked = keysAreOn();
toggle.addEventListener("change", () => localStorage.setItem("review-keys", toggle.checked ? "on" : "off"));

document.addEventListener("submit", (event) => (event.target === undo ? takeBack(event) : decide(event)));
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) {
    event.preventDefault();
    open(opener.dataset.open);
  } else if (event.target.closest("[data-pane]") && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
    event.preventDefault();
    togglePane(event.target.closest("[data-pane]").getAttribute("href"));
  } else if (event.target.closest("[data-later]")) {
    event.preventDefault();
    later();
  } else if (event.target.closest(".strip [rel=next]")) {
    event.preventDefault();
    step(true);
  }
});
for (const select of document.querySelectorAll(".pickers select")) select.addEventListener("change", () => select.form.submit());
document.querySelector(".pickers button").hidden = true;
window.addEventListener("beforeunload", (event) => {
  if (unsent) event.preventDefault();
});
loadCards().catch(() => undefined);
