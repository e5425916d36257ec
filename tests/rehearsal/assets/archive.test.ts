import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportResults, importResults } from "../../../rehearsal/assets/archive";
import { type Step, buildSteps, resultName } from "../../../rehearsal/assets/store";

const onLinux = process.platform === "linux" ? describe : describe.skip;
const ignore = (): void => undefined;

/** A program, an owner that is no user of this host, and a link. */
const step = (name: string, inputs = 1): Step => ({
  name,
  inputs,
  needs: [],
  lane: "network",
  build: ({ directory }) => {
    mkdirSync(join(directory, "bin"));
    writeFileSync(join(directory, "bin", name), `#!/bin/sh\necho ${name}\n`, { mode: 0o755 });
    if (process.getuid?.() === 0) execFileSync("chown", ["54321:54321", join(directory, "bin", name)]);
    symlinkSync(`bin/${name}`, join(directory, "link"));
    return Promise.resolve();
  },
});
const steps = [step("one"), step("two")];

onLinux("archives of results", () => {
  let folder = "";
  let from = "";
  let to = "";
  const build = async (directory: string, wanted: readonly Step[]): Promise<readonly string[]> => {
    const events: string[] = [];
    const report = (name: string, state: string): void => void events.push(`${name} ${state}`);
    await buildSteps(wanted, { directory, verify: true, report });
    return events;
  };
  /** Archive with other content than the exported one. */
  const change = (file: string, edit: (unpacked: string) => void): string => {
    const unpacked = join(folder, "unpacked");
    const changed = join(folder, "changed.tar");
    mkdirSync(unpacked);
    execFileSync("tar", ["-C", unpacked, "-xpf", file]);
    edit(unpacked);
    execFileSync("tar", ["--format=pax", "-C", unpacked, "-cf", changed, ...readdirSync(unpacked)]);
    return changed;
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "hf-archive-"));
    [from, to] = [join(folder, "from"), join(folder, "to")];
    await build(from, steps);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it.each(["assets.tar", "assets.tar.gz"])("the results in %s need no build", async (name) => {
    const file = join(folder, name);
    await exportResults(steps, from, file);
    const names = steps.map(resultName).sort();
    expect(await importResults(file, to, ignore)).toEqual({ added: names, present: [] });
    expect(await build(to, steps)).toEqual(["one cached", "two cached"]);
    const program = join(to, names[0] ?? "", "bin", "one");
    expect(execFileSync(program, { encoding: "utf8" })).toBe("one\n");
    expect(statSync(program).uid).toBe(process.getuid?.() === 0 ? 54321 : process.getuid?.());
    expect(await importResults(file, to, ignore)).toEqual({ added: [], present: names });
    expect(readdirSync(folder).sort()).toEqual([name, "from", "to"].sort());
  });

  it("a damaged result in the cache is replaced, others stay", async () => {
    const file = join(folder, "assets.tar");
    const [one, two] = steps.map(resultName) as [string, string];
    await exportResults(steps, from, file);
    await importResults(file, to, ignore);
    writeFileSync(join(to, one, "bin", "one"), "broken");
    writeFileSync(join(to, `${two}.json`), "{");
    const other = step("other");
    await build(to, [other]);
    expect(await importResults(file, to, ignore)).toEqual({ added: [one, two], present: [] });
    expect(await build(to, [...steps, other])).toEqual(["one cached", "two cached", "other cached"]);
  });

  it("nothing is added from an archive with a changed file", async () => {
    const file = join(folder, "assets.tar");
    await exportResults(steps, from, file);
    const two = resultName(steps[1] as Step);
    const changed = change(file, (unpacked) => {
      const program = join(unpacked, two, "bin", "two");
      const original = join(folder, "original");
      execFileSync("cp", ["-p", program, original]);
      writeFileSync(program, "x".repeat(statSync(program).size));
      execFileSync("touch", ["-r", original, program]);
    });
    await expect(importResults(changed, to, ignore)).rejects.toThrow(
      /changed\.tar is damaged: two-[0-9a-f]{16}\/bin\/two/,
    );
    expect(readdirSync(to)).toEqual(["lock"]);
  });

  it.each<[string, (unpacked: string) => void]>([
    [
      "another file",
      (unpacked) => {
        writeFileSync(join(unpacked, "lock"), "");
      },
    ],
    [
      "a manifest without its folder",
      (unpacked) => {
        writeFileSync(join(unpacked, "x-0123456789abcdef.json"), "{}");
      },
    ],
    [
      "a folder without its manifest",
      (unpacked) => {
        mkdirSync(join(unpacked, "x-0123456789abcdef"));
      },
    ],
  ])("an archive with %s is refused", async (_what, edit) => {
    const file = join(folder, "assets.tar");
    await exportResults(steps, from, file);
    await expect(importResults(change(file, edit), to, ignore)).rejects.toThrow(
      /was not written by holdfast assets export/,
    );
    expect(readdirSync(to)).toEqual(["lock"]);
  });

  it("a file that is no archive, and an unknown suffix, are refused", async () => {
    const file = join(folder, "text.tar");
    writeFileSync(file, "no archive");
    await expect(importResults(file, to, ignore)).rejects.toThrow(/tar/);
    await expect(exportResults(steps, from, join(folder, "assets.zip"))).rejects.toThrow(
      /must end with \.tar, \.tar\.gz or \.tar\.zst/,
    );
    expect(readFileSync(file, "utf8")).toBe("no archive");
  });
});
