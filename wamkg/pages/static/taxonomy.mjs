// Moves a class by dragging its line onto another one: the form that moves a class is sent, and shows what would change.
const form = document.querySelector("form#drag");
const lines = form ? [...document.querySelectorAll("[data-path]")] : [];
let dragged = null;

// Onto itself, a class below it or its own parent, nothing would move.
function takes({ dataset: { path } }) {
  if (dragged === null) return false;
  const moving = dragged.dataset.path;
  return path !== moving && path !== dragged.dataset.parent && !path.startsWith(`${moving}/`);
}

for (const line of lines) {
  line.hidden = false;
  line.draggable = line.dataset.path !== "";
  line.addEventListener("dragstart", (event) => {
    dragged = line;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", line.dataset.path);
    for (const each of lines) each.classList.toggle("takes", takes(each));
  });
  line.addEventListener("dragover", (event) => {
    if (!takes(line)) return;
    event.preventDefault();
    line.classList.add("over");
  });
  line.addEventListener("dragleave", () => line.classList.remove("over"));
  line.addEventListener("drop", (event) => {
    if (!takes(line)) return;
    event.preventDefault();
    form.elements.taxon.value = dragged.dataset.path;
    form.elements.parent.value = line.dataset.path;
    form.submit();
  });
  line.addEventListener("dragend", () => {
    dragged = null;
    for (const each of lines) each.classList.remove("takes", "over");
  });
}
