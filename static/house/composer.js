// The composer's comforts: dragging seats, a preview that follows, the length of a line. All works without.
(() => {
  "use strict";

  // Seats are dragged where there is a pointer; the arrows beside them stay for everyone.
  const sortable = (root) => {
    const list = root.querySelector("[data-sortable]");
    if (!list || !window.Sortable) return;
    list.classList.add("sorting");
    window.Sortable.create(list, {
      handle: ".handle",
      animation: 120,
      // the fields of the form stand in the order of the seats
      onEnd: (event) => {
        if (event.oldIndex !== event.newIndex) window.htmx.trigger("#order", "arranged");
      },
    });
  };
  sortable(document);
  document.body.addEventListener("htmx:load", (event) => sortable(event.target.parentElement || document));

  // The true preview, asked for anew where its reader had scrolled to.
  document.body.addEventListener("edition-changed", () => {
    const frame = document.getElementById("apercu");
    if (!frame || !frame.contentWindow) return;
    let top = 0;
    try {
      top = frame.contentWindow.scrollY;
    } catch {
      // a link of the mail led elsewhere
    }
    frame.addEventListener("load", () => frame.contentWindow.scrollTo(0, top), { once: true });
    frame.contentWindow.location.reload();
  });

  // <input data-ideal="60">: how long it is, and how much a phone shows.
  for (const input of document.querySelectorAll("input[data-ideal]")) {
    const note = document.createElement("p");
    note.className = "count";
    const ideal = Number(input.dataset.ideal);
    const tell = () => {
      const length = [...input.value].length;
      note.textContent =
        length > ideal ? input.dataset.long.replace("{n}", length).replace("{ideal}", ideal) : `${length} / ${ideal}`;
      note.toggleAttribute("data-over", length > ideal);
    };
    input.after(note);
    input.addEventListener("input", tell);
    tell();
  }
})();
