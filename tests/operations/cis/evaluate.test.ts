import { cisChecks } from "../../../operations/cis/checks";
import { cisReport, evaluateAll, formatCisReport } from "../../../operations/cis/evaluate";
import type { CisFacts } from "../../../operations/cis/facts";
import {
  answer,
  binding,
  type Change,
  document,
  factsOf,
  flag,
  inCluster,
  mode,
  noFile,
  noFlag,
  noVariable,
  onMachines,
  onProcess,
  owner,
  variable,
} from "./clusterFacts";

const api = "kube-apiserver";
const manager = "kube-controller-manager";
const manifest = (name: string): string => `/etc/kubernetes/manifests/${name}.yaml`;
const podSecurity = document("admission", "restricted", "baseline");
const privileged = document("admission", "restricted", "privileged");

/** A change for the worse for each check, and a part of the reason. */
const bad: readonly (readonly [id: string, change: Change, reason: string])[] = [
  ["1.1.1", mode(manifest(api), "644"), "has mode 644; at most 600 is allowed"],
  ["1.1.2", owner(manifest(api), "ada:root"), "belongs to ada:root instead of root:root"],
  ["1.1.3", mode(manifest(manager), "640"), "has mode 640"],
  ["1.1.4", owner(manifest(manager), "root:ada"), "belongs to root:ada"],
  ["1.1.5", noFile(manifest("kube-scheduler")), "kube-scheduler.yaml does not exist"],
  ["1.1.6", owner(manifest("kube-scheduler"), "ada:ada"), "belongs to ada:ada"],
  ["1.1.7", mode("/etc/etcd/initial.env", "604"), "/etc/etcd/initial.env has mode 604"],
  ["1.1.8", owner("/etc/systemd/system/etcd.service", "etcd:etcd"), "etcd.service belongs to etcd:etcd"],
  ["1.1.9", mode("/etc/cni/net.d/10-flannel.conflist", "644"), "10-flannel.conflist has mode 644"],
  ["1.1.10", owner("/etc/cni/net.d/10-flannel.conflist", "ada:ada"), "belongs to ada:ada"],
  ["1.1.11", mode("/var/lib/etcd/data", "750"), "/var/lib/etcd/data has mode 750; at most 700"],
  ["1.1.12", owner("/var/lib/etcd/data", "root:root"), "belongs to root:root instead of etcd:etcd"],
  ["1.1.12", onProcess("etcd", (found) => ({ ...found, user: "root" })), "etcd runs as root instead of etcd"],
  ["1.1.13", mode("/etc/kubernetes/super-admin.conf", "644"), "super-admin.conf has mode 644"],
  ["1.1.14", owner("/etc/kubernetes/admin.conf", "ada:ada"), "admin.conf belongs to ada:ada"],
  ["1.1.15", mode("/etc/kubernetes/scheduler.conf", "660"), "has mode 660"],
  ["1.1.16", owner("/etc/kubernetes/scheduler.conf", "ada:ada"), "belongs to ada:ada"],
  ["1.1.17", mode("/etc/kubernetes/controller-manager.conf", "601"), "has mode 601"],
  ["1.1.18", owner("/etc/kubernetes/controller-manager.conf", "ada:ada"), "belongs to ada:ada"],
  ["1.1.19", owner("/etc/kubernetes/pki/etcd/ca.key", "etcd:etcd"), "etcd/ca.key belongs to etcd:etcd"],
  ["1.1.20", mode("/etc/etcd/pki/server.crt", "664"), "server.crt has mode 664; at most 644"],
  ["1.1.21", mode("/etc/etcd/pki/server.key", "640"), "server.key has mode 640; at most 600"],
  ["1.2.1", answer("apiServer", "200"), "the API server answered a request without credentials with 200"],
  ["1.2.2", flag(api, "--token-auth-file=x"), '--token-auth-file is "x"; it must not be set'],
  ["1.2.3", noFlag(api, "enable-admission-plugins"), "must contain DenyServiceExternalIPs"],
  ["1.2.4", noFlag(api, "kubelet-client-key"), "--kubelet-client-key is not set; it must be set"],
  ["1.2.5", flag(api, "--kubelet-certificate-authority="), "it must be set"],
  ["1.2.6", document("authorization", "RBAC", "AlwaysAllow"), "must not contain AlwaysAllow"],
  ["1.2.6", document("authorization", "authorizers", "others"), "the authorizers are AlwaysAllow"],
  ["1.2.7", document("authorization", "Node", "Webhook"), "must contain Node"],
  ["1.2.8", document("authorization", "RBAC", "Webhook"), "must contain RBAC"],
  ["1.2.9", flag(api, "--enable-admission-plugins=NodeRestriction"), "must contain EventRateLimit"],
  ["1.2.10", flag(api, "--enable-admission-plugins=NodeRestriction,AlwaysAdmit"), "must not contain AlwaysAdmit"],
  ["1.2.11", flag(api, "--enable-admission-plugins=NodeRestriction"), "must contain AlwaysPullImages"],
  ["1.2.12", flag(api, "--disable-admission-plugins=ServiceAccount"), "must not contain ServiceAccount"],
  ["1.2.13", flag(api, "--disable-admission-plugins=Priority,NamespaceLifecycle"), "NamespaceLifecycle"],
  ["1.2.14", flag(api, "--enable-admission-plugins=NodeRestrictions"), "must contain NodeRestriction"],
  ["1.2.15", noFlag(api, "profiling"), "--profiling is not set; it must be false"],
  ["1.2.16", noFlag(api, "audit-log-path"), "--audit-log-path is not set"],
  ["1.2.17", flag(api, "--audit-log-maxage=29"), "must be at least 30"],
  ["1.2.18", flag(api, "--audit-log-maxbackup=9"), "must be at least 10"],
  ["1.2.19", noFlag(api, "audit-log-maxsize"), "must be at least 100"],
  ["1.2.21", flag(api, "--service-account-lookup=false"), "must be true, or not be set"],
  ["1.2.22", noFlag(api, "service-account-key-file"), "is not set"],
  ["1.2.23", noFlag(api, "etcd-certfile"), "--etcd-certfile is not set"],
  ["1.2.24", noFlag(api, "tls-private-key-file"), "--tls-private-key-file is not set"],
  ["1.2.25", noFlag(api, "client-ca-file"), "--client-ca-file is not set"],
  ["1.2.26", noFlag(api, "etcd-cafile"), "--etcd-cafile is not set"],
  ["1.2.27", noFlag(api, "encryption-provider-config"), "is not set"],
  ["1.2.28", onMachines((machine) => ({ ...machine, encryption: [] })), "Secrets are not encrypted"],
  [
    "1.2.28",
    onMachines((machine) => ({ ...machine, encryption: [{ resources: ["secrets"], provider: "identity" }] })),
    "Secrets are encrypted with identity",
  ],
  ["1.2.29", flag(api, "--tls-cipher-suites=TLS_RSA_WITH_3DES_EDE_CBC_SHA"), "must contain only TLS_ECDHE"],
  ["1.2.30", noFlag(api, "service-account-extend-token-expiration"), "must be false"],
  ["1.3.1", noFlag(manager, "terminated-pod-gc-threshold"), "is not set"],
  ["1.3.2", flag(manager, "--profiling"), '--profiling is "true"; it must be false'],
  ["1.3.3", flag(manager, "--use-service-account-credentials=false"), "must not be false"],
  ["1.3.4", noFlag(manager, "service-account-private-key-file"), "is not set"],
  ["1.3.5", noFlag(manager, "root-ca-file"), "is not set"],
  ["1.3.6", flag(manager, "--feature-gates=A=true,RotateKubeletServerCertificate=false"), "must not contain"],
  ["1.3.7", flag(manager, "--bind-address=0.0.0.0"), "must be 127.0.0.1"],
  ["1.4.1", noFlag("kube-scheduler", "profiling"), "must be false"],
  ["1.4.2", flag("kube-scheduler", "--bind-address=::"), "must be 127.0.0.1"],
  ["2.1", noVariable("ETCD_KEY_FILE"), "ETCD_KEY_FILE is not set"],
  ["2.2", variable("ETCD_CLIENT_CERT_AUTH=false"), "must be true"],
  ["2.3", variable("ETCD_AUTO_TLS=true"), "must be false"],
  ["2.4", noVariable("ETCD_PEER_CERT_FILE"), "is not set"],
  ["2.5", noVariable("ETCD_PEER_CLIENT_CERT_AUTH"), "must be true"],
  ["2.6", flag("etcd", "--peer-auto-tls"), 'ETCD_PEER_AUTO_TLS is "true"'],
  ["2.7", variable("ETCD_TRUSTED_CA_FILE=/etc/kubernetes/pki/ca.crt"), "etcd trusts /etc/kubernetes/pki/ca.crt"],
  ["3.2.1", noFlag(api, "audit-policy-file"), "is not set"],
  ["4.1.1", mode("/etc/systemd/system/kubelet.service.d/10-kubeadm.conf", "644"), "has mode 644"],
  ["4.1.2", owner("/etc/systemd/system/kubelet.service", "ada:ada"), "belongs to ada:ada"],
  ["4.1.3", withProxyKubeconfig("644", "root:root"), "/etc/kubernetes/proxy.conf has mode 644"],
  ["4.1.4", withProxyKubeconfig("600", "ada:ada"), "/etc/kubernetes/proxy.conf belongs to ada:ada"],
  ["4.1.5", mode("/etc/kubernetes/kubelet.conf", "644"), "has mode 644"],
  ["4.1.6", owner("/etc/kubernetes/kubelet.conf", "ada:ada"), "belongs to ada:ada"],
  ["4.1.7", mode("/etc/kubernetes/pki/ca.crt", "666"), "has mode 666; at most 644"],
  ["4.1.8", owner("/etc/kubernetes/pki/ca.crt", "ada:ada"), "belongs to ada:ada"],
  ["4.1.9", mode("/var/lib/kubelet/config.yaml", "644"), "has mode 644"],
  ["4.1.10", owner("/var/lib/kubelet/config.yaml", "ada:ada"), "belongs to ada:ada"],
  ["4.2.1", document("kubelet", "enabled: false", "enabled: true"), 'enabled is "true"; it must be false'],
  ["4.2.1", flag("kubelet", "--anonymous-auth=true"), "must be false"],
  ["4.2.1", answer("kubelet", "200"), "kubelet answered a request without credentials with 200"],
  ["4.2.2", document("kubelet", "mode: Webhook", "mode: AlwaysAllow"), "must be Webhook"],
  ["4.2.3", document("kubelet", "clientCAFile", "other"), "clientCAFile is not set"],
  ["4.2.4", answer("kubeletReadOnly", "200"), "port 10255 answers with 200"],
  ["4.2.5", flag("kubelet", "--streaming-connection-idle-timeout=0"), "must not be 0"],
  ["4.2.6", flag("kubelet", "--make-iptables-util-chains=false"), "must be true"],
  ["4.2.7", flag("kubelet", "--hostname-override=web"), "must not be set"],
  ["4.2.8", flag("kubelet", "--event-qps=-1"), "must be at least 0"],
  ["4.2.9", document("kubelet", "serverTLSBootstrap: true", ""), "serverTLSBootstrap is not set"],
  ["4.2.10", document("kubelet", "rotateCertificates: true", "rotateCertificates: false"), "must be true"],
  ["4.2.11", document("kubelet", "serverTLSBootstrap: true", "serverTLSBootstrap: false"), "must be true"],
  ["4.2.12", document("kubelet", "TLS_ECDHE_RSA", "TLS_RSA"), "must contain only"],
  ["4.2.13", document("kubelet", "podPidsLimit: 4096", "podPidsLimit: -1"), "must be at least 1"],
  ["4.2.14", document("kubelet", "seccompDefault: true", ""), "must be true"],
  ["4.3.1", document("kubeProxy", '""', "0.0.0.0:10249"), 'metricsBindAddress is "0.0.0.0:10249"'],
  ["5.1.1", binding("cluster-admin", "ServiceAccount", "robot"), "binds ServiceAccount robot to cluster-admin"],
  ["5.1.2", binding("edit", "Group", "system:authenticated"), "gives system:authenticated get, list, watch on secrets"],
  ["5.1.4", binding("edit", "Group", "system:serviceaccounts:shop"), "create on pods"],
  ["5.1.5", binding("edit", "ServiceAccount", "default"), "binds ServiceAccount"],
  ...["5.2.1", "5.2.2", "5.2.3", "5.2.4", "5.2.5", "5.2.10", "5.2.11", "5.2.12"].map(
    (id) => [id, privileged, "namespaces without labels enforce privileged instead of baseline"] as const,
  ),
  ...["5.2.6", "5.2.7", "5.2.8", "5.2.9"].map(
    (id) => [id, podSecurity, "namespaces without labels enforce baseline instead of restricted"] as const,
  ),
  ["5.2.1", document("admission", "[kube-system]", "[kube-system, shop]"), "shop is exempt from Pod Security"],
  [
    "5.2.2",
    inCluster((found) => ({
      ...found,
      namespaces: { ...found.namespaces, shop: { "pod-security.kubernetes.io/enforce": "privileged" } },
    })),
    "namespace shop enforces privileged instead of baseline",
  ],
];

