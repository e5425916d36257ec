/** Faults through the cgroups of a machine, on files like those of the kernel. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freeze, limitMemory, unfreeze } from "../../../rehearsal/machines/pressure";

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), "holdfast-pressure-"))));
afterEach(() => {
  rmSync(root, { recursive: true });
});

/** Cgroup of a hierarchy with these files. */
function cgroup(name: string, files: Readonly<Record<string, string>>): string {
  const path = join(root, name);
  mkdirSync(path);
  for (const [file, content] of Object.entries(files)) writeFileSync(join(path, file), content);
  return path;
}
const read = (path: string, file: string): string => readFileSync(join(path, file), "utf8");

const first = () => cgroup("freezer", { "freezer.state": "THAWED\n" });
const second = (frozen: 0 | 1) =>
  cgroup("unified", { "cgroup.freeze": "0\n", "cgroup.events": `populated 1\nfrozen ${frozen}\n` });

test("version 1 is frozen by its state, also on a host that has both", async () => {
  const paths = [second(0), first()];
  await freeze(paths);
  expect(paths.map((path) => path.endsWith("freezer") && read(path, "freezer.state"))).toEqual([false, "FROZEN"]);
  expect(read(paths[0] ?? "", "cgroup.freeze")).toBe("0\n");
  unfreeze(paths);
  expect(read(paths[1] ?? "", "freezer.state")).toBe("THAWED");
});

test("version 2 is frozen when its events say so", async () => {
  const path = second(1);
  await freeze([path]);
  expect(read(path, "cgroup.freeze")).toBe("1");
  unfreeze([path]);
  expect(read(path, "cgroup.freeze")).toBe("0");
});

test("a host without a freezer is an error", async () => {
  await expect(freeze([cgroup("cpu", {})])).rejects.toThrow("this host has no freezer cgroup");
  expect(() => limitMemory([cgroup("memory", {})], 1)).toThrow("this host has no memory cgroup");
});

test.each([
  [1, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file", "-1"],
  [2, "memory.max", "memory.current", "inactive_file", "max"],
])(
  "the limit of version %d leaves the headroom beside what cannot be dropped",
  (_version, limit, usage, cache, none) => {
    const stat = `${cache}_not 7\nanon 5\n${cache} 300\nfile 900\n`;
    const path = cgroup("memory", { [limit]: "x", [usage]: "1000\n", "memory.stat": stat });
    expect(limitMemory([cgroup("cpu", {}), path], 50)).toBe(750);
    expect(read(path, limit)).toBe("750");
    expect(limitMemory([path], undefined)).toBeUndefined();
    expect(read(path, limit)).toBe(none);
  },
);
