/** User data of Windows machines: PowerShell that downloads and starts the node bundle. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type BootingMachine, checkUserDataSize } from "./userData.plan";

const bootstrap = (): string => readFileSync(join(__dirname, "files", "windows", "Bootstrap.ps1"), "utf8");

/**
 * Renders user data without secrets. `persist` makes EC2Launch run it at every boot: installing the containers feature
 * requires a restart.
 * @throws RangeError if the text exceeds EC2's limit.
 */
export function renderWindowsUserData({ bundle, node }: BootingMachine): string {
  const values = {
    Region: node.region,
    BundleBucket: bundle.bucket,
    BundleKey: bundle.key,
    BundleSha256: bundle.sha256,
    // Base64 contains no quote that could end the string.
    Node: Buffer.from(JSON.stringify(node)).toString("base64"),
  };
  return checkUserDataSize(
    [
      "<powershell>",
      ...Object.entries(values).map(([name, value]) => `$${name} = '${value.replaceAll("'", "''")}'`),
      bootstrap().trimEnd(),
      "</powershell>",
      "<persist>true</persist>",
      "",
    ].join("\n"),
  );
}
