import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "./lock";
import { type Manifest, firstChanged, firstCorrupt, createManifest } from "./manifest";
import type { Report } from "./types";

/** One thing to build. Its place in the cache follows from what goes into it: name, inputs, and the steps it needs. */
export interface Step {
  readonly name: string;
  /** Everything besides `needs` that decides the result: versions, flags, contents of files. JSON-able. */
  readonly inputs: unknown;
  /** Steps whose results go into this one. */
  readonly needs: readonly Step[];
  /** `processor` steps run one after another, as each uses every core; `network` steps run beside them. */
  readonly lane: "processor" | "network";
  /** False if a whole result has become useless, e.g. because a program of the host that it leans on is gone. */
  stillUsable?(directory: string): boolean;
  /** Fills `directory`, which is empty and gets renamed afterwards. */
  build(context: BuildContext): Promise<void>;
}

export interface BuildContext {
  readonly directory: string;
  /** File for the output of commands. */
  readonly log: string;
  /** Folder of the result of another step, which is built if it is not there. Steps outside `needs` do not change the key. */
  result(step: Step): Promise<string>;
}

/** A finished step. */
export interface BuildResult {
  readonly directory: string;
  readonly manifest: Manifest;
}

export interface StoreOptions {
  /** Folder of the cache; made if it is not there. */
  readonly directory: string;
  readonly report: Report;
  /** Read and compare every byte that is cached. */
  readonly verify: boolean;
  /** Called once, under the lock, before anything is built. */
  beforeBuilding?(): Promise<void>;
}

/** Identity of a step's result: 16 hex digits over everything that decides it. */
export function stepKey(step: Step): string {
  const parts = [step.name, step.inputs, step.needs.map((need) => `${need.name}-${stepKey(need)}`)];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}

/**
 * Returns the results of `steps`, building what is missing or damaged. A step that only other steps need is looked at only
 * when one of those has to be built. Two processes never build at the same time; what an interrupted one left is removed.
 */
export async function buildSteps(steps: readonly Step[], options: StoreOptions): Promise<Map<Step, BuildResult>> {
  mkdirSync(join(options.directory, "logs"), { recursive: true });
  const session = new Session(options);
  const found = new Map<Step, BuildResult>();
  for (const step of steps) {
    const built = await session.find(step);
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
    join(options.directory, "lock"),
    async () => {
      if (waited) options.report("other run", "done", (Date.now() - started) / 1000);
      await options.beforeBuilding?.();
      rmSync(join(options.directory, "building"), { recursive: true, force: true });
      const results = steps.map(async (step) => [step, await session.ensure(step)] as const);
      // The lock is held until nothing builds any more, also when one step has failed.
      await session.settled();
      return new Map(await Promise.all(results));
    },
    () => {
      waited = true;
      options.report("other run", "start");
    },
  );
}

class Session {
  private readonly ensured = new Map<string, Promise<BuildResult>>();
  private processor: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: StoreOptions) {}

  private paths(step: Step): { name: string; directory: string; manifest: string } {
    const name = `${step.name}-${stepKey(step)}`;
    const directory = join(this.options.directory, name);
    return { name, directory, manifest: `${directory}.json` };
  }

  /** The cached result, if it is whole. */
  async find(step: Step): Promise<BuildResult | undefined> {
    const paths = this.paths(step);
    if (!existsSync(paths.manifest)) return undefined;
    let manifest: Manifest;
    try {
      manifest = JSON.parse(readFileSync(paths.manifest, "utf8")) as Manifest;
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

  /** Waits for every step that has been asked for, whatever becomes of it. */
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
    return step.lane === "network" ? this.build(step) : this.inTurn(() => this.build(step));
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.processor.then(work);
    this.processor = turn.catch(() => undefined);
    return turn;
  }

  private async build(step: Step): Promise<BuildResult> {
    const paths = this.paths(step);
    const { report, directory: root } = this.options;
    const temporary = join(root, "building", paths.name);
    const log = join(root, "logs", `${step.name}.log`);
    const started = Date.now();
    report(step.name, "start");
    mkdirSync(temporary, { recursive: true });
    writeFileSync(log, "");
    await step.build({ directory: temporary, log, result: async (other) => (await this.ensure(other)).directory });
    const manifest = await createManifest(temporary);
    // The manifest makes a result valid and comes last: whatever is interrupted before is built again.
    rmSync(paths.manifest, { force: true });
    if (existsSync(paths.directory)) renameSync(paths.directory, join(root, "building", `${paths.name}.damaged`));
    renameSync(temporary, paths.directory);
    writeFileSync(join(root, "building", `${paths.name}.json`), JSON.stringify(manifest));
    renameSync(join(root, "building", `${paths.name}.json`), paths.manifest);
    rmSync(join(root, "building", `${paths.name}.damaged`), { recursive: true, force: true });
    report(step.name, "done", (Date.now() - started) / 1000);
    return { directory: paths.directory, manifest };
  }
}
