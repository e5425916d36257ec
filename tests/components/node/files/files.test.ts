import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { filesDirectory } from "../nodeSupport";

const all = readdirSync(filesDirectory, { recursive: true, encoding: "utf8" }).filter((name) =>
  statSync(join(filesDirectory, name)).isFile(),
);
const text = (name: string): string => readFileSync(join(filesDirectory, name), "utf8");
const programs = all.filter((name) => text(name).startsWith("#!"));
const libraries = all.filter((name) => name.startsWith("lib/"));
const units = all.filter((name) => name.startsWith("units/"));

test("every script is one of the two kinds, and every kind is there", () => {
  const scripts = all.filter((name) => /^(bin|steps|lib)\/|^(install|bootstrap)$/.test(name));
  expect([...programs, ...libraries].sort()).toEqual([...scripts].sort());
  expect(programs.length).toBeGreaterThan(20);
});

test.each(programs)("%s fails on the first error, may be run, and is short", (name) => {
  expect(text(name)).toMatch(/^#!\/bin\/bash\n(# .*\n)+set -euo pipefail\n/);
  expect(statSync(join(filesDirectory, name)).mode & 0o111).not.toBe(0);
  expect(text(name).split("\n").length).toBeLessThanOrEqual(121);
});

test("scripts are bash", () => {
  const paths = [...programs, ...libraries].map((name) => join(filesDirectory, name));
  for (const path of paths) {
    const { stderr } = spawnSync("bash", ["-n", path], { encoding: "utf8" });
    expect([path, stderr]).toEqual([path, ""]);
  }
});

// With pipefail, a reader that hangs up early makes the writer's death a failure: true only sometimes, under load.
test("nothing is piped into a reader that leaves early", () => {
  const found = [...programs, ...libraries].flatMap((name) =>
    text(name)
      .split("\n")
      .filter((line) => /\|\s*grep -[a-zA-Z]*q/.test(line))
      .map((line) => `${name}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
});

test("units start what the bundle or its assets bring", () => {
  const missing = units.flatMap((unit) =>
    [...text(unit).matchAll(/^ExecStart=(\/\S+)/gm)]
      .map((match) => match[1] ?? "")
      .filter((program) => {
        const own = /^\/opt\/holdfast\/(?:current\/)?(.*)$/.exec(program);
        return own ? !programs.includes(own[1] ?? "") : !program.startsWith("/usr/local/bin/");
      })
      .map((program) => `${unit}: ${program}`),
  );
  expect(missing).toEqual([]);
});

test("units that a script starts are there, and no unit but the first is enabled", () => {
  const started = programs.flatMap((name) =>
    [...text(name).matchAll(/systemctl (?:start|restart|stop)[^\n|&;]*/g)].flatMap(
      (match) => match[0].match(/[\w-]+\.(?:service|timer)/g) ?? [],
    ),
  );
  expect(started.length).toBeGreaterThan(5);
  for (const unit of started) expect(units).toContain(`units/${unit}`);
  // kubelet, containerd and etcd start when everything under them is done, at every boot: systemd must not know better.
  expect(units.filter((unit) => text(unit).includes("[Install]"))).toEqual(["units/holdfast-bootstrap.service"]);
});
