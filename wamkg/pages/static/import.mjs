// A file is read into the text field, so that the same form sends it. Without scripts one pastes its text.
const upload = document.querySelector("#upload");
if (upload) {
  upload.closest("[data-upload]").hidden = false;
  upload.addEventListener("change", async () => {
    const [file] = upload.files;
    if (!file) return;
    document.querySelector("#text").value = await file.text();
    document.querySelector("#file").value = file.name;
  });
}
