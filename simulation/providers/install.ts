import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { version as aws } from "@pulumi/aws/package.json";
import { version as kubernetes } from "@pulumi/kubernetes/package.json";
import { version as tls } from "@pulumi/tls/package.json";

import { launcher } from "./launcher";
import { accountVariable } from "./serve";

/** Versions of the SDK packages, by package. */
const versions = { aws, kubernetes, tls };

/** Path of the plugin of a package below `PULUMI_HOME`. */
const pluginPath = (packageName: keyof typeof versions): string =>
  join("plugins", `resource-${packageName}-v${versions[packageName]}`, `pulumi-resource-${packageName}`);

/**
 * Installs the plugins of the simulation in place of the real ones.
 *
 * @param home `PULUMI_HOME` of the CLI; never the user's own, which holds the real plugins
 * @param accountFolder folder of the simulated account between runs
 * @param modules modules of plugins with another backend, by package
 * @param environment further environment variables of the plugins
 */
export async function installPlugins(
  home: string,
  accountFolder: string,
  modules: Partial<Readonly<Record<keyof typeof versions, string>>> = {},
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  for (const packageName of Object.keys(versions) as (keyof typeof versions)[]) {
    const path = join(home, pluginPath(packageName));
    await mkdir(dirname(path), { recursive: true });
    const module = modules[packageName] ?? `simulation/providers/${packageName}.ts`;
    const script = launcher(module, { [accountVariable]: accountFolder, ...environment });
    await writeFile(path, script, { mode: 0o755 });
  }
}
