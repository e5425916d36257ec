/** Facts of a cluster that meets the benchmark as far as Holdfast does by default, and changes of them. */
import type { CisFacts, ClusterFacts, MachineFacts } from "../../../operations/cis/facts";
import type { FetchResult } from "../../../operations/validate/result";

const ciphers = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";
const pki = "/etc/kubernetes/pki";

const file = (mode: string, path: string, owner = "root:root", type = "f") => ({ mode, owner, type, path });

const nodeFiles = [
  file("600", "/etc/cni/net.d/10-flannel.conflist"),
  file("600", "/etc/systemd/system/kubelet.service"),
  file("600", "/etc/systemd/system/kubelet.service.d/10-kubeadm.conf"),
  file("600", "/etc/kubernetes/kubelet.conf"),
  file("600", "/var/lib/kubelet/config.yaml"),
  file("644", `${pki}/ca.crt`),
];
const etcdFiles = [
  file("600", "/etc/systemd/system/etcd.service"),
  file("600", "/etc/etcd/etcd.env"),
  file("600", "/etc/etcd/initial.env"),
  file("700", "/etc/etcd/pki", "etcd:root", "d"),
  file("600", "/etc/etcd/pki/server.key", "etcd:etcd"),
  file("644", "/etc/etcd/pki/server.crt", "etcd:etcd"),
  file("700", "/var/lib/etcd", "etcd:etcd", "d"),
  file("700", "/var/lib/etcd/data", "etcd:etcd", "d"),
  file("700", pki, "root:root", "d"),
  file("600", `${pki}/etcd/ca.key`),
  file("644", `${pki}/etcd/ca.crt`),
];
const memberFiles = [
  ...["kube-apiserver", "kube-controller-manager", "kube-scheduler"].map((name) =>
    file("600", `/etc/kubernetes/manifests/${name}.yaml`),
  ),
  ...["admin", "super-admin", "scheduler", "controller-manager"].map((name) =>
    file("600", `/etc/kubernetes/${name}.conf`),
  ),
  file("600", `${pki}/apiserver.key`),
];

const running = (program: string, words: readonly string[], user = "root", environment: readonly string[] = []) => ({
  ...{ program, user },
  arguments: [program, ...words],
  environment: [...environment],
});

const kubelet = running("kubelet", ["--config=/var/lib/kubelet/config.yaml"]);
const kubeProxy = running("kube-proxy", ["--config=/var/lib/kube-proxy/config.conf"]);
const etcd = running("etcd", [], "etcd", [
  "ETCD_CERT_FILE=/etc/etcd/pki/server.crt",
  "ETCD_KEY_FILE=/etc/etcd/pki/server.key",
  "ETCD_TRUSTED_CA_FILE=/etc/etcd/pki/ca.crt",
  "ETCD_CLIENT_CERT_AUTH=true",
  "ETCD_PEER_CERT_FILE=/etc/etcd/pki/peer.crt",
  "ETCD_PEER_KEY_FILE=/etc/etcd/pki/peer.key",
  "ETCD_PEER_CLIENT_CERT_AUTH=true",
]);
const controlPlane = [
  running("kube-apiserver", [
    "--kubelet-client-certificate=a",
    "--kubelet-client-key=b",
    "--kubelet-certificate-authority=c",
    "--enable-admission-plugins=AlwaysPullImages,DenyServiceExternalIPs,EventRateLimit,NodeRestriction",
    "--profiling=false",
    "--audit-policy-file=p",
    "--audit-log-path=l",
    "--audit-log-maxage=30",
    "--audit-log-maxbackup=10",
    "--audit-log-maxsize=100",
    "--authorization-config=/etc/kubernetes/apiserver/authorization.yaml",
    "--service-account-key-file=sa.pub",
    "--service-account-extend-token-expiration=false",
    "--etcd-cafile=e",
    "--etcd-certfile=f",
    "--etcd-keyfile=g",
    "--tls-cert-file=h",
    "--tls-private-key-file=i",
    "--client-ca-file=j",
    "--encryption-provider-config=k",
    `--tls-cipher-suites=${ciphers}`,
  ]),
  running("kube-controller-manager", [
    "--profiling=false",
    "--terminated-pod-gc-threshold=1000",
    "--use-service-account-credentials=true",
    "--service-account-private-key-file=sa.key",
    "--root-ca-file=ca.crt",
    "--bind-address=127.0.0.1",
  ]),
  running("kube-scheduler", ["--profiling=false", "--bind-address=127.0.0.1"]),
];

const documents = {
  kubelet: `
authentication: { anonymous: { enabled: false }, x509: { clientCAFile: /etc/kubernetes/pki/ca.crt } }
authorization: { mode: Webhook }
rotateCertificates: true
serverTLSBootstrap: true
seccompDefault: true
podPidsLimit: 4096
tlsCipherSuites: [${ciphers}]
`,
  kubeProxy: 'metricsBindAddress: ""\n',
  authorization: "authorizers: [{ type: Node }, { type: RBAC }]\n",
  admission: `
plugins:
  - name: PodSecurity
    configuration: { defaults: { enforce: restricted }, exemptions: { namespaces: [kube-system] } }
`,
};
const none = { kubelet: "", kubeProxy: "", authorization: "", admission: "" };

