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
 */
export async function installPlugins(home: string, accountFolder: string): Promise<void> {
  for (const packageName of Object.keys(versions) as (keyof typeof versions)[]) {
    const path = join(home, pluginPath(packageName));
    await mkdir(dirname(path), { recursive: true });
    const script = launcher(`simulation/providers/${packageName}.ts`, { [accountVariable]: accountFolder });
    await writeFile(path, script, { mode: 0o755 });
  }
}
