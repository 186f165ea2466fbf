// The builder's comfort: rows are dragged where there is a pointer. The buttons beside them stay for everyone.
(() => {
  "use strict";

  const sortable = (root) => {
    if (!window.Sortable) return;
    for (const list of root.querySelectorAll("[data-rules]")) {
      if (list.dataset.sorting) continue;
      list.dataset.sorting = "yes";
      list.classList.add("sorting");
      window.Sortable.create(list, {
        group: "rules",
        handle: ".handle",
        animation: 120,
        onEnd: (event) => {
          if (event.from === event.to && event.oldIndex === event.newIndex) return;
          const row = event.item.querySelector("[data-row]").dataset.row;
          // The form still says where the row was: the server moves it, as it does for the buttons.
          window.htmx.ajax("POST", window.location.pathname, {
            source: document.getElementById("draft"),
            target: "#builder",
            select: "#builder",
            swap: "outerHTML",
            values: { ...fields(), do: `drop:${row}:${event.to.dataset.rules}:${event.newIndex}` },
          });
        },
      });
    }
  };
  // In the order of the rows as they were: their names carry it.
  const fields = () => Object.fromEntries(new FormData(document.getElementById("draft")));

  sortable(document);
  document.body.addEventListener("htmx:load", (event) => sortable(event.target.parentElement || document));
})();
