// An offer is kept as it is typed: on this telephone at once, at the house as soon as it answers. All works without.
(() => {
  "use strict";
  const form = document.getElementById("offre");
  if (!form || !window.fetch || !window.FormData) return;
  const said = form.dataset;
  const mark = document.getElementById("mark");
  const box = document.getElementById("keeping-box");
  const bar = document.getElementById("keeping");
  const frame = document.getElementById("apercu");
  // What is no word of the member's: it is neither kept here nor compared.
  const NOT_TYPED = ["csrfmiddlewaretoken", "version", "writer", "begun_as", "kept", "image", "no_image", "act"];
  const DAYS_KEPT = 90;
  const PATIENCE = 20000;

  let changes = 0; // counted, so that an answer knows whether it speaks of the last one
  let sent = 0;
  let whole = true; // whether the house took every field of it
  let sending = false;
  let again = 0; // tries that failed, one after another
  let timer = 0;
  let halted = false; // somebody has to decide first

  const unsent = () => sent !== changes || !whole;

  // ---- on this telephone

  // One entry for each page, so that no page forgets what another one still keeps.
  const key = (offer = said.offer) => `garrigue.offre.${offer}.${form.elements.writer.value}`;
  const typed = () => [...new FormData(form)].filter(([name, value]) => !NOT_TYPED.includes(name) && typeof value === "string");

  const remember = () => {
    const entry = { values: typed(), version: form.elements.version.value, begun: form.elements.begun_as.value, at: Date.now() };
    try {
      localStorage.setItem(key(), JSON.stringify(entry));
      return true;
    } catch {
      return false; // a full or forbidden store: then only the house keeps it
    }
  };
  const recall = (name) => {
    try {
      return JSON.parse(localStorage.getItem(name));
    } catch {
      return null;
    }
  };
  const forget = (name = key()) => {
    try {
      localStorage.removeItem(name);
    } catch {
      // nothing was kept either
    }
  };
  // What pages of this draft have left here, the last first; what is older than three months is let go.
  const left = () => {
    const found = [];
    try {
      for (const name of Object.keys(localStorage).filter((name) => name.startsWith("garrigue.offre."))) {
        const entry = recall(name);
        if (!entry || Date.now() - entry.at > DAYS_KEPT * 864e5) forget(name);
        else if (name.startsWith(`garrigue.offre.${said.offer}.`)) found.push({ ...entry, name });
      }
    } catch {
      // a store that may not be read keeps nothing
    }
    return found.sort((one, other) => other.at - one.at);
  };

  // The same amount, address or line end, whoever wrote it.
  const plain = (value) => {
    const text = value.replace(/\r\n/g, "\n").trim();
    if (/^[\d\s.,€]+$/.test(text)) return String(parseFloat(text.replace(/[\s€]/g, "").replace(",", ".")));
    return text.replace(/^https?:\/\//, "");
  };
  const spelled = (values) => JSON.stringify(values.map(([name, value]) => [name, plain(value)]).filter(([, value]) => value !== "").sort());

  const fillIn = (values) => {
    const wanted = new Map();
    for (const [name, value] of values) wanted.set(name, [...(wanted.get(name) || []), value]);
    for (const field of form.elements) {
      if (!field.name || NOT_TYPED.includes(field.name) || field.type === "file") continue;
      const mine = wanted.get(field.name) || [];
      if (field.type === "checkbox" || field.type === "radio") field.checked = mine.includes(field.value);
      else if (mine.length) field.value = mine[0];
      else if (field.type !== "range") field.value = "";
    }
    form.dispatchEvent(new Event("change", { bubbles: true }));
    for (const area of form.querySelectorAll("textarea")) area.dispatchEvent(new Event("input"));
  };

  // ---- what is said of it

  const say = (words) => {
    bar.hidden = false;
    if (mark.textContent !== words) mark.textContent = words;
  };
  let offering = false; // an earlier text is offered back: that stays until it is answered
  const show = (name, prepare) => {
    offering = name === "say-found";
    const part = document.getElementById(name).content.cloneNode(true);
    if (prepare) prepare(part);
    box.replaceChildren(part);
    bar.hidden = false;
  };
  const clear = () => offering || box.replaceChildren();

  // Each field has its line below it, which a screen reader hears when it changes.
  const told = (name) => {
    const found = form.querySelector(`[data-told="${name}"]`);
    if (found) return found;
    const field = form.elements[name];
    const place = (field?.length && !field.tagName ? field[0] : field)?.closest(".field");
    if (!place) return null;
    const line = document.createElement("div");
    line.className = "told";
    line.dataset.told = name;
    line.setAttribute("aria-live", "polite");
    place.append(line);
    return line;
  };
  const tellFields = (lines, wrong) => {
    for (const line of form.querySelectorAll("[data-told]:not([data-told=image])")) {
      if (!lines[line.dataset.told] && !wrong[line.dataset.told] && line.hasChildNodes()) line.replaceChildren();
    }
    for (const name of new Set([...Object.keys(lines), ...Object.keys(wrong)])) {
      const line = told(name);
      if (!line) continue;
      const words = [...(wrong[name] || []), ...(lines[name] || [])];
      line.toggleAttribute("data-wrong", name in wrong);
      if (words.join() === [...line.children].map((p) => p.textContent).join()) continue;
      line.replaceChildren(...words.map((text) => Object.assign(document.createElement("p"), { textContent: text })));
      const fold = line.closest("details");
      if (fold) fold.open = true;
    }
    // what the page said of a field before it was mended
    for (const list of form.querySelectorAll(".errorlist")) {
      const field = list.closest(".field")?.querySelector("[name]");
      if (!field || wrong[field.name] || !edited.has(field.name)) continue;
      list.remove();
      field.removeAttribute("aria-invalid");
    }
  };
  const edited = new Set();

  const settle = (doors) => {
    for (const name of ["keep", "picture", "preview"]) said[name] = doors[name];
    if (form.getAttribute("action") !== doors.edit) {
      form.setAttribute("action", doors.edit);
      history.replaceState(null, "", doors.edit);
    }
  };
  const preview = () => {
    if (!said.preview) return;
    document.getElementById("apercu-rien").hidden = true;
    frame.hidden = false;
    const here = frame.contentWindow?.location.search || "";
    if (frame.contentWindow) frame.contentWindow.location.replace(said.preview + here);
  };
  frame.addEventListener("load", () => {
    const page = frame.contentDocument?.documentElement;
    if (page && page.scrollHeight > 60) frame.style.height = `${page.scrollHeight}px`;
  });

  // ---- to the house

  const body = () => {
    const data = new FormData(form);
    for (const name of ["image", "kept", "no_image", "act"]) data.delete(name);
    data.set("hung", said.hung);
    return data;
  };
  const post = (url, data) =>
    fetch(url, { method: "POST", body: data, redirect: "manual", credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE) });
  // Signing in elsewhere changes what a form must bear: the page itself says it anew.
  const renew = async () => {
    const page = await fetch(location.href, { redirect: "manual", credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE) });
    if (!page.ok) return false;
    const token = new DOMParser().parseFromString(await page.text(), "text/html").querySelector("#offre [name=csrfmiddlewaretoken]");
    if (!token) return false;
    form.elements.csrfmiddlewaretoken.value = token.value;
    return true;
  };

  const later = () => {
    again += 1;
    const wait = Math.min(60000, 1000 * 2 ** again) * (0.7 + Math.random() * 0.6);
    clearTimeout(timer);
    timer = setTimeout(send, wait);
  };
  const soon = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(send, wait);
  };

  const expired = (way) => {
    halted = true;
    say(said.here);
    show("say-over", (part) => {
      part.querySelector("[data-way]").href = way || `${said.signIn}?next=${encodeURIComponent(location.pathname)}`;
    });
  };

  const kept = (answer, upTo) => {
    again = 0;
    const before = key();
    form.elements.version.value = answer.version;
    said.offer = answer.offer;
    settle(answer.doors);
    if (before !== key()) forget(before);
    const wrong = Object.keys(answer.wrong).length > 0;
    sent = upTo;
    whole = !wrong;
    if (unsent()) remember();
    else forget();
    tellFields(answer.said, answer.wrong);
    document.getElementById("untranslated").hidden = !answer.untranslated;
    say((wrong ? said.but : said.there).replace("{at}", answer.at));
    clear();
    preview();
    form.dispatchEvent(new CustomEvent("kept"));
    if (upTo !== changes) soon(800);
  };

  const diverged = (answer) => {
    halted = true;
    remember();
    say(said.here);
    show("say-other", (part) => {
      for (const one of answer.differs) {
        const line = document.getElementById("say-line").content.cloneNode(true);
        line.querySelector("dt").textContent = one.field;
        line.querySelector("[data-here]").textContent = one.here || "–";
        line.querySelector("[data-there]").textContent = one.there || "–";
        part.querySelector("dl").append(line);
      }
    });
    box.onclick = (event) => {
      const act = event.target.dataset.do;
      if (act !== "mine" && act !== "theirs") return;
      halted = false;
      clear();
      form.elements.version.value = answer.version;
      said.offer = answer.offer;
      settle(answer.doors);
      if (act === "theirs") {
        fillIn(Object.entries(answer.typed).flatMap(([name, values]) => values.map((value) => [name, value])));
      }
      changes += 1;
      remember();
      send();
    };
  };

  // Once the form itself is on its way, what it carries is not sent beside it: it would come after the last word.
  let parting = false;
  async function send() {
    clearTimeout(timer);
    if (sending || halted || parting) return;
    sending = true;
    const upTo = changes;
    try {
      let answer = await post(said.keep, body());
      if (answer.status === 403 && (await renew())) answer = await post(said.keep, body());
      if (answer.type === "opaqueredirect" || [401, 403, 404].includes(answer.status)) expired();
      else if (answer.status === 410) expired((await answer.json()).over);
      else if (answer.ok) kept(await answer.json(), upTo);
      else if (answer.status === 409) {
        const what = await answer.json();
        if (what.closed) {
          halted = true;
          say(said.here);
          show("say-closed", (part) => (part.querySelector("[data-said]").textContent = what.closed));
        } else diverged(what);
      } else throw new Error(String(answer.status));
    } catch {
      say(said.here);
      if (!navigator.onLine) show("say-offline");
      later();
    } finally {
      sending = false;
    }
  }

  let writing = 0;
  const changed = (event) => {
    const name = event.target.name;
    if (!name || NOT_TYPED.includes(name)) return;
    edited.add(name);
    changes += 1;
    parting = false;
    clearTimeout(writing);
    writing = setTimeout(() => unsent() && remember() && say(said.here), 250);
    if (!halted && !again) soon(event.type === "change" ? 300 : 1200);
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("keep-now", send);
  addEventListener("online", () => {
    again = 0;
    clear();
    if (changes) send();
  });
  // Back from the mail with a new link: what was refused then may be taken now.
  addEventListener("focus", () => {
    if (!halted || !box.querySelector("[data-way]")) return;
    halted = false;
    send();
  });
  const leave = () => {
    if (unsent()) remember();
  };
  addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", leave);
  // Without a connection a press would only lead to the browser's own page of sorrow.
  form.addEventListener("submit", (event) => {
    if (unsent()) remember();
    if (navigator.onLine) {
      parting = true;
      return;
    }
    event.preventDefault();
    say(said.here);
    show("say-offline");
  });

  // ---- what this telephone still keeps of an earlier visit, and what was typed before this script came

  const begun = [...form.elements].some((field) => {
    if (!field.name || NOT_TYPED.includes(field.name) || field.type === "range") return false;
    if (field.type === "checkbox") return field.checked !== field.defaultChecked;
    if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
    const wanted = [...field.options].find((option) => option.defaultSelected) || field.options[0];
    return !wanted.selected;
  });
  const [entry] = left().filter((one) => spelled(one.values) !== spelled(typed()) || forget(one.name));
  if (entry) {
    show("say-found", (part) => {
      const when = new Date(entry.at).toLocaleString(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });
      part.querySelector("[data-when]").textContent = when;
    });
    box.onclick = (event) => {
      const act = event.target.dataset.do;
      if (act !== "take" && act !== "drop") return;
      offering = false;
      clear();
      if (act === "take") {
        form.elements.version.value = entry.version;
        form.elements.begun_as.value = entry.begun;
        fillIn(entry.values);
        changes += 1;
        remember();
        send();
      }
      if (entry.name !== key()) forget(entry.name);
      bar.hidden = !mark.textContent;
    };
  }
  if (begun) {
    changes += 1;
    remember();
    soon(300);
  }
})();
