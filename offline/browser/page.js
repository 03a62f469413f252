"use strict";
// What people see and do. The work is done in a worker, so that the page answers meanwhile.
const MOST_FILES = 500000; // as of an archive
const element = (id) => document.getElementById(id);
const inputs = [element("folder"), element("files")];
let worker = null;
let ready = false;
let waiting = null; // what was chosen before that

function say(text, share) {
  element("status").textContent = text;
  element("working").hidden = false;
  const bar = element("progress");
  bar.hidden = share === null;
  if (share === undefined) bar.removeAttribute("value");
  else if (share !== null) bar.value = share;
}

function complain(text) {
  element("problem").textContent = text;
  element("problem").hidden = text === "";
}

// The one sentence: empty while there is none. What follows it is the report, or what was wrong.
function head(text, sort) {
  const title = element("headline");
  title.textContent = text;
  title.className = sort;
  title.hidden = text === "";
  if (text !== "") title.focus();
}

function idle(text) {
  say(text, null);
  for (const input of inputs) input.value = ""; // so that the same can be chosen again
  ready = true;
  const next = waiting;
  waiting = null;
  if (next) judge(next);
}

const told = {
  loading({ text, share }) { say(text, share); },
  ready({ text }) { idle(text); document.body.dataset.ready = "yes"; },
  reading({ count }) { say(`Reading: ${count.toLocaleString("en")} files.`); },
  failed({ text }) { complain(text); head("Not judged", "open"); idle("Choose something else."); },
  judged({ headline, sort, sentences, html, forms }) {
    element("sentences").replaceChildren(...sentences.map((text) => {
      const line = document.createElement("li");
      line.textContent = text;
      return line;
    }));
    element("save").replaceChildren(...forms.map(([form, name, label]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = `Save ${label}`;
      button.dataset.form = form;
      button.addEventListener("click", () => worker.postMessage({ ask: "render", form, name }));
      return button;
    }));
    const frame = element("report");
    frame.srcdoc = html;
    URL.revokeObjectURL(element("alone").href);
    element("alone").href = URL.createObjectURL(new Blob([html], { type: "text/html" }));
    element("answer").hidden = false;
    head(headline, sort);
    idle("Judged. Choose more to judge.");
  },
  rendered({ name, bytes }) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([bytes]));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  },
};

// The report is as high as its text: one scroll bar, not two.
element("report").addEventListener("load", () => {
  const inside = element("report").contentDocument;
  if (inside) element("report").style.height = `${inside.documentElement.scrollHeight + 20}px`;
});

function judge(roots) {
  const files = roots.reduce((sum, root) => sum + root.files.length, 0);
  if (roots.length === 0) return;
  complain("");
  head("", "");
  if (!ready) {
    waiting = roots;
    say("It will be judged as soon as that is done.");
    return;
  }
  if (files > MOST_FILES) {
    told.failed({ text: `${files} files are more than ${MOST_FILES}: choose the folder of Exchange alone.` });
    return;
  }
  ready = false;
  element("answer").hidden = true;
  say("Reading.");
  worker.postMessage({ ask: "judge", roots, complete: element("complete").checked });
}

// A folder or a file for itself; several files are put in one folder, whose name in_browser.py knows.
function rootsOf(list) {
  const single = list.length === 1;
  const pathOf = (file) => file.webkitRelativePath || (single ? file.name : `chosen files/${file.name}`);
  const files = [...list].map((file) => ({ path: pathOf(file), file }));
  return files.length ? [{ files, folders: [] }] : [];
}

// A folder that was dropped. (The older webkitGetAsEntry gives a page that was opened from disk nothing.)
async function walked(handle, path, root) {
  if (handle.kind === "file") {
    root.files.push({ path, file: await handle.getFile() });
    if (root.files.length > MOST_FILES) throw new Error(`more than ${MOST_FILES} files`);
    return;
  }
  root.folders.push(path);
  for await (const inner of handle.values()) await walked(inner, `${path}/${inner.name}`, root);
}

async function dropped(event) {
  element("drop").classList.remove("over");
  if (event.target instanceof HTMLInputElement) return; // which takes what it can by itself
  event.preventDefault();
  const items = [...event.dataTransfer.items].filter((item) => item.kind === "file");
  const loose = [...event.dataTransfer.files];
  const folderLike = items.map((item) => item.webkitGetAsEntry?.()?.isDirectory); // asked now: items end with the event
  const handles = await Promise.all(items.map((item) => item.getAsFileSystemHandle?.().catch(() => null)));
  try {
    if (folderLike.some((is, number) => is && !handles[number])) {
      throw new Error("This browser cannot hand over a dropped folder.");
    }
    const folders = handles.filter((handle) => handle?.kind === "directory");
    const roots = rootsOf(loose.filter((_, number) => handles[number]?.kind !== "directory"));
    for (const folder of folders) {
      const root = { files: [], folders: [] };
      await walked(folder, folder.name, root);
      roots.push(root);
    }
    judge(roots);
  } catch (error) {
    told.failed({ text: `It cannot be read: ${error.message} Choose it with the button, or drop it on the button.` });
  }
}

function start() {
  if (typeof DecompressionStream === "undefined" || typeof WebAssembly === "undefined") {
    complain("This browser is too old: Edge, Chrome or Firefox of 2023 or later is needed.");
    say("Not loaded.", null);
    return;
  }
  const parts = {};
  for (const part of document.querySelectorAll("script[data-part]")) {
    parts[part.dataset.part] = part.textContent;
    part.remove();
  }
  const source = new Blob([element("worker-source").textContent], { type: "text/javascript" });
  worker = new Worker(URL.createObjectURL(source), { type: "classic" });
  worker.onmessage = ({ data }) => told[data.tell](data);
  worker.onerror = (error) => { complain(`It cannot be loaded: ${error.message || "unknown fault"}.`); say("Not loaded.", null); };
  worker.postMessage({ ask: "start", parts });
  for (const input of inputs) input.addEventListener("change", () => judge(rootsOf(input.files)));
  document.addEventListener("dragover", (event) => {
    if (!(event.target instanceof HTMLInputElement)) event.preventDefault();
    element("drop").classList.add("over");
  });
  document.addEventListener("dragleave", () => element("drop").classList.remove("over"));
  document.addEventListener("drop", dropped);
}
start();
