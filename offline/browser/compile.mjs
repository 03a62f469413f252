// node compile.mjs PYODIDE FOLDER: in FOLDER's python_stdlib.zip and packages.zip, every module that the page loads at its
// start is replaced by what Python compiles of it: in a browser that would take longer than all else.
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [pyodide, folder] = process.argv.slice(2).map((path) => resolve(path));
const { loadPyodide } = await import(pathToFileURL(join(pyodide, "pyodide.mjs")));
const bytesOf = (name) => new Uint8Array(readFileSync(join(folder, name)));
const library = join(folder, "python_stdlib.zip");
const python = await loadPyodide({ stdLibURL: library });
python.unpackArchive(bytesOf("packages.zip"), "zip", { extractDir: "/packages" });
const names = ["python_stdlib.zip", "packages.zip"];
for (const name of names) python.FS.writeFile(`/${name}`, bytesOf(name));
python.runPython(`
import sys
sys.path.insert(0, "/packages")
import in_browser
import importlib._bootstrap_external as files
import zipfile

def compiled(archive):
    with zipfile.ZipFile(archive) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    loaded = set()
    for module in list(sys.modules.values()):
        place = getattr(module, "__file__", None) or ""
        loaded.add(place.partition("python314.zip/")[2] or place.removeprefix("/packages/"))
    with zipfile.ZipFile(archive, "w") as packed:
        for name, data in members.items():
            if name in loaded and name.endswith(".py"):
                # Others' docstrings are left out; Pyodide reads its own, and a dataclass without one makes one, slowly.
                bare = 0 if name.startswith(("hotfix_check/", "pyodide/", "_pyodide/")) else 2
                code = compile(data, name, "exec", dont_inherit=True, optimize=bare)
                name, data = name + "c", bytes(files._code_to_hash_pyc(code, bytes(8), False))
            packed.writestr(zipfile.ZipInfo(name), data)

for name in ${JSON.stringify(names)}:
    compiled("/" + name)

# What is only imported when it is needed is there too, but for what the page does without.
import importlib
import pkgutil
import hotfix_check
import regipy.registry

for module in pkgutil.walk_packages(hotfix_check.__path__, "hotfix_check."):
    try:
        importlib.import_module(module.name)
    except ModuleNotFoundError as error:
        if error.name not in ("sqlite3", "libarchive", "pycdlib", "py7zr"):
            raise
`);
for (const name of names) writeFileSync(join(folder, name), python.FS.readFile(`/${name}`));
