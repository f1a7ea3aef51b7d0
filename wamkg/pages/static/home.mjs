// The roadmap as a document of its own, so that its names can be clicked. Without scripts a click opens it alone.
const link = document.querySelector(".road a[data-light]");
const dark = window.matchMedia("(prefers-color-scheme: dark)");
function embed() {
  const drawing = document.createElement("object");
  drawing.type = "image/svg+xml";
  drawing.data = dark.matches ? link.dataset.dark : link.dataset.light;
  drawing.setAttribute("aria-label", link.dataset.words);
  (document.querySelector(".road object") ?? link).replaceWith(drawing);
}
if (link) {
  const image = link.querySelector("img");
  const start = () => image.checkVisibility() && embed();
  if (image.complete && image.naturalWidth) start();
  else image.addEventListener("load", start, { once: true });
  dark.addEventListener("change", () => document.querySelector(".road object") && embed());
}