function withProxyKubeconfig(fileMode: string, fileOwner: string): Change {
  const file = { mode: fileMode, owner: fileOwner, type: "f", path: "/etc/kubernetes/proxy.conf" };
  return onMachines((machine) => ({ ...machine, files: [...machine.files, file] }));
}

const rowOf = (facts: CisFacts, id: string) => evaluateAll(facts).find((row) => row.id === id);

describe.each(["control-plane", "etcd"] as const)("with etcd on machines of role %s", (etcdOn) => {
  const good = factsOf(etcdOn);

  it("a good cluster meets every check that applies", () => {
    const rows = evaluateAll(good);
    expect(rows.filter(({ verdict }) => verdict !== "pass").map(({ id, verdict }) => [id, verdict])).toEqual([
      ["4.1.3", "not applicable"],
      ["4.1.4", "not applicable"],
    ]);
    expect(rows).toHaveLength(cisChecks.length);
  });

  it.each(bad)("%s is not met by a bad fact", (id, change, reason) => {
    const { automated, verdict, reasons, fix } = rowOf(change(good), id) ?? {};
    expect([verdict, reasons?.join("; "), fix]).toEqual([
      automated === true ? "fail" : "warn",
      expect.stringContaining(reason),
      expect.stringMatching(/\.$/),
    ]);
  });
});

