// Finds nodes by name, and shows the links of the one that is pointed at. Without scripts each node is a link.
const svg = document.querySelector("svg.graph");
if (svg) {
  const nodes = [...svg.querySelectorAll(".node")];
  const edges = [...svg.querySelectorAll(".edge")];
  const find = document.querySelector("#find");
  find.closest("[data-find]").hidden = false;
  find.addEventListener("input", () => {
    const wanted = find.value.trim().toLowerCase();
    for (const node of nodes) {
      const found = wanted !== "" && node.textContent.toLowerCase().includes(wanted);
      node.classList.toggle("found", found);
      node.classList.toggle("dim", wanted !== "" && !found);
    }
  });
  find.addEventListener("keydown", (event) => {
    const first = nodes.find((node) => node.classList.contains("found"));
    if (event.key === "Enter" && first) first.focus();
  });
  const show = (key) => {
    const near = new Set([key]);
    for (const { dataset, classList } of edges) {
      const hot = dataset.a === key || dataset.b === key;
      classList.toggle("hot", hot);
      if (hot) near.add(dataset.a).add(dataset.b);
    }
    for (const node of nodes) node.classList.toggle("dim", key !== null && !near.has(node.dataset.key));
  };
  const center = svg.querySelector(".center")?.dataset.key ?? null;
  const rest = () => {
    show(center);
    for (const node of nodes) node.classList.remove("dim");
  };
  for (const node of nodes) {
    node.addEventListener("pointerenter", () => show(node.dataset.key));
    node.addEventListener("focus", () => show(node.dataset.key));
    node.addEventListener("pointerleave", rest);
    node.addEventListener("blur", rest);
  }
}
