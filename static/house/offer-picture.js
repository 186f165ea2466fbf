// The picture of an offer: made small here, sent by itself and as often as it takes; and what must stay in sight of it.
(() => {
  "use strict";
  const form = document.getElementById("offre");
  if (!form || !window.fetch) return;
  const said = form.dataset;
  const input = form.elements.image;
  const hanging = document.getElementById("hanging");
  const aim = hanging.querySelector(".aim");
  const whole = hanging.querySelector("[data-aim]");
  const image = whole.querySelector("img");
  const cross = whole.querySelector(".cross");
  const told = hanging.querySelector("[data-told=image]");
  const across = form.elements.focus_x;
  const down = form.elements.focus_y;
  const WIDEST = 2000;

  for (const part of hanging.querySelectorAll("[data-scripted]")) part.hidden = false;
  cross.hidden = false;
  // what is asked of a picture is asked once there is one
  const about = hanging.querySelector(".with-picture");
  about.hidden = aim.hidden && !about.querySelector("[aria-invalid], input[type=text][value]");

  const say = (words, wrong = false) => {
    told.toggleAttribute("data-wrong", wrong);
    told.replaceChildren(...(words ? [Object.assign(document.createElement("p"), { textContent: words })] : []));
  };

  // ---- what must stay in sight: tapped, dragged, or set by the two sliders, which work without this

  const place = () => {
    cross.style.left = `${across.value}%`;
    cross.style.top = `${down.value}%`;
  };
  const point = (event) => {
    const edge = image.getBoundingClientRect();
    const hundredth = (part, all) => Math.round(Math.min(1, Math.max(0, part / all)) * 100);
    across.value = hundredth(event.clientX - edge.left, edge.width);
    down.value = hundredth(event.clientY - edge.top, edge.height);
    place();
  };
  whole.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    whole.setPointerCapture(event.pointerId);
    point(event);
  });
  whole.addEventListener("pointermove", (event) => whole.hasPointerCapture(event.pointerId) && point(event));
  whole.addEventListener("pointerup", (event) => {
    point(event);
    down.dispatchEvent(new Event("change", { bubbles: true }));
  });
  for (const slider of [across, down]) slider.addEventListener("input", place);
  form.addEventListener("change", place);
  place();

  // ---- small before it travels

  const small = async (file) => {
    let bitmap;
    try {
      bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    } catch {
      return file; // HEIC, where the browser cannot read it: the house can
    }
    const scale = Math.min(1, WIDEST / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const paint = canvas.getContext("2d");
    paint.fillStyle = "#fff";
    paint.fillRect(0, 0, canvas.width, canvas.height);
    paint.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    return (await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.88))) || file;
  };

  // ---- sent by itself, once the offer is there to hang it on

  let waiting = null; // the picture that is still here
  let sending = false;
  let again = 0;
  let timer = 0;

  const hang = (facts) => {
    said.hung = facts.picture;
    image.src = facts.url;
    image.alt = "";
    across.value = 50;
    down.value = 40;
    place();
    form.elements.image_rights.checked = false;
    aim.hidden = about.hidden = false;
    document.getElementById("weight").textContent = facts.weight;
    hanging.querySelector("img.preview")?.remove();
    input.value = "";
  };

  async function send() {
    clearTimeout(timer);
    if (!waiting || sending) return;
    if (!said.picture) {
      form.dispatchEvent(new CustomEvent("keep-now")); // the offer first: its answer says where pictures go
      return;
    }
    sending = true;
    const mine = waiting;
    try {
      const data = new FormData();
      data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
      data.set("hung", said.hung);
      data.set("image", mine, mine.name || "photo.jpg");
      const answer = await fetch(said.picture, { method: "POST", body: data, redirect: "manual", credentials: "same-origin", signal: AbortSignal.timeout(120000) });
      const facts = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : null;
      if (!facts || answer.status === 410) throw new Error(String(answer.status)); // an old link, or the house is busy
      if (mine !== waiting) return;
      waiting = null;
      again = 0;
      if (answer.ok) {
        hang(facts);
        say("");
        form.dispatchEvent(new Event("change"));
        form.dispatchEvent(new CustomEvent("hung"));
        form.dispatchEvent(new CustomEvent("keep-now"));
      } else if (facts.refused || facts.closed) {
        say(facts.refused || facts.closed, true);
        input.value = "";
        hanging.querySelector("img.preview")?.remove();
      } else {
        hang(facts);
        say(said.photoOther, true);
      }
    } catch {
      again += 1;
      say(said.photoLater);
      timer = setTimeout(send, Math.min(60000, 1000 * 2 ** again) * (0.7 + Math.random() * 0.6));
    } finally {
      sending = false;
      if (waiting && waiting !== mine) send();
    }
  }

  input.addEventListener("change", async () => {
    const file = input.files[0];
    if (!file) return;
    say(said.photoHere);
    about.hidden = false;
    waiting = await small(file);
    again = 0;
    send();
  });
  form.addEventListener("kept", send);
  addEventListener("online", () => {
    again = 0;
    send();
  });
})();