test("every check has a bad fact", () => {
  expect(cisChecks.map(({ id }) => id).filter((id) => !bad.some(([tried]) => tried === id))).toEqual([]);
});

test("reasons name the machine, for each machine that has the problem", () => {
  const facts = mode("/var/lib/kubelet/config.yaml", "644")(factsOf("etcd"));
  expect(rowOf(facts, "4.1.9")?.reasons).toEqual(
    ["i-member", "i-worker"].map((id) => `${id}: /var/lib/kubelet/config.yaml has mode 644; at most 600 is allowed`),
  );
});

test("a stopped program is a problem of all its checks", () => {
  const without = (program: string) =>
    onMachines((machine) => ({ ...machine, processes: machine.processes.filter((one) => one.program !== program) }));
  expect(rowOf(without("etcd")(factsOf("etcd")), "2.2")).toMatchObject({
    verdict: "fail",
    reasons: ["i-etcd: etcd does not run"],
  });
});

describe("missing facts", () => {
  const good = factsOf("etcd");
  const silent: CisFacts = {
    ...good,
    machines: good.machines.map((machine) =>
      machine.role === "etcd" ? { ...machine, facts: { known: false, problem: "no answer" } } : machine,
    ),
  };

  it("of a machine make its checks unknown, and no others", () => {
    const unknown = evaluateAll(silent).filter(({ verdict }) => verdict === "unknown");
    expect(unknown.map(({ id }) => id)).toEqual(
      ["1.1.7", "1.1.8", "1.1.11", "1.1.12", "1.1.19", "1.1.20", "1.1.21"].concat([
        "2.1",
        "2.2",
        "2.3",
        "2.4",
        "2.5",
        "2.6",
        "2.7",
      ]),
    );
    expect(unknown[0]?.reasons).toEqual(["i-etcd: no answer"]);
    expect(cisReport("prod", "blue", new Date(), silent).valid).toBe(false);
  });

  it("of the API make checks of permissions unknown", () => {
    const facts: CisFacts = { ...good, cluster: { known: false, problem: "refused" } };
    expect(rowOf(facts, "5.1.1")).toMatchObject({ verdict: "unknown", reasons: ["refused"] });
    expect(rowOf(facts, "1.1.1")).toMatchObject({ verdict: "pass" });
  });

  it("a cluster without machines is unknown, not met", () => {
    const report = cisReport("prod", "blue", new Date(), { ...good, machines: [] });
    expect([report.valid, report.checks[0]?.verdict]).toEqual([false, "unknown"]);
  });
});

