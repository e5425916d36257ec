/** Pulumi project in a folder of its own, with a linked program, and the environment of a CLI that works offline. */
import { cpSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "..", "..");

/** Folders below the one of a project. */
export const engineFolders = (folder: string) => ({
  project: join(folder, "project"),
  /** `PULUMI_HOME` with the plugins; never the user's own, which holds the real ones. */
  home: join(folder, "home"),
  /** Simulated account between runs. */
  account: join(folder, "account"),
  /** State of the stacks. */
  state: join(folder, "state"),
});

/**
 * Links the program, and copies the stack files, which the CLI changes.
 *
 * @param edit changes the text of a stack file
 */
export function linkProject(folder: string, edit: (text: string, file: string) => string): void {
  const { project, state } = engineFolders(folder);
  const stacks = join(project, "stacks");
  mkdirSync(stacks, { recursive: true });
  mkdirSync(state);
  for (const name of ["node_modules", "package.json", "tsconfig.json"])
    symlinkSync(join(root, name), join(project, name));
  cpSync(join(root, "Pulumi.yaml"), join(project, "Pulumi.yaml"));
  for (const name of readdirSync(join(root, "stacks"))) {
    const [from, to] = [join(root, "stacks", name), join(stacks, name)];
    if (name.endsWith(".yaml")) writeFileSync(to, edit(readFileSync(from, "utf8"), name));
    else symlinkSync(from, to);
  }
}

/** Environment variables for the CLI offline, with the state and plugins of a project. */
export function engineEnvironment(folder: string, path: string, passphrase: string): NodeJS.ProcessEnv {
  const { home, state } = engineFolders(folder);
  return {
    ...process.env,
    PATH: path,
    PULUMI_HOME: home,
    // A kill while the CLI writes its metadata file would make the state unreadable: docs/troubleshooting.md.
    PULUMI_BACKEND_URL: `file://${state}?metadata=skip`,
    PULUMI_CONFIG_PASSPHRASE: passphrase,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    // Enables --event-log.
    PULUMI_DEBUG_COMMANDS: "true",
  };
}
