// What the pages can do beyond links and forms. Everything works without this file.
"use strict";

(() => {
  const KEYS_OFF = "broadsheet-keys-off";
  const help = document.getElementById("help");

  const keysOff = () => {
    try { return localStorage.getItem(KEYS_OFF) === "1"; } catch { return false; }
  };

  const setKeysOff = (off) => {
    try { if (off) localStorage.setItem(KEYS_OFF, "1"); else localStorage.removeItem(KEYS_OFF); } catch { /* storage is closed: the choice lasts for this page */ }
  };

  const typing = (target) => target instanceof Element && target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog") !== null;

  const titles = () => Array.from(document.querySelectorAll("a[data-card]"));

  // The title that has the focus, or whose card holds it; else -1.
  const current = (all) => all.findIndex((title) => title.closest(".card")?.contains(document.activeElement));

  const step = (by) => {
    const all = titles();
    if (!all.length) return;
    const at = current(all);
    const to = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by));
    all[to].focus({ preventScroll: true });
    all[to].closest(".card").scrollIntoView({ block: "nearest" });
  };

  const open = () => {
    const all = titles();
    const at = current(all);
    if (at >= 0) all[at].click();
  };

  // Up: back to the list the reader came from, else to the one that the page names.
  const up = () => {
    const link = document.querySelector("a[data-up]");
    if (!link) {
      if (location.pathname !== "/") location.assign("/");
      return;
    }
    let from = null;
    try { from = new URL(document.referrer); } catch { /* no page before */ }
    const list = from && from.origin === location.origin && !/^\/papers\/(?!date\/|week\/|month\/)|^\/(login|sources)/.test(from.pathname);
    if (list && history.length > 1) history.back(); else link.click();
  };

  const find = () => {
    const box = document.getElementById("q");
    if (box) { box.focus(); box.select(); }
  };

  const showHelp = () => { if (!help.open) help.showModal(); };

  const actions = { j: () => step(1), k: () => step(-1), o: open, u: up, "/": find, "?": showHelp };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || keysOff()) return;
    const action = Object.hasOwn(actions, event.key) ? actions[event.key] : null;
    if (!action) return;
    event.preventDefault();
    action();
  });

  for (const button of document.querySelectorAll("[data-help]")) {
    button.hidden = false;
    button.addEventListener("click", showHelp);
  }

  const choice = help?.querySelector("[data-keys]");
  if (choice) {
    choice.checked = !keysOff();
    choice.addEventListener("change", () => setKeysOff(!choice.checked));
  }

  if (navigator.clipboard) {
    for (const block of document.querySelectorAll("[data-copy]")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.textContent = "Copy";
      button.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(block.textContent);
          button.textContent = "Copied";
        } catch {
          button.textContent = "Copying is not allowed here";
        }
        setTimeout(() => { button.textContent = "Copy"; }, 2500);
      });
      block.before(button);
    }
  }
})();