const member: MachineFacts = {
  files: [...nodeFiles, ...etcdFiles, ...memberFiles],
  processes: [kubelet, etcd, kubeProxy, ...controlPlane],
  documents,
  encryption: [{ resources: ["secrets"], provider: "secretbox" }],
  anonymous: { apiServer: "401", kubelet: "401", kubeletReadOnly: "000" },
};
const etcdMachine: MachineFacts = {
  files: etcdFiles,
  processes: [etcd],
  documents: none,
  encryption: [],
  anonymous: { apiServer: "000", kubelet: "000", kubeletReadOnly: "000" },
};
const worker: MachineFacts = {
  files: nodeFiles,
  processes: [kubelet, kubeProxy],
  documents: { ...none, kubelet: documents.kubelet, kubeProxy: documents.kubeProxy },
  encryption: [],
  anonymous: { apiServer: "000", kubelet: "401", kubeletReadOnly: "000" },
};

export const admins = {
  ...{ name: "cluster-admin", role: { kind: "ClusterRole", name: "cluster-admin" } },
  subjects: [{ kind: "Group", name: "system:masters" }],
};
const cluster: ClusterFacts = {
  roles: [
    { name: "cluster-admin", rules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }] },
    { name: "edit", rules: [{ verbs: ["create", "get"], apiGroups: [""], resources: ["pods", "secrets"] }] },
  ],
  bindings: [admins],
  namespaces: { default: {}, "kube-system": { "pod-security.kubernetes.io/enforce": "privileged" } },
};

const known = <T>(value: T): FetchResult<T> => ({ known: true, value });

/** A member, an etcd machine and a worker; with stacked etcd, a member and a worker. */
export const factsOf = (etcdOn: CisFacts["etcdOn"]): CisFacts => ({
  etcdOn,
  machines: [
    { id: "i-member", role: "control-plane", facts: known(member) },
    ...(etcdOn === "etcd" ? [{ id: "i-etcd", role: "etcd", facts: known(etcdMachine) } as const] : []),
    { id: "i-worker", role: "worker", facts: known(worker) },
  ],
  cluster: known(cluster),
});

export type Change = (facts: CisFacts) => CisFacts;

/** Changes every machine. */
export const onMachines =
  (change: (machine: MachineFacts) => MachineFacts): Change =>
  (facts) => ({
    ...facts,
    machines: facts.machines.map((machine) =>
      machine.facts.known ? { ...machine, facts: known(change(machine.facts.value)) } : machine,
    ),
  });

const onFile = (path: string, values: { mode?: string; owner?: string }): Change =>
  onMachines((machine) => ({
    ...machine,
    files: machine.files.map((each) => (each.path === path ? { ...each, ...values } : each)),
  }));
export const mode = (path: string, value: string): Change => onFile(path, { mode: value });
export const owner = (path: string, value: string): Change => onFile(path, { owner: value });
export const noFile = (path: string): Change =>
  onMachines((machine) => ({ ...machine, files: machine.files.filter((each) => each.path !== path) }));

export const onProcess = (
  program: string,
  change: (found: MachineFacts["processes"][number]) => MachineFacts["processes"][number],
): Change =>
  onMachines((machine) => ({
    ...machine,
    processes: machine.processes.map((found) => (found.program === program ? change(found) : found)),
  }));
/** Appends an argument, which takes effect instead of an earlier one. */
export const flag = (program: string, word: string): Change =>
  onProcess(program, (found) => ({ ...found, arguments: [...found.arguments, word] }));
export const noFlag = (program: string, name: string): Change =>
  onProcess(program, (found) => ({
    ...found,
    arguments: found.arguments.filter((word) => !word.startsWith(`--${name}=`)),
  }));
export const variable = (line: string): Change =>
  onProcess("etcd", (found) => ({ ...found, environment: [...found.environment, line] }));
export const noVariable = (name: string): Change =>
  onProcess("etcd", (found) => ({
    ...found,
    environment: found.environment.filter((line) => !line.startsWith(`${name}=`)),
  }));
/** Replaces a text in a document; fails if the document lacks it. */
export const document = (name: keyof MachineFacts["documents"], before: string, after: string): Change =>
  onMachines((machine) => {
    const text = machine.documents[name];
    if (text !== "" && !text.includes(before)) throw new Error(`${name} lacks ${before}`);
    return { ...machine, documents: { ...machine.documents, [name]: text.replace(before, after) } };
  });
export const answer = (server: keyof MachineFacts["anonymous"], status: string): Change =>
  onMachines((machine) => ({ ...machine, anonymous: { ...machine.anonymous, [server]: status } }));

export const inCluster =
  (change: (found: ClusterFacts) => ClusterFacts): Change =>
  (facts) => ({ ...facts, cluster: facts.cluster.known ? known(change(facts.cluster.value)) : facts.cluster });
/** Adds a binding of a ClusterRole. */
export const binding = (role: string, kind: string, name: string): Change =>
  inCluster((found) => ({
    ...found,
    bindings: [
      ...found.bindings,
      { name: "extra", role: { kind: "ClusterRole", name: role }, subjects: [{ kind, name }] },
    ],
  }));
