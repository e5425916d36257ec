/** Temporary Pulumi project for the real engine, with the simulated AWS. */

import { spawn } from "node:child_process";
import type { ChildProcess, SpawnOptions } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";

import { parse, parseDocument, stringify } from "yaml";

import { engineEnvironment, engineFolders, linkProject } from "../../rehearsal/engine/project";
import { mergeSettings } from "../../stacks/file/merge";
import { AccountFile } from "../../simulation/providers/accountFile";
import { installPlugins } from "../../simulation/providers/install";
import type { Fault } from "../../simulation/providers/accountFile";
import type { WorldResource } from "../../simulation/core/world";
import { preparedCli } from "./cli";

const root = join(__dirname, "..", "..");

export type Operation = "preview" | "up" | "refresh" | "destroy";

/** Step of the engine. */
export interface Step {
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  /** Names of the changed properties. */
  readonly diffs: readonly string[];
}

/** Result of a command. */
export interface Result {
  /** Exit code; null: a signal ended the CLI. */
  readonly code: number | null;
  /** Standard output and standard error. */
  readonly text: string;
}

/** Result of an operation on a stack. */
export interface Run extends Result {
  /** All steps except "same", in order. */
  readonly steps: readonly Step[];
  /** Number of resources by operation. */
  readonly summary: Readonly<Record<string, number>>;
  readonly seconds: number;
}

interface EngineEvent {
  readonly resourcePreEvent?: { readonly metadata: Omit<Step, "diffs"> & { readonly diffs: readonly string[] | null } };
  readonly summaryEvent?: { readonly resourceChanges: Readonly<Record<string, number>> };
}

/** Resource in the state of a stack. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly custom: boolean;
  readonly parent?: string;
  readonly provider?: string;
  /** URNs. */
  readonly dependencies?: readonly string[];
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** State of a stack, as `pulumi stack export` prints it. */
export interface State {
  readonly resources?: readonly StateResource[];
  readonly pending_operations?: readonly { readonly type: string; readonly resource: StateResource }[];
}

type PluginOptions = Parameters<typeof installPlugins> extends [string, string, ...infer Options] ? Options : never;

export class Workspace {
  readonly folder = mkdtempSync(join(tmpdir(), "holdfast-engine-"));
  private readonly account = engineFolders(this.folder).account;
  private readonly project = engineFolders(this.folder).project;
  /** Project file, Pulumi.yaml. */
  readonly projectFile = join(this.project, "Pulumi.yaml");
  private readonly running = new Set<ChildProcess>();

  /**
   * Links the program, and copies the stack files, which the CLI changes.
   *
   * @param plugins modules and environment of plugins with another backend, as in `installPlugins`
   */
  async prepare(...plugins: PluginOptions): Promise<void> {
    linkProject(this.folder, withoutWaiting);
    await installPlugins(engineFolders(this.folder).home, this.account, ...plugins);
  }

