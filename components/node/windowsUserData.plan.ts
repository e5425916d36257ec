/** User data of Windows machines: PowerShell that EC2Launch runs at every boot. All else comes in the node bundle. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { BundleLocation, NodeConfig } from "./nodeConfig.plan";
import { userDataLimit } from "./userData.plan";

const bootstrap = (): string => readFileSync(join(__dirname, "files", "windows", "Bootstrap.ps1"), "utf8");

/**
 * Renders the user data of a Windows machine. It holds no secret. `persist` has EC2Launch run it at every boot: adding
 * Windows' container feature takes a restart in the middle.
 * @throws RangeError when the text would be over EC2's limit: labels and taints of a pool are too many.
 */
export function renderWindowsUserData(machine: { readonly bundle: BundleLocation; readonly node: NodeConfig }): string {
  const { bundle, node } = machine;
  const values = {
    Region: node.region,
    BundleBucket: bundle.bucket,
    BundleKey: bundle.key,
    BundleSha256: bundle.sha256,
    // Base64 is text without a quote: nothing in a label can end the string that it stands in.
    Node: Buffer.from(JSON.stringify(node)).toString("base64"),
  };
  const rendered = [
    "<powershell>",
    ...Object.entries(values).map(([name, value]) => `$${name} = '${value.replaceAll("'", "''")}'`),
    bootstrap().trimEnd(),
    "</powershell>",
    "<persist>true</persist>",
    "",
  ].join("\n");
  const size = Buffer.byteLength(rendered);
  if (size > userDataLimit) {
    throw new RangeError(
      `user data of ${size} bytes is over EC2's ${userDataLimit}: fewer or shorter labels and taints are needed`,
    );
  }
  return rendered;
}
