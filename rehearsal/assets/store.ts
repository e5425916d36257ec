import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SerialQueue } from "../serialQueue";
import { withLock } from "./lock";
import { type Manifest, firstChanged, firstCorrupt, createManifest, readManifest } from "./manifest";
import type { Report } from "./types";

/** Build step. The key of its cached result follows from its name, its inputs, and the steps that it needs. */
export interface Step {
  readonly name: string;
  /** Versions, flags and file contents that decide the result, besides `needs`. Must convert to JSON. */
  readonly inputs: unknown;
  /** Steps whose results are part of this one. */
  readonly needs: readonly Step[];
  /** `processor` steps run one at a time, because each uses every core; `network` steps run beside them. */
  readonly lane: "processor" | "network";
  /** False if an intact result has become useless, e.g. because the host lost a program that it depends on. */
  stillUsable?(directory: string): boolean;
  /** Fills the empty `context.directory`, which is renamed afterwards. */
  build(context: BuildContext): Promise<void>;
}

export interface BuildContext {
  readonly directory: string;
  /** File for command output. */
  readonly log: string;
  /** Folder of another step's result, which is built if needed. A step outside `needs` does not change the key. */
  result(step: Step): Promise<string>;
}

/** Result of a finished step. */
export interface BuildResult {
  readonly directory: string;
  readonly manifest: Manifest;
}

export interface StoreOptions {
  /** Folder of the cache; created if missing. */
  readonly directory: string;
  readonly report: Report;
  /** Compares the content of every cached file. */
  readonly verify: boolean;
  /** Called once, under the lock, before the first build. */
  beforeBuilding?(): Promise<void>;
}

/** Key of a step's result: 16 hex digits. */
export function stepKey(step: Step): string {
  const parts = [step.name, step.inputs, step.needs.map((need) => `${need.name}-${stepKey(need)}`)];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}

/** Name of a step's result in the cache: a folder, and its manifest with the suffix `.json`. */
export const resultName = (step: Step): string => `${step.name}-${stepKey(step)}`;

/** File whose lock a process holds that changes the cache. */
export const lockFile = (directory: string): string => join(directory, "lock");

/** Folder of unfinished results. The next process that locks the cache removes it. */
export const buildingFolder = (directory: string): string => join(directory, "building");

/**
 * Returns the results of `steps` and builds those that are missing or damaged. A step that only other steps need is checked
 * only when one of them is built. Processes never build at the same time; the remains of an interrupted build are removed.
 */
export async function buildSteps(steps: readonly Step[], options: StoreOptions): Promise<Map<Step, BuildResult>> {
  mkdirSync(join(options.directory, "logs"), { recursive: true });
  const run = new BuildRun(options);
  const found = new Map<Step, BuildResult>();
  for (const step of steps) {
    const built = await run.find(step);
    if (built !== undefined) found.set(step, built);
  }
  const missing = steps.filter((step) => !found.has(step));
  if (missing.length === 0) {
    for (const step of steps) options.report(step.name, "cached");
    return found;
  }
  const started = Date.now();
  let waited = false;
  return withLock(
    lockFile(options.directory),
    async () => {
      if (waited) options.report("other run", "done", (Date.now() - started) / 1000);
      await options.beforeBuilding?.();
      rmSync(buildingFolder(options.directory), { recursive: true, force: true });
      const results = Promise.all(steps.map(async (step) => [step, await run.ensure(step)] as const));
      // Awaited below; until then a rejection is not unhandled.
      results.catch(() => undefined);
      // Hold the lock until every build has ended, even after one fails.
      await run.settled();
      return new Map(await results);
    },
    () => {
      waited = true;
      options.report("other run", "start");
    },
  );
}

class BuildRun {
  private readonly ensured = new Map<string, Promise<BuildResult>>();
  private readonly processor = new SerialQueue();

  constructor(private readonly options: StoreOptions) {}

  private paths(step: Step): { name: string; directory: string; manifest: string } {
    const name = resultName(step);
    const directory = join(this.options.directory, name);
    return { name, directory, manifest: `${directory}.json` };
  }

  /** Cached result, if it is intact. */
  async find(step: Step): Promise<BuildResult | undefined> {
    const paths = this.paths(step);
    if (!existsSync(paths.manifest)) return undefined;
    let manifest: Manifest;
    try {
      manifest = readManifest(paths.manifest);
      const changed = this.options.verify
        ? await firstCorrupt(paths.directory, manifest)
        : firstChanged(paths.directory, manifest);
      if (changed !== undefined) {
        appendFileSync(join(this.options.directory, "logs", "damage.log"), `${paths.name}: ${changed}\n`);
        return undefined;
      }
      if (step.stillUsable?.(paths.directory) === false) return undefined;
    } catch {
      return undefined;
    }
    return { directory: paths.directory, manifest };
  }

  ensure(step: Step): Promise<BuildResult> {
    const { name } = this.paths(step);
    const running = this.ensured.get(name) ?? this.findOrBuild(step);
    this.ensured.set(name, running);
    return running;
  }

  /** Waits until every requested step has succeeded or failed. */
  async settled(): Promise<void> {
    let known = -1;
    while (known !== this.ensured.size) {
      known = this.ensured.size;
      await Promise.allSettled(this.ensured.values());
    }
  }

  private async findOrBuild(step: Step): Promise<BuildResult> {
    const found = await this.find(step);
    if (found !== undefined) {
      this.options.report(step.name, "cached");
      return found;
    }
    await Promise.all(step.needs.map((need) => this.ensure(need)));
    return step.lane === "network" ? this.build(step) : this.processor.run(() => this.build(step));
  }

  private async build(step: Step): Promise<BuildResult> {
    const paths = this.paths(step);
    const { report, directory: root } = this.options;
    const building = buildingFolder(root);
    const temporary = join(building, paths.name);
    const log = join(root, "logs", `${step.name}.log`);
    const started = Date.now();
    report(step.name, "start");
    mkdirSync(temporary, { recursive: true });
    writeFileSync(log, "");
    await step.build({ directory: temporary, log, result: async (other) => (await this.ensure(other)).directory });
    const manifest = await createManifest(temporary);
    // The manifest validates a result and is written last: an interrupted build is repeated.
    rmSync(paths.manifest, { force: true });
    if (existsSync(paths.directory)) renameSync(paths.directory, join(building, `${paths.name}.damaged`));
    renameSync(temporary, paths.directory);
    writeFileSync(join(building, `${paths.name}.json`), JSON.stringify(manifest));
    renameSync(join(building, `${paths.name}.json`), paths.manifest);
    rmSync(join(building, `${paths.name}.damaged`), { recursive: true, force: true });
    report(step.name, "done", (Date.now() - started) / 1000);
    return { directory: paths.directory, manifest };
  }
}