  /**
   * Replaces texts of the program (`stacks/index.ts`).
   *
   * @throws if the program does not contain one of them
   */
  editProgram(replacements: Readonly<Record<string, string>>): void {
    let program = readFileSync(join(root, "stacks", "index.ts"), "utf8");
    for (const [before, after] of Object.entries(replacements)) {
      if (!program.includes(before)) throw new Error(`stacks/index.ts does not contain ${before}`);
      program = program.replace(before, after);
    }
    // Makes the imports absolute: the modules are not beside the copy.
    this.replaceProgram(program.replaceAll(/ from "(\.\.?\/)/g, ` from "${root}/stacks/$1`));
  }

  replaceProgram(program: string): void {
    const file = join(this.project, "stacks", "index.ts");
    rmSync(file);
    writeFileSync(file, program);
  }

  /** Ends commands that a failed test has left, and removes all files. */
  remove(): void {
    for (const child of this.running) child.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Resources in the simulated accounts. */
  world(): readonly WorldResource[] {
    if (!existsSync(this.account)) return [];
    return readdirSync(this.account).flatMap((name) => [...this.open(name).world.all()]);
  }

  /** Adds or changes a resource, as another program or a person does. */
  addForeign(resource: WorldResource): void {
    this.accountOf(resource.type).save(resource, resource.urn);
  }

  /** Deletes a resource, as another program or a person does. */
  removeForeign(resource: WorldResource): void {
    this.accountOf(resource.type).delete(resource);
  }

  /** @param fault undefined: removes the fault */
  setFault(urn: string, fault: Fault | undefined): void {
    const types = urn.split("::")[2] ?? "";
    this.accountOf(types.slice(types.lastIndexOf("$") + 1)).setFault(urn, fault);
  }

  private accountOf = (type: string): AccountFile => this.open(`${type.split(":")[0] ?? ""}.jsonl`);

  private open = (name: string): AccountFile => new AccountFile(join(this.account, name), "eu-central-1");

  /** Content of a stack file, to write it again after a change. */
  stackFile(stack: string): string {
    return readFileSync(this.stackFilePath(stack), "utf8");
  }

  /** Writes a stack file with changes: mappings are merged, other values replaced. */
  writeStackFile(stack: string, content: string, changes: object = {}): void {
    const merged = mergeSettings(parse(content), { config: changes });
    writeFileSync(this.stackFilePath(stack), stringify(merged, { aliasDuplicateObjects: false }));
  }

  private stackFilePath = (stack: string): string => join(this.project, "stacks", `Pulumi.${stack}.yaml`);

  /** Changes a setting with the CLI. */
  async set(stack: string, path: string, value: string): Promise<void> {
    await this.mustRun("config", "set", "--stack", stack, "--path", path, value);
  }

  /**
   * Runs an operation on a stack without confirmation.
   *
   * @param options default: `--yes --skip-preview`, except for previews
   */
  async run(operation: Operation, stack: string, ...options: string[]): Promise<Run> {
    const log = join(this.folder, `events-${String(performance.now())}`);
    const confirmation = operation === "preview" || options.length > 0 ? options : ["--yes", "--skip-preview"];
    const started = performance.now();
    const done = await this.pulumi(operation, "--stack", stack, ...confirmation, "--event-log", log);
    const seconds = (performance.now() - started) / 1000;
    const lines = existsSync(log) ? readFileSync(log, "utf8").split("\n") : [];
    const events = lines.filter((line) => line !== "").map((line) => JSON.parse(line) as EngineEvent);
    const steps = events
      .flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? [])
      .filter(({ op }) => op !== "same")
      .map(({ op, urn, type, diffs }) => ({ op, urn, type, diffs: diffs ?? [] }));
    const summary = events.map((event) => event.summaryEvent?.resourceChanges).find((counts) => counts !== undefined);
    return { ...done, steps, seconds, summary: summary ?? {} };
  }

  /** Runs an operation as {@link run} does; throws its output if it fails. */
  async mustComplete(operation: Operation, stack: string, ...options: string[]): Promise<Run> {
    const run = await this.run(operation, stack, ...options);
    if (run.code !== 0) throw new Error(`pulumi ${operation} failed:\n${run.text}`);
    return run;
  }

  async state(stack: string): Promise<State> {
    const text = await this.mustRun("stack", "export", "--stack", stack);
    return (JSON.parse(text) as { deployment: State }).deployment;
  }

  /** Runs the CLI; returns its output, or throws it if the command fails. */
  async mustRun(...args: readonly string[]): Promise<string> {
    const { code, text } = await this.pulumi(...args);
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} failed:\n${text}`);
    return text;
  }

  /** Environment variables for the CLI offline, with the state and plugins of this workspace. */
  get environment(): NodeJS.ProcessEnv {
    return engineEnvironment(this.folder, preparedCli().path, "only for tests");
  }

  /** Runs the CLI, until it and its plugins have ended. */
  pulumi(...args: readonly string[]): Promise<Result> {
    const argv = [...args, "--non-interactive", "--color", "never"];
    return this.start(preparedCli().pulumi, argv);
  }

  /** Runs a command of Holdfast on the stack files of this workspace, with the CLI on PATH. */
  holdfast(command: string, ...args: readonly string[]): Promise<Result> {
    const files = ["--stacks", join(this.project, "stacks")];
    return this.start(process.execPath, [join(root, "cli", "holdfast.cjs"), command, ...args, ...files]);
  }

  /** Runs a program, until it and the programs that it has started have ended. Default: in the project, as the CLI. */
  start(
    program: string,
    argv: readonly string[],
    options: Pick<SpawnOptions, "cwd" | "env"> = { cwd: this.project, env: this.environment },
  ): Promise<Result> {
    const child = spawn(program, argv, {
      ...options,
      // Plugins inherit the last pipe, so that "close" waits for them, too: plugins of a killed engine may outlive it.
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    this.running.add(child);
    let text = "";
    const [, stdout, stderr, inherited] = child.stdio as unknown as readonly [null, Readable, Readable, Readable];
    for (const stream of [stdout, stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    }
    inherited.resume();
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => {
        this.running.delete(child);
        resolve({ code, text });
      });
    });
  }
}

/** Disables the wait for the API, which never answers in a simulation. */
function withoutWaiting(file: string): string {
  const document = parseDocument(file);
  document.setIn(["config", "holdfast:cluster", "addons", "apiTimeoutMinutes"], 0);
  return document.toString();
}

/** Operation, type, name and changed properties of each step. */
export const outline = (steps: readonly Step[]): string[] =>
  steps.map(({ op, type, urn, diffs }) => {
    const name = urn.split("::")[3] ?? "";
    return [op, type, name, ...(diffs.length > 0 ? [diffs.join(",")] : [])].join(" ");
  });

/** True for a default provider, which the engine adds to the state. */
export const isDefaultProvider = (urn: string): boolean => /::pulumi:providers:.*::default(_\d+)*$/.test(urn);
