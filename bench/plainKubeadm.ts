/** Plan with the user data of a plain kubeadm cluster. */
import { X509Certificate, createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { apiEndpoint } from "../components/api/address.plan";
import { clusterPath } from "../components/aws/clusterPath.plan";
import type { NodeConfig } from "../components/node/nodeConfig.plan";
import { releaseAssets } from "../components/node/assets.plan";
import { componentVersions } from "../components/node/kubernetesVersions.plan";
import { serviceAddresses } from "../rehearsal/services/serviceAddresses";
import type { Plan, PlannedResource } from "../plan/planStack";
import { reveal } from "../plan/program/secret";

/** Files of the distribution's packages: systemd units and containerd's configuration. */
const packaged = {
  "/etc/systemd/system/containerd.service": "units/containerd.service",
  "/etc/systemd/system/kubelet.service": "units/kubelet.service",
  "/etc/systemd/system/kubelet.service.d/10-kubeadm.conf": "units/kubelet.service.d/10-kubeadm.conf",
  "/etc/containerd/config.toml": "config/containerd.toml",
};

/** Replaces the user data: member `a` runs `kubeadm init`, every other machine `kubeadm join`. */
export function withPlainKubeadm(plan: Plan): Plan {
  const shared = sharedSettings(plan);
  const resources = plan.resources.map((resource) => {
    if (resource.type !== "aws:ec2/launchTemplate:LaunchTemplate") return resource;
    const node = readNodeConfig(resource);
    const member = node.role === "control-plane" ? (node.member?.name ?? "") : undefined;
    const command = member === undefined ? "join" : member.endsWith("a") ? "init" : "joinControlPlane";
    const userData = Buffer.from(plainUserData(plan, { ...shared, command })).toString("base64");
    return { ...resource, inputs: { ...resource.inputs, userData }, outputs: { ...resource.outputs, userData } };
  });
  return { ...plan, resources };
}

function readNodeConfig(template: PlannedResource): NodeConfig {
  const text = Buffer.from(String(reveal(template.inputs.userData)), "base64").toString();
  const { write_files: files } = parse(text) as { write_files: { path: string; content: string }[] };
  const found = files.find(({ path }) => path === "/etc/holdfast/node.json");
  if (found === undefined) throw new Error(`${template.name} writes no node.json`);
  return JSON.parse(found.content) as NodeConfig;
}

function sharedSettings(plan: Plan): object {
  const { spec } = plan;
  const parameter = (name: string): string => {
    const found = plan.resources.find(
      ({ inputs }) => inputs.name === `${clusterPath(spec.name)}/pki/kubernetes/${name}`,
    );
    return String(reveal(found?.inputs.value));
  };
  const certificate = parameter("ca.crt");
  const publicKey = new X509Certificate(certificate).publicKey.export({ type: "spki", format: "der" });
  const assets = releaseAssets(componentVersions(spec.kubernetesVersion), spec.controlPlane.architecture);
  return {
    baseUrl: `http://${serviceAddresses.assets}`,
    assets: Object.fromEntries(assets.map(({ name, path }) => [name, path])),
    kubernetesVersion: spec.kubernetesVersion,
    endpoint: apiEndpoint(spec.domain),
    podCidr: spec.network.podCidr,
    serviceCidr: spec.network.serviceCidr,
    token: `${randomBytes(3).toString("hex")}.${randomBytes(8).toString("hex")}`,
    certificateKey: randomBytes(32).toString("hex"),
    authority: {
      certificate,
      key: parameter("ca.key"),
      hash: `sha256:${createHash("sha256").update(publicKey).digest("hex")}`,
    },
  };
}

function plainUserData(plan: Plan, settings: object): string {
  const { pause } = componentVersions(plan.spec.kubernetesVersion);
  const files = Object.entries(packaged).map(([path, source]) => {
    const text = readFileSync(join(__dirname, "../components/node/files", source), "utf8");
    return { path, content: text.replace("@PAUSE_IMAGE@", `registry.k8s.io/pause:${pause}`) };
  });
  const document = {
    write_files: [
      ...files,
      { path: "/etc/plain/config.json", permissions: "0600", content: JSON.stringify(settings) },
      {
        path: "/opt/plain-kubeadm",
        permissions: "0755",
        content: readFileSync(join(__dirname, "plain-kubeadm.sh"), "utf8"),
      },
    ],
    runcmd: [["/opt/plain-kubeadm"]],
  };
  return `#cloud-config\n${stringify(document, { version: "1.1", lineWidth: 0 })}`;
}
