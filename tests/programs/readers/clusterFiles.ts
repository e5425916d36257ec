/** Files of a cluster as its machines have them, with the code that reads each. */
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { admissionObjects } from "../../../components/access/admission/admission.plan";
import { configDirectory } from "../../../components/access/apiServerConfig.plan";
import { accessFiles } from "../../../components/access/apiServer.plan";
import { issuerPlaceholder } from "../../../components/access/serviceAccounts/issuerFlags.plan";
import { encryptionTemplate } from "../../../components/access/encryption/encryptionConfiguration.plan";
import type { ClusterSpec } from "../../../components/clusterSpec";
import { clientUrls, etcdMembers } from "../../../components/etcd/members.plan";
import { kubeadmDocuments } from "../../../components/node/kubeadm.plan";
import type { Document } from "../../../components/node/kubeadm.plan";
import { controlPlanePatches, poolPatches } from "../../../components/node/kubeadmPatches.plan";
import type { Patches } from "../../../components/node/kubeadmPatches.plan";
import { Authority } from "../access/authority";
import type { FileKind, Question } from "./readers";

export interface ClusterFile extends Question {
  readonly kind: FileKind;
  readonly name: string;
}

/** kubelet also validates its host, which the files of a cluster cannot change. */
const anyCgroup = { failCgroupV1: false };

/** Readers of the API server's files, by the beginning or end of their names. */
const kinds: readonly (readonly [RegExp, FileKind])[] = [
  [/^authentication\.yaml$/, "authentication"],
  [/^authorization\.yaml$/, "authorization"],
  [/^admission\.yaml$/, "admission"],
  [/^audit-policy\.yaml$/, "audit"],
  [/^abac\.jsonl$/, "abac"],
  [/\.kubeconfig$/, "kubeconfig"],
];

/** Certificates and paths of a machine, in a temporary folder. */
export class Machine {
  private readonly folder = mkdtempSync(join(tmpdir(), "holdfast-files-"));
  private apiServer = this.folder;
  private readonly discovery = join(this.folder, "discovery.conf");

