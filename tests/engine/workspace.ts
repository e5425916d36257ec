/** Temporary Pulumi project for the real engine, with the simulated AWS. */

import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { parseDocument } from "yaml";

import { AccountFile } from "../../simulation/providers/accountFile";
import { installPlugins } from "../../simulation/providers/install";
import type { WorldResource } from "../../simulation/core/world";
import { findCli } from "./cli";

const root = join(__dirname, "..", "..");
const cli = findCli();

/** `describe`, skipped without a CLI. */
export const describeEngine = "missing" in cli ? describe.skip : describe;

/** Step of the engine. */
export interface Step {
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  /** Names of the changed properties. */
  readonly diffs: readonly string[];
}

export interface Run {
  readonly code: number | null;
  /** Standard output and standard error. */
  readonly text: string;
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

export class Workspace {
  readonly folder = mkdtempSync(join(tmpdir(), "holdfast-engine-"));
  private readonly account = join(this.folder, "account");
  private readonly project = join(this.folder, "project");

  /** Links the program, and copies the stack files, which the CLI changes. */
  async prepare(): Promise<void> {
    const stacks = join(this.project, "stacks");
    mkdirSync(stacks, { recursive: true });
    mkdirSync(join(this.folder, "state"));
    for (const name of ["node_modules", "package.json", "tsconfig.json"]) {
      symlinkSync(join(root, name), join(this.project, name));
    }
    cpSync(join(root, "Pulumi.yaml"), join(this.project, "Pulumi.yaml"));
    for (const name of readdirSync(join(root, "stacks"))) {
      const [from, to] = [join(root, "stacks", name), join(stacks, name)];
      if (name.endsWith(".yaml")) writeFileSync(to, withoutWaiting(readFileSync(from, "utf8")));
      else symlinkSync(from, to);
    }
    await installPlugins(join(this.folder, "home"), this.account);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Resources in the simulated accounts. */
  world(): readonly WorldResource[] {
    if (!existsSync(this.account)) return [];
    return readdirSync(this.account).flatMap((name) => [...this.open(name).world.all()]);
  }

  /** Adds a resource that another program created. */
  addForeign(resource: WorldResource): void {
    this.open("aws.jsonl").save(resource, resource.urn);
  }

  removeForeign(resource: WorldResource): void {
    this.open("aws.jsonl").delete(resource);
  }

  private open = (name: string): AccountFile => new AccountFile(join(this.account, name), "eu-central-1");

  /** Changes a setting with the CLI. */
  async set(stack: string, path: string, value: string): Promise<void> {
    const { code, text } = await this.pulumi("config", "set", "--stack", stack, "--path", path, value);
    if (code !== 0) throw new Error(text);
  }

  /** Runs an operation on a stack without confirmation. */
  async run(operation: "preview" | "up" | "refresh" | "destroy", stack: string, ...options: string[]): Promise<Run> {
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

  /** Runs the CLI offline, with the state and plugins of this workspace. */
  pulumi(...args: readonly string[]): Promise<{ code: number | null; text: string }> {
    if ("missing" in cli) throw new Error(cli.missing);
    const child = spawn(cli.pulumi, [...args, "--non-interactive", "--color", "never"], {
      cwd: this.project,
      env: {
        ...process.env,
        PATH: cli.path,
        PULUMI_HOME: join(this.folder, "home"),
        PULUMI_BACKEND_URL: `file://${join(this.folder, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "only for tests",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        // Enables --event-log.
        PULUMI_DEBUG_COMMANDS: "true",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    }
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => {
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
