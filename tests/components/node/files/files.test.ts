import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type BundleKind, usesFile } from "../../../../components/node/bundleFiles.plan";
import { clusterJson, ecrWorkersClusterJson, filesDirectory } from "../nodeSupport";

const all = readdirSync(filesDirectory, { recursive: true, encoding: "utf8" }).filter((name) =>
  statSync(join(filesDirectory, name)).isFile(),
);
const text = (name: string): string => readFileSync(join(filesDirectory, name), "utf8");
const programs = all.filter((name) => text(name).startsWith("#!"));
const libraries = all.filter((name) => name.startsWith("lib/"));
const units = all.filter((name) => name.startsWith("units/"));

test("every shell file is a program or a library", () => {
  const scripts = all.filter((name) => /^(bin|steps|lib)\/|^(install|bootstrap)$/.test(name));
  expect([...programs, ...libraries].sort()).toEqual([...scripts].sort());
  expect(programs.length).toBeGreaterThan(20);
});

test.each(programs)("%s exits on errors, is executable and short", (name) => {
  const strict = /^(bootstrap|install|bin\/install-packages)$/.test(name)
    ? "set -euo pipefail\n"
    : '. "${0%/*}/../lib/prelude.sh"\n';
  const [, afterComment] = /^#!\/bin\/bash\n(?:# .*\n)+([^]*)$/.exec(text(name)) ?? [];
  expect(afterComment?.slice(0, strict.length)).toBe(strict);
  expect(statSync(join(filesDirectory, name)).mode & 0o111).not.toBe(0);
  expect(text(name).split("\n").length).toBeLessThanOrEqual(121);
});

test("scripts are valid bash", () => {
  for (const name of [...programs, ...libraries]) {
    const { stderr } = spawnSync("bash", ["-n", join(filesDirectory, name)], { encoding: "utf8" });
    expect([name, stderr]).toEqual([name, ""]);
  }
});

// pipefail reports the writer's SIGPIPE as a failure, but only sometimes, under load.
test("no pipe ends in grep -q", () => {
  const found = [...programs, ...libraries].flatMap((name) =>
    text(name)
      .split("\n")
      .filter((line) => /\|\s*grep -[a-zA-Z]*q/.test(line))
      .map((line) => `${name}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
});

const scripts = [...programs, ...libraries];

test.each<[kind: BundleKind, document: object, names: readonly string[]]>([
  ["members", clusterJson, scripts.filter((name) => usesFile("members", name))],
  // Libraries, and the branches of shared steps, have functions that workers do not call.
  [
    "workers",
    // All steps, also that for mirrors in ECR.
    ecrWorkersClusterJson,
    programs.filter((name) => usesFile("workers", name) && !name.endsWith("health-check")),
  ],
])("scripts of %s read only settings that cluster.json has", (_kind, document, names) => {
  const unknown = names.flatMap((name) =>
    [...text(name).matchAll(/cluster '?(\.[A-Za-z.]+[A-Za-z])/g)]
      .map(([, path = ""]) => path)
      .filter(
        (path) =>
          path
            .split(".")
            .slice(1)
            .reduce<unknown>((at, key) => (at as Record<string, unknown> | null)?.[key], document) === undefined,
      )
      .map((path) => `${name}: ${path}`),
  );
  expect(unknown).toEqual([]);
});

test("units start programs of the bundle or of its assets", () => {
  const missing = units.flatMap((unit) =>
    [...text(unit).matchAll(/^Exec(?:Start|StopPost)=(\/\S+)/gm)]
      .map((match) => match[1] ?? "")
      .filter((program) => {
        const own = /^\/opt\/holdfast\/(?:current\/)?(.*)$/.exec(program);
        return own ? !programs.includes(own[1] ?? "") : !program.startsWith("/usr/local/bin/");
      })
      .map((program) => `${unit}: ${program}`),
  );
  expect(missing).toEqual([]);
});

test("systemd never gives up a unit that it restarts: nobody else would start it again", () => {
  const number = (unit: string, key: string): number | undefined => {
    const [, value, hours] = new RegExp(`^${key}=(\\d+)(h?)`, "m").exec(text(unit)) ?? [];
    return value === undefined ? undefined : Number(value) * (hours === "h" ? 3600 : 1);
  };
  const restarted = units.filter((unit) => /^Restart=/m.test(text(unit)));
  expect(restarted.length).toBeGreaterThan(5);
  // Defaults (systemd-system.conf(5)): five starts in ten seconds, and 0.1 s between them.
  const limited = restarted.filter((unit) => {
    const interval = number(unit, "StartLimitIntervalSec") ?? 10;
    const starts = number(unit, "StartLimitBurst") ?? 5;
    return interval > 0 && starts * (number(unit, "RestartSec") ?? 0.1) <= interval;
  });
  expect(limited).toEqual([]);
});

test("scripts start and stop existing units, and only the bootstrap unit is enabled", () => {
  const named = programs.flatMap((name) =>
    [...text(name).matchAll(/systemctl (?:start|restart|stop)[^\n|&;]*/g)].flatMap(
      (match) => match[0].match(/[\w-]+\.(?:service|timer)/g) ?? [],
    ),
  );
  expect(named.length).toBeGreaterThan(5);
  for (const unit of named) expect(units).toContain(`units/${unit}`);
  // The steps start kubelet, containerd and etcd at every boot, once their dependencies are done; systemd must not.
  expect(units.filter((unit) => text(unit).includes("[Install]"))).toEqual(["units/holdfast-bootstrap.service"]);
});
