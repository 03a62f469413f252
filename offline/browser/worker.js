// hotfix-check by Pyodide: the parts of the page are unpacked, files are mounted and read where they are.
let python = null;
let page = null;
let mounts = 0;
const tell = (kind, what = {}, moved = []) => postMessage({ tell: kind, ...what }, moved);

async function unpacked(base64) {
  const packed = await (await fetch(`data:application/octet-stream;base64,${base64}`)).blob();
  return new Response(packed.stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

const urlOf = (bytes, type) => URL.createObjectURL(new Blob([bytes], { type }));

async function start({ parts }) {
  tell("loading", { text: "Loading: unpacking.", share: 0.05 });
  const names = Object.keys(parts);
  const bytes = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await unpacked(parts[name])])),
  );
  tell("loading", { text: "Loading: starting Python.", share: 0.2 });
  // The one request that Pyodide makes by itself is for its machine code, which is here.
  const wasm = bytes["pyodide.asm.wasm"];
  const outside = self.fetch;
  self.fetch = (what, ...more) => String(what?.url ?? what).endsWith("pyodide.asm.wasm")
    ? Promise.resolve(new Response(wasm, { headers: { "Content-Type": "application/wasm" } }))
    : outside(what, ...more);
  self.importScripts = undefined; // Pyodide tries it with an address, which the policy of the page refuses
  const [{ loadPyodide }, { default: createPyodideModule }] = await Promise.all(
    ["pyodide.mjs", "pyodide.asm.mjs"].map((name) => import(urlOf(bytes[name], "text/javascript"))),
  );
  const lock = JSON.parse(new TextDecoder().decode(bytes["pyodide-lock.json"]));
  python = await loadPyodide({
    indexURL: "blob:pyodide/",
    createPyodideModule,
    stdLibURL: urlOf(bytes["python_stdlib.zip"], "application/zip"),
    lockFileContents: { ...lock, packages: {} },
    packageBaseUrl: "blob:pyodide/",
    env: { HOME: "/home/pyodide", HOTFIX_CHECK_CACHE: "off" },
  });
  tell("loading", { text: "Loading: the catalogue.", share: 0.7 });
  python.unpackArchive(bytes["packages.zip"], "zip", { extractDir: "/packages" });
  python.runPython("import sys; sys.path.insert(0, '/packages')");
  page = python.pyimport("in_browser");
  tell("ready", { text: page.start() });
}

// A path that stays below its mount, whatever a name is.
const inside = (path) => path.split("/").map((part) => (part === "" || part === "." || part === ".." ? "(..)" : part)).join("/");

function mounted({ files, folders }) {
  const { FS } = python;
  const place = `/targets/${++mounts}`;
  FS.mkdirTree(place);
  const blobs = files.map(({ path, file }) => ({ name: inside(path), data: file }));
  FS.mount(FS.filesystems.WORKERFS, { blobs }, place);
  for (const { name, data } of blobs) {
    const { node } = FS.lookupPath(`${place}/${name}`);
    node.timestamp = node.atime = node.mtime = node.ctime = data.lastModified;
  }
  for (const folder of folders.map(inside)) {
    let node = FS.lookupPath(place).node;
    let way = place;
    for (const part of folder.split("/")) {
      way += `/${part}`;
      const found = FS.analyzePath(way);
      node = found.exists ? FS.lookupPath(way).node : FS.filesystems.WORKERFS.createNode(node, part, 0o40777, 0);
    }
  }
  return place;
}

function judge({ roots, complete }) {
  const places = [];
  try {
    for (const root of roots) places.push(mounted(root));
    const answer = JSON.parse(page.judge(python.toPy(places), complete, (count) => tell("reading", { count })));
    if (answer.problem) tell("failed", { text: answer.problem });
    else tell("judged", answer);
  } finally {
    python.FS.chdir("/");
    for (const place of places) python.FS.unmount(place);
  }
}

function render({ form, name }) {
  const proxy = page.render(form);
  tell("rendered", { name, bytes: proxy.toJs() });
  proxy.destroy();
}

const asked = { start, judge, render };
self.onmessage = async ({ data }) => {
  try {
    await asked[data.ask](data);
  } catch (error) {
    const reason = String(error.message ?? error).trim().split("\n").pop();
    tell("failed", { text: `${page === null ? "It cannot be loaded" : "Internal error"}: ${reason}` });
  }
};
