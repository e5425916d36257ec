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
  /** Variables of {@link proxyEnvironment}. Default: none. */
  readonly proxy?: Readonly<Record<string, string>>;
}

const text = (path: string): string => readFileSync(join(__dirname, "files", path), "utf8");

/**
 * Renders `#cloud-config` without secrets. cloud-init writes the files and starts a unit without waiting for it; systemd
 * starts the unit at later boots.
 * @throws RangeError if the text exceeds EC2's limit.
 */
export function renderUserData({ bundle, node, patches = {}, proxy = {} }: BootingMachine): string {
  const unit = "holdfast-bootstrap.service";
  const hasProxy = Object.keys(proxy).length > 0;
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
      ...(hasProxy ? proxyFiles(proxy) : []),
    ],
    runcmd: [
      ["systemctl", "daemon-reload"],
      // Started before the files were written; fails for the name that the image does not have.
      ...(hasProxy ? [["systemctl", "try-restart", "--no-block", ...sessionManagerUnits]] : []),
      ["systemctl", "enable", unit],
      ["systemctl", "start", "--no-block", unit],
    ],
  };
  // cloud-init parses YAML 1.1, in which unquoted `0644` and `on` are not strings.
  return checkUserDataSize(`#cloud-config\n${renderYaml(document)}`);
}

/** Agent of Session Manager: package of Amazon Linux, and snap of Ubuntu. */
const sessionManagerUnits = ["amazon-ssm-agent.service", "snap.amazon-ssm-agent.amazon-ssm-agent.service"];

const managerConfiguration = "/etc/systemd/system.conf.d/90-holdfast-proxy.conf";

/** Reads the variables from systemd's file: user data has no room for more copies. */
const profile = String.raw`# Proxy of nodes.proxy in the settings.
eval "$(sed -n 's/^DefaultEnvironment="\(.*\)"$/export "\1"/p' ${managerConfiguration})"
`;

/**
 * The proxy for every unit, hence for package managers, curl, containerd and kubelet, and for login shells. `daemon-reload` reads
 * it (systemd #426).
 */
function proxyFiles(proxy: Readonly<Record<string, string>>): readonly object[] {
  const variables = Object.entries(proxy).map(([name, value]) => `DefaultEnvironment="${name}=${value}"\n`);
  return [
    file(managerConfiguration, "0644", `[Manager]\n${variables.join("")}`),
    file("/etc/profile.d/holdfast-proxy.sh", "0644", profile),
  ];
}

/** @throws RangeError if the text exceeds EC2's limit. */
export function checkUserDataSize(rendered: string): string {
  const size = Buffer.byteLength(rendered);
  if (size <= userDataLimit) return rendered;
  throw new RangeError(
    `user data has ${size} bytes, limit ${userDataLimit}: use fewer or shorter labels, taints, kubelet settings and destinations in nodes.proxy.noProxy`,
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
