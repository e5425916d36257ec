/** User data: the little that a machine is born with. All else comes in the node bundle that it names. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { BundleLocation, NodeConfig } from "./nodeConfig.plan";

/** Most bytes of user data that EC2 takes, before encoding. */
export const userDataLimit = 16384;

const text = (path: string): string => readFileSync(join(__dirname, "files", path), "utf8");

/**
 * Renders `#cloud-config` for a machine. It holds no secret. cloud-init lays the files down and starts a unit without
 * waiting for it; at later boots the unit starts by itself.
 * @throws RangeError when the text would be over EC2's limit: labels and taints of a pool are too many.
 */
export function renderUserData(machine: { readonly bundle: BundleLocation; readonly node: NodeConfig }): string {
  const { bundle, node } = machine;
  const unit = "holdfast-bootstrap.service";
  const document = {
    write_files: [
      file("/etc/holdfast/node.json", "0644", `${JSON.stringify(node, undefined, 2)}\n`),
      file(
        "/etc/holdfast/bundle.env",
        "0644",
        shellVariables({
          AWS_REGION: node.region,
          BUNDLE_BUCKET: bundle.bucket,
          BUNDLE_KEY: bundle.key,
          BUNDLE_SHA256: bundle.sha256,
        }),
      ),
      file("/opt/holdfast/aws.sh", "0644", text("lib/aws.sh")),
      file("/opt/holdfast/bootstrap", "0755", text("bootstrap")),
      file(`/etc/systemd/system/${unit}`, "0644", text(`units/${unit}`)),
    ],
    runcmd: [
      ["systemctl", "daemon-reload"],
      ["systemctl", "enable", unit],
      ["systemctl", "start", "--no-block", unit],
    ],
  };
  // cloud-init reads YAML 1.1, where `0644` and `on` mean something else.
  const rendered = `#cloud-config\n${stringify(document, { version: "1.1", lineWidth: 0 })}`;
  const size = Buffer.byteLength(rendered);
  if (size > userDataLimit) {
    throw new RangeError(
      `user data of ${size} bytes is over EC2's ${userDataLimit}: fewer or shorter labels and taints are needed`,
    );
  }
  return rendered;
}

function file(path: string, permissions: string, content: string): object {
  return { path, permissions, owner: "root:root", content };
}

/** Single quotes keep every byte as it is; one inside is written as '\''. */
function shellVariables(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}='${value.replaceAll("'", String.raw`'\''`)}'\n`)
    .join("");
}
