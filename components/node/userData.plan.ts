/** User data of Linux machines: cloud-config that downloads and starts the node bundle. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { renderYaml } from "../yaml.plan";
import { patchDirectory } from "./kubeadmPatches.plan";
import type { Patches } from "./kubeadmPatches.plan";
import type { BundleLocation, NodeConfig } from "./nodeConfig.plan";

/** Limit of EC2 in bytes, before base64. */
export const userDataLimit = 16384;

/** Machine whose user data is rendered. */
export interface BootingMachine {
  readonly bundle: BundleLocation;
  readonly node: NodeConfig;
  /** kubeadm patches of the settings; Linux only. Default: none. */
  readonly patches?: Patches;
}

const text = (path: string): string => readFileSync(join(__dirname, "files", path), "utf8");

/**
 * Renders `#cloud-config` without secrets. cloud-init writes the files and starts a unit without waiting for it; systemd
 * starts the unit at later boots.
 * @throws RangeError if the text exceeds EC2's limit.
 */
export function renderUserData({ bundle, node, patches = {} }: BootingMachine): string {
  const unit = "holdfast-bootstrap.service";
  const document = {
    write_files: [
      file("/etc/holdfast/node.json", "0644", `${JSON.stringify(node)}\n`),
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
      ...Object.entries(patches).map(([name, patch]) => file(`${patchDirectory}/${name}`, "0644", patch)),
    ],
    runcmd: [
      ["systemctl", "daemon-reload"],
      ["systemctl", "enable", unit],
      ["systemctl", "start", "--no-block", unit],
    ],
  };
  // cloud-init parses YAML 1.1, in which unquoted `0644` and `on` are not strings.
  return checkUserDataSize(`#cloud-config\n${renderYaml(document)}`);
}

/** @throws RangeError if the text exceeds EC2's limit. */
export function checkUserDataSize(rendered: string): string {
  const size = Buffer.byteLength(rendered);
  if (size <= userDataLimit) return rendered;
  throw new RangeError(
    `user data has ${size} bytes, limit ${userDataLimit}: use fewer or shorter labels, taints and kubelet settings`,
  );
}

function file(path: string, permissions: string, content: string): object {
  return { path, permissions, owner: "root:root", content };
}

/** Assignments in single quotes, with `'\''` for a single quote. */
function shellVariables(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}='${value.replaceAll("'", String.raw`'\''`)}'\n`)
    .join("");
}