  constructor() {
    const authority = new Authority(join(this.folder, "pki"), "ca");
    authority.issue("apiserver-kubelet-client", { name: "kube-apiserver-kubelet-client" });
    const key = generateKeyPairSync("rsa", { modulusLength: 2048 });
    writeFileSync(join(this.folder, "pki/sa.key"), key.privateKey.export({ type: "pkcs8", format: "pem" }));
    writeFileSync(join(this.folder, "pki/sa.pub"), key.publicKey.export({ type: "spki", format: "pem" }));
    const cluster = { server: "https://127.0.0.1:6443", "certificate-authority": authority.certificate };
    const config = { apiVersion: "v1", kind: "Config", clusters: [{ name: "a", cluster }], "current-context": "" };
    writeFileSync(this.discovery, JSON.stringify(config));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  /** All files that programs of Kubernetes read; writes those that others refer to, into a folder of their own. */
  files(spec: ClusterSpec): readonly ClusterFile[] {
    this.apiServer = mkdtempSync(join(this.folder, "apiserver-"));
    return [...this.apiServerFiles(spec), ...this.nodeFiles(spec), ...objectFiles(spec)];
  }

  private apiServerFiles({ access }: ClusterSpec): readonly ClusterFile[] {
    const files: ClusterFile[] = [];
    for (const [name, content] of Object.entries(accessFiles(access))) {
      const text = this.localise(content);
      writeFileSync(join(this.apiServer, name), text);
      const kind = kinds.find(([pattern]) => pattern.test(name))?.[1];
      if (kind !== undefined) files.push({ name, kind, text });
      else if (!name.endsWith(".crt")) throw new Error(`no reader of ${name} is known`);
    }
    const template = encryptionTemplate(access.encryption);
    if (template === undefined) return files;
    // steps/api-server-config does the same with the keys from SSM.
    const key = Buffer.alloc(32, "k").toString("base64");
    const text = JSON.stringify(template).replaceAll(/@KEY:[^@]*@/g, key);
    return [...files, { name: "encryption.json", kind: "encryption", text }];
  }

  private localise(text: string): string {
    return text
      .replaceAll(`${configDirectory}/`, `${this.apiServer}/`)
      .replaceAll("/etc/kubernetes/pki/", `${join(this.folder, "pki")}/`);
  }

  /** kubeadm's documents with the values that lib/kubeadm.sh and steps/join fill in. */
  private nodeFiles(spec: ClusterSpec): readonly ClusterFile[] {
    const { init, join: joining } = kubeadmDocuments(spec);
    const all = init.map((document) => this.onMachine(withEtcdEndpoints(document, spec), []));
    const pools = Object.entries(spec.workers).filter(([, { os }]) => os === "linux");
    const joins = pools.map(([name, { taints, labels }]): ClusterFile => {
      const documents = joining.map((document) => this.onMachine(document, taints, labels));
      return { name: `kubeadm join, pool ${name}`, kind: "kubeadm", text: yamlDocuments(documents) };
    });
    const kubelets = pools.map(([name]) => [`pool ${name}`, poolPatches(spec, name)] as const);
    const component = (kind: string, more: object = {}): string =>
      JSON.stringify({ ...init.find((document) => document.kind === kind), ...more });
    return [
      { name: "kubeadm init", kind: "kubeadm", text: yamlDocuments(all) },
      ...joins,
      { name: "kubelet", kind: "kubelet", text: component("KubeletConfiguration", anyCgroup) },
      ...[["control plane", controlPlanePatches(spec)] as const, ...kubelets].map(([name, patches]): ClusterFile => ({
        name: `kubelet, ${name}`,
        kind: "kubelet-patched",
        text: JSON.stringify({ document: component("KubeletConfiguration", anyCgroup), patches }),
      })),
      ...this.componentFiles(all, controlPlanePatches(spec)),
      { name: "kube-proxy", kind: "kubeproxy", text: component("KubeProxyConfiguration") },
    ];
  }

  /** Static Pods, which kubeadm derives from its documents and patches; their files are those of this folder. */
  private componentFiles(documents: readonly object[], patches: Patches): readonly ClusterFile[] {
    const certificatesDir = join(this.folder, "pki");
    const here = documents.map((document) =>
      (document as Document).kind === "ClusterConfiguration" ? { ...document, certificatesDir } : document,
    );
    const document = this.localise(yamlDocuments(here)).replaceAll(issuerPlaceholder, "https://issuer.example.com");
    const text = JSON.stringify({ document, patches });
    return (["api-server", "controller-manager"] as const).map((kind) => ({ name: kind, kind, text }));
  }

  private onMachine(
    document: Document,
    taints: readonly object[],
    labels: Readonly<Record<string, string>> = {},
  ): object {
    const registration = document["nodeRegistration"] as { kubeletExtraArgs: readonly object[] } | undefined;
    const endpoint = document["localAPIEndpoint"] as object | undefined;
    const text = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
    return {
      ...document,
      ...(registration && {
        nodeRegistration: {
          ...registration,
          name: "i-0123456789abcdef0",
          kubeletExtraArgs: [...registration.kubeletExtraArgs, { name: "node-labels", value: text.join(",") }],
          ...(document.kind === "JoinConfiguration" && { taints }),
        },
      }),
      ...(endpoint && { localAPIEndpoint: { ...endpoint, advertiseAddress: "10.0.0.10" } }),
      ...(document.kind === "JoinConfiguration" && { discovery: { file: { kubeConfigPath: this.discovery } } }),
    };
  }
}

/** The endpoints of external etcd are in node.json. */
function withEtcdEndpoints(document: Document, spec: ClusterSpec): Document {
  if (document.kind !== "ClusterConfiguration" || spec.etcd.topology === "stacked") return document;
  const { external } = document["etcd"] as { readonly external: object };
  return { ...document, etcd: { external: { ...external, endpoints: clientUrls(etcdMembers(spec)) } } };
}

const yamlDocuments = (documents: readonly object[]): string =>
  documents.map((document) => `---\n${JSON.stringify(document)}\n`).join("");

function objectFiles({ access }: ClusterSpec): readonly ClusterFile[] {
  return admissionObjects(access.admission).map((object) => ({
    name: `${object.kind} ${object.metadata.name}`,
    kind: "object",
    text: JSON.stringify(object),
  }));
}
