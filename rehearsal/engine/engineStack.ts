/** Stack of a rehearsal that the real Pulumi engine creates, updates and destroys, in the folder of the rehearsal. */
import { spawn } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parse, stringify } from "yaml";
import { tunnelVariable } from "../../components/api/tunnel.plan";
import { installPlugins } from "../../simulation/providers/install";
import { project } from "../../stacks/file/config";
import { mergeSettings } from "../../stacks/file/merge";
import type { Report } from "../assets";
import { inNamespace } from "../machines/namespaces";
import { apiProxyUrl } from "../supervisor/apiProxy";
import { RehearsalClient } from "../supervisor/client";
import { type StatePaths, statePaths } from "../supervisor/statePaths";
import { type Cli, findOrBuildCli } from "./cli";
import { engineEnvironment, engineFolders, linkProject } from "./project";
import { rehearsalVariable } from "./providers/plugin";

/** The state holds keys of this rehearsal only, and ends with it. */
const passphrase = "rehearsal";

/** Description of the stack in its folder, for later commands. */
interface Saved extends Cli {
  readonly stack: string;
}

/** Command with which a person or a test runs the CLI. */
export interface EngineCommand {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

export class EngineStack {
  private constructor(
    private readonly paths: StatePaths,
    private readonly saved: Saved,
  ) {}

  /** Stack of a rehearsal. @throws if the rehearsal does not use the engine */
  static of(id: string): EngineStack {
    const paths = statePaths(id);
    const file = savedFile(paths);
    if (!existsSync(file)) throw new Error(`rehearsal ${id} was not booted with --engine: boot it again with --engine`);
    return new EngineStack(paths, JSON.parse(readFileSync(file, "utf8")) as Saved);
  }

  /**
   * Writes the project: the program, a copy of the stack file with changed settings, and the plugins. Builds the CLI, if
   * none of the SDK's version is installed.
   *
   * @param settings settings over those of the stack
   */
  static async prepare(id: string, stack: string, settings: object, report: Report): Promise<EngineStack> {
    const paths = statePaths(id);
    const folder = paths.engine;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    linkProject(folder, (text, file) => {
      if (file !== `Pulumi.${stack}.yaml`) return text;
      const content = mergeSettings(parse(text), { config: { [`${project}:cluster`]: settings } });
      return stringify(content, { aliasDuplicateObjects: false });
    });
    const { home, account } = engineFolders(folder);
    const providers = "rehearsal/engine/providers";
    await installPlugins(
      home,
      account,
      { aws: `${providers}/aws.ts`, kubernetes: `${providers}/kubernetes.ts` },
      { [rehearsalVariable]: id },
    );
    const saved = { ...(await findOrBuildCli(join(folder, "bin"), report)), stack };
    writeFileSync(savedFile(paths), JSON.stringify(saved));
    const created = new EngineStack(paths, saved);
    await created.run(["stack", "init", stack]);
    return created;
  }

  /** Command line of the CLI in the rehearsal's network, where it reaches the API. @param args default stack: the rehearsal's */
  async command(args: readonly string[]): Promise<EngineCommand> {
    const { pulumi, path, stack } = this.saved;
    const { namespace } = await RehearsalClient.of(this.paths.id).status();
    const folder = this.paths.engine;
    return {
      argv: inNamespace(namespace, [pulumi, ...args]),
      cwd: engineFolders(folder).project,
      env: { ...engineEnvironment(folder, path, passphrase), PULUMI_STACK: stack, [tunnelVariable]: apiProxyUrl },
    };
  }

  /**
   * Runs the CLI without questions. @returns its standard output.
   *
   * @param onLine receives the output while it runs
   * @throws with the end of the output if it fails; the file engine/log has all of it
   */
  async run(args: readonly string[], onLine: (line: string) => void = () => undefined): Promise<string> {
    const { argv, cwd, env } = await this.command([...args, "--non-interactive", "--color", "never"]);
    const [program = "", ...rest] = argv;
    const log = join(this.paths.engine, "log");
    const child = spawn(program, rest, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    const output: string[] = [];
    const all: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on("line", (line) => {
        if (stream === child.stdout) output.push(line);
        all.push(line);
        onLine(line);
      });
    }
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
    // The output of a secret stays out of the log.
    if (!args.includes("--show-secrets")) appendFileSync(log, `+ pulumi ${args.join(" ")}\n${all.join("\n")}\n`);
    if (code === 0) return output.join("\n");
    throw new Error(`pulumi ${args.join(" ")} failed:\n${all.slice(-40).join("\n")}`);
  }

  /** Creates or updates the stack. */
  async up(onLine?: (line: string) => void): Promise<void> {
    await this.run(["up", "--yes", "--skip-preview"], onLine);
    const kubeconfig = await this.run(["stack", "output", "kubeconfig", "--show-secrets"]);
    await RehearsalClient.of(this.paths.id).connectCluster(kubeconfig);
  }
}

const savedFile = ({ engine }: StatePaths): string => join(engine, "stack.json");
