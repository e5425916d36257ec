import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Step, buildSteps, stepKey } from "../../../rehearsal/assets/store";

const onLinux = process.platform === "linux" ? describe : describe.skip;

let directory = "";
let built: string[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "hf-store-"));
  built = [];
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

function step(name: string, options: Partial<Pick<Step, "inputs" | "needs" | "build" | "stillUsable">> = {}): Step {
  return {
    name,
    inputs: 1,
    needs: [],
    lane: "network",
    build: async (context) => {
      built.push(name);
      const parts = await Promise.all(
        (options.needs ?? []).map(async (need) => readFileSync(join(await context.result(need), "content"), "utf8")),
      );
      writeFileSync(join(context.directory, "content"), `${name}(${parts.join(",")})`);
      symlinkSync("content", join(context.directory, "link"));
    },
    ...options,
  };
}

const events: string[] = [];
async function prepare(steps: Step[], verify = false): Promise<string[]> {
  events.length = 0;
  built = [];
  const report = (name: string, state: string): void => void events.push(`${name} ${state}`);
  const results = await buildSteps(steps, { directory, verify, report });
  return steps.map((wanted) => readFileSync(join(results.get(wanted)?.directory ?? "", "content"), "utf8"));
}

function folderOf(wanted: Step): string {
  return join(directory, `${wanted.name}-${stepKey(wanted)}`);
}

describe("build key", () => {
  const base = step("a");
  it.each([
    ["name", step("b")],
    ["inputs", step("a", { inputs: 2 })],
    ["needs", step("a", { needs: [base] })],
    ["inputs of needed steps", step("a", { needs: [step("a", { inputs: 3 })] })],
  ])("changes with its %s", (_what, other) => {
    expect(stepKey(other)).not.toBe(stepKey(base));
  });

  it("is the same for equal steps", () => {
    expect(stepKey(step("a"))).toBe(stepKey(base));
  });
});

onLinux("cache of builds", () => {
  it("builds needed steps first and once", async () => {
    const a = step("a");
    const top = step("top", { needs: [step("b", { needs: [a] }), step("c", { needs: [a] })] });
    expect(await prepare([top])).toEqual(["top(b(a()),c(a()))"]);
    expect([...built].sort()).toEqual(["a", "b", "c", "top"]);
    expect(built[0]).toBe("a");
  });

  it("builds nothing twice", async () => {
    const top = step("top", { needs: [step("a")] });
    await prepare([top]);
    expect(await prepare([top])).toEqual(["top(a())"]);
    expect(built).toEqual([]);
    expect(events).toEqual(["top cached"]);
  });

  it("keeps a result whose needed steps are gone", async () => {
    const part = step("part");
    const top = step("top", { needs: [part] });
    await prepare([top]);
    rmSync(folderOf(part), { recursive: true });
    await prepare([top]);
    expect(built).toEqual([]);
  });

  it.each([
    ["a file is missing", "rm content"],
    ["a file is shorter", "truncate --size 1 content"],
    ["a file has changed", "printf 'top()' >content"],
    ["a link has changed", "ln -sfn other link"],
    ["a link has become a file", "rm link; touch link"],
    ["the folder is missing", 'rm -r "$PWD"'],
    ["the manifest is truncated", 'truncate --size 5 "$PWD.json"'],
    ["the manifest is missing", 'rm "$PWD.json"'],
  ])("rebuilds only the step when %s", async (_damage, command) => {
    const top = step("top");
    const other = step("other");
    await prepare([top, other]);
    // With a coarse file system clock, a write right after the build could look like no change.
    utimesSync(join(folderOf(top), "content"), 1, 1);
    await prepare([top, other]);
    execFileSync("sh", ["-c", command], { cwd: folderOf(top) });
    expect(await prepare([top, other])).toEqual(["top()", "other()"]);
    expect(built).toEqual(["top"]);
  });

  it("compares content behind an unchanged size and time only on request", async () => {
    const top = step("top", {
      build: (context) => {
        writeFileSync(join(context.directory, "content"), "right");
        utimesSync(join(context.directory, "content"), 1, 1);
        return Promise.resolve();
      },
    });
    await prepare([top]);
    writeFileSync(join(folderOf(top), "content"), "wrong");
    utimesSync(join(folderOf(top), "content"), 1, 1);
    expect(await prepare([top])).toEqual(["wrong"]);
    expect(await prepare([top], true)).toEqual(["right"]);
  });

  it("rebuilds a result that is no longer usable", async () => {
    let usable = true;
    const top = step("top", { stillUsable: () => usable });
    await prepare([top]);
    await prepare([top]);
    expect(built).toEqual([]);
    usable = false;
    await prepare([top]);
    expect(built).toEqual(["top"]);
  });

  it("discards a failed build and keeps successful ones", async () => {
    let broken = true;
    const flaky = step("flaky", {
      build: (context) => {
        writeFileSync(join(context.directory, "content"), broken ? "half" : "whole");
        return broken ? Promise.reject(new Error("interrupted")) : Promise.resolve();
      },
    });
    const slow = step("slow");
    await expect(prepare([flaky, slow])).rejects.toThrow("interrupted");
    expect(events).toContain("slow done");
    broken = false;
    expect(await prepare([flaky, slow])).toEqual(["whole", "slow()"]);
    expect(events).toContain("slow cached");
    expect(readdirSync(join(directory, "building"))).toEqual([]);
  });

  it("removes the remains of an interrupted build", async () => {
    const top = step("top");
    await prepare([top]);
    rmSync(`${folderOf(top)}.json`);
    writeFileSync(join(directory, "building", "left-over"), "");
    expect(await prepare([top])).toEqual(["top()"]);
    expect(readdirSync(join(directory, "building"))).toEqual([]);
  });

  it("builds once for two concurrent runs", async () => {
    const top = step("top");
    const report = (): void => undefined;
    const runs = [1, 2].map(() => buildSteps([top], { directory, verify: false, report }));
    await Promise.all(runs);
    expect(built).toEqual(["top"]);
  });

  it("runs processor steps one at a time", async () => {
    let running = 0;
    let most = 0;
    const busy = (name: string): Step => ({
      ...step(name),
      lane: "processor",
      build: async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 20));
        running -= 1;
      },
    });
    await buildSteps([busy("a"), busy("b"), busy("c")], { directory, verify: false, report: () => undefined });
    expect(most).toBe(1);
  });
});
