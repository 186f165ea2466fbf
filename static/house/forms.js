// Small comforts for forms; every page works without them.
(() => {
  "use strict";

  // One press sends once.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "dialog") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 4000);
  });
  // A page that comes back by "back" may be sent again.
  addEventListener("pageshow", () => {
    for (const form of document.forms) delete form.dataset.sent;
  });

  // <textarea maxlength data-count="{n} caractères restants">: how much room is left.
  for (const box of document.querySelectorAll("textarea[data-count]")) {
    const room = document.createElement("p");
    room.className = "count";
    room.setAttribute("aria-live", "off");
    const tell = () => {
      room.textContent = box.dataset.count.replace("{n}", box.maxLength - box.value.length);
    };
    box.after(room);
    box.addEventListener("input", tell);
    tell();
  }

  // <input type="file" data-preview>: the chosen picture, seen before it is sent.
  for (const input of document.querySelectorAll("input[type=file][data-preview]")) {
    input.addEventListener("change", () => {
      const file = input.files[0];
      const old = input.parentElement.querySelector("img.preview");
      if (!file || !file.type.startsWith("image/")) return;
      const image = old || document.createElement("img");
      if (image.src.startsWith("blob:")) URL.revokeObjectURL(image.src);
      image.className = "preview";
      image.alt = "";
      image.src = URL.createObjectURL(file);
      if (!old) input.before(image);
    });
  }

  // [data-shown-for="price_kind:fixed,from"]: shown only while that field has one of these values.
  // On a <fieldset>, what is hidden is not sent either.
  for (const part of document.querySelectorAll("[data-shown-for]")) {
    const [name, values] = part.dataset.shownFor.split(":");
    const form = part.closest("form");
    const show = () => {
      part.hidden = !values.split(",").includes(new FormData(form).get(name));
      part.disabled = part.hidden;
    };
    form.addEventListener("change", show);
    show();
  }

  // The first wrong field is where the reader continues.
  document.querySelector("[aria-invalid=true]")?.focus();
})();
