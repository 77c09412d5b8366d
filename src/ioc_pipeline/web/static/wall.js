// The wall by itself: scenes on a large screen, and new figures without a reload when a version is published.
"use strict";

const ASK_SECONDS = 15, SCENE_SECONDS = 20, LARGE = window.matchMedia("(min-width: 1600px)");
const GROUPS = [[".tile", 12], [".panel", 2]]; // what a scene holds of each
let scene = 0, running = true, version = document.body.dataset.version;

function scenes() {
  return Math.max(...GROUPS.map(([what, size]) => Math.ceil(document.querySelectorAll(what).length / size)), 1);
}

function show() {
  document.body.classList.toggle("screen", LARGE.matches);
  for (const [what, size] of GROUPS) {
    const all = [...document.querySelectorAll(what)];
    const place = scene % Math.max(Math.ceil(all.length / size), 1);
    all.forEach((one, number) => { one.hidden = LARGE.matches && Math.floor(number / size) !== place; });
  }
  document.querySelectorAll(".panel:not([hidden])").forEach(fit);
  const controls = document.querySelector(".controls");
  controls.hidden = !LARGE.matches;
  controls.querySelector("output").textContent = `${scene + 1}/${scenes()}`;
  controls.querySelector("[data-turn='0']").setAttribute("aria-pressed", String(!running));
}

// A panel that stands alone takes the whole height; of a list, the rows stay that have room.
function fit(panel, _, shown) {
  panel.classList.toggle("alone", shown.length === 1);
  const rows = [...panel.querySelectorAll("tr")];
  rows.forEach((row) => { row.hidden = false; });
  while (LARGE.matches && rows.length && panel.scrollHeight > panel.clientHeight) rows.pop().hidden = true;
}

function turn(step) {
  scene = (scene + step + scenes()) % scenes();
  show();
}

async function ask() {
  const offline = document.querySelector(".offline");
  try {
    const answer = await fetch(document.body.dataset.ask, { cache: "no-store" });
    if (!answer.ok) throw new Error(answer.status);
    const published = (await answer.json()).version;
    if (published !== version) {
      const page = await fetch(location.href, { cache: "no-store" });
      if (!page.ok) throw new Error(page.status);
      const fresh = new DOMParser().parseFromString(await page.text(), "text/html");
      for (const part of ["main", ".foot", ".notices"]) {
        document.querySelector(part).replaceChildren(...fresh.querySelector(part).childNodes);
      }
      version = published;
      scene %= scenes();
      show();
    }
    offline.hidden = true;
  } catch {
    if (offline.hidden) {
      offline.querySelector("time").textContent = new Date().toLocaleTimeString("vi-VN");
      offline.hidden = false;
    }
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-turn]");
  if (!button) return;
  const step = Number(button.dataset.turn);
  if (step) turn(step);
  else { running = !running; show(); }
});
LARGE.addEventListener("change", show);
show();
setInterval(() => { if (running && LARGE.matches) turn(1); }, SCENE_SECONDS * 1000);
if (document.body.dataset.follow) setInterval(ask, ASK_SECONDS * 1000);
