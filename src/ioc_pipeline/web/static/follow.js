// A file that was sent: look every few seconds what became of it, until it is answered.
"use strict";

const ASK_SECONDS = 3;

async function ask() {
  let rest = true;
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok) throw new Error(answer.status);
    const now = document.querySelector("#state");
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#state");
    rest = "follow" in fresh.dataset;
    if (now.textContent !== fresh.textContent) now.replaceChildren(...fresh.childNodes);
  } catch {
    // The next look may find it; the link to look again stands below.
  }
  if (rest) setTimeout(ask, ASK_SECONDS * 1000);
}

setTimeout(ask, ASK_SECONDS * 1000);
