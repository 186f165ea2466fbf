// The reader's comforts: keys that press what stands on the page, and an undo that leaves when its time is over.
(() => {
  "use strict";

  const KEPT = "garrigue-keys";
  const help = document.querySelector("[data-keys]");
  const toggle = help && help.querySelector("button");
  let on = true;
  try {
    on = localStorage.getItem(KEPT) !== "off";
  } catch {
    // a browser that keeps nothing has its keys on
  }
  const say = () => toggle && toggle.setAttribute("aria-pressed", String(on));
  if (help) {
    help.hidden = false;
    say();
    toggle.addEventListener("click", () => {
      on = !on;
      say();
      try {
        localStorage.setItem(KEPT, on ? "on" : "off");
      } catch {
        // said for this page only
      }
    });
  }

  // Never while somebody types, chooses, or speaks to the browser itself.
  document.addEventListener("keydown", (event) => {
    if (!on || event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    if (!/^[a-z]$/.test(event.key)) return;
    const pressed = document.querySelector(`[data-key="${event.key}"]`);
    if (!pressed) return;
    event.preventDefault();
    if (pressed.matches("a, button")) pressed.click();
    else pressed.focus();
  });

  for (const form of document.querySelectorAll("[data-seconds]")) {
    setTimeout(() => form.remove(), Number(form.dataset.seconds) * 1000);
  }
})();
