/**
 * Builds the npm package into dist/: compiles the sources, writes the types of the public API, and copies the other files that the
 * sources read (scripts of machines, checksums). npm runs it before it packs.
 */
const { execFileSync } = require("node:child_process");
const { cpSync, readdirSync, rmSync } = require("node:fs");
const { join } = require("node:path");

const root = join(__dirname, "..");
const dist = join(root, "dist");
const folders = ["cli", "components", "operations", "plan", "policies", "simulation", "stacks"];

rmSync(dist, { recursive: true, force: true });
for (const project of ["tsconfig.json", "tsconfig.types.json"]) {
  const argv = [require.resolve("typescript/bin/tsc"), "--project", join(__dirname, project)];
  execFileSync(process.execPath, argv, { stdio: "inherit" });
}
for (const folder of folders) {
  for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
    const isSource = entry.name.endsWith(".ts") || entry.name === "package.json";
    if (!entry.isFile() || isSource) continue;
    const from = join(entry.parentPath, entry.name);
    cpSync(from, join(dist, from.slice(root.length)));
  }
}
