// The cite box: a button that copies what is shown. Without scripts the text is selected by hand.
for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.closest("div").querySelector("pre").textContent);
    document.querySelector("#copied").textContent = "Copied.";
  });
}