describe("the report", () => {
  const at = new Date("2026-11-30T12:00:00Z");

  it("is valid with warnings of manual checks", () => {
    const report = cisReport("prod", "blue", at, flag("kubelet", "--hostname-override=i-1")(factsOf("etcd")));
    expect(report).toMatchObject({
      ...{ stack: "prod", cluster: "blue", benchmark: "1.12", at: "2026-11-30T12:00:00.000Z", valid: true },
      machines: { "control-plane": ["i-member"], etcd: ["i-etcd"], worker: ["i-worker"] },
    });
    const lines = formatCisReport(report);
    expect(lines.slice(-2)).toEqual([
      "Examined machines: 1 control-plane, 1 etcd, 1 worker",
      expect.stringMatching(/^Cluster blue meets CIS Kubernetes Benchmark 1\.12: \d+ pass, 1 warn, 2 not applicable$/),
    ]);
  });

  it("says what is wrong, where, and what to do", () => {
    const facts = flag(api, "--audit-log-maxage=7")(factsOf("control-plane"));
    const lines = formatCisReport(cisReport("prod", "blue", at, facts));
    const at17 = lines.findIndex((line) => line.startsWith("1.2.17"));
    expect(lines.slice(at17, at17 + 3)).toEqual([
      "1.2.17 ✗ Audit logs are kept for 30 days",
      '         i-member: kube-apiserver --audit-log-maxage is "7"; it must be at least 30',
      "         → Set `access.audit.log.days` to 30 or more.",
    ]);
    expect(lines.at(-1)).toContain("Cluster blue does not meet CIS Kubernetes Benchmark 1.12:");
  });
});
