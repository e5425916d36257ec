/** Facts of machines through SSM Run Command, with AWS's client, the rehearsed AWS and the script as it runs on a machine. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

import { SSMClient } from "@aws-sdk/client-ssm";

import { fetchMachineFacts, machinesToExamine } from "../../../operations/cis/machines";
import type { GroupFact, NodeFact } from "../../../operations/validate/facts";
import { startAwsApi } from "../../../rehearsal/aws/api/awsApi";
import { RunCommand } from "../../../rehearsal/aws/runCommand";
import { run } from "../../../rehearsal/command";
import { specOf } from "../../specs";

let root: string;
let api: Server;
let ssm: SSMClient;
/** Runs first on the machines. */
let before: string;

const put = (path: string, content: string | Buffer, mode = 0o600): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
  chmodSync(join(root, path), mode);
};

/** A process of the machine, as /proc shows it. */
function putProcess(pid: number, program: string, words: readonly string[], cgroup: string, environment = ""): void {
  put(`proc/${pid}/cmdline`, [`/usr/local/bin/${program}`, ...words, ""].join("\0"));
  put(`proc/${pid}/environ`, environment);
  put(`proc/${pid}/cgroup`, `0::${cgroup}\n`);
  symlinkSync(`/usr/local/bin/${program}`, join(root, `proc/${pid}/exe`));
}

const pods = "/kubepods.slice/kubepods-burstable.slice/pod1";

beforeAll(async () => {
  const exec = (argv: readonly string[], limits: { timeoutMs: number }) => {
    const script = argv[2] ?? "";
    const path = `${join(root, "programs")}${delimiter}${process.env.PATH ?? ""}`;
    return run(["sh", "-c", `${before}\n${script}`], { ...limits, env: { PATH: path, HOLDFAST_ROOT: root } });
  };
  const runCommand = new RunCommand((id) => (id === "i-absent" ? undefined : { exec }));
  api = await startAwsApi({
    host: "127.0.0.1",
    port: 0,
    moto: { host: "127.0.0.1", port: 1 },
    override: () => Promise.resolve(undefined),
    answerJson: ({ action }, body) => runCommand.answer(action, body),
    onChange: () => undefined,
    record: () => undefined,
  });
  ssm = new SSMClient({
    region: "eu-central-1",
    endpoint: `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    maxAttempts: 1,
  });
});
afterAll(() => {
  ssm.destroy();
  api.closeAllConnections();
  api.close();
});

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "holdfast-cis-"));
  before = "";
  mkdirSync(join(root, "programs"));
  put("programs/systemctl", "#!/bin/sh\ncase $5 in kubelet*) echo 30 ;; etcd*) echo 20 ;; esac\n", 0o755);
  put("programs/curl", "#!/bin/sh\ncase $* in *10255*) printf 000; exit 7 ;; *) printf 401 ;; esac\n", 0o755);
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

const fetchOne = async (id = "i-1", limit?: number) =>
  (await fetchMachineFacts(ssm, [{ id, role: "control-plane" }], limit))[0]?.facts;

describe("the script", () => {
  it("reads files, processes, configuration and answers of a machine", async () => {
    const key = "c2VjcmV0LWtleQ==";
    put("etc/kubernetes/manifests/kube-apiserver.yaml", "", 0o640);
    put("etc/kubernetes/pki/etcd/ca.key", "secret");
    put("etc/kubernetes/admin.conf", "secret");
    put("etc/systemd/system/kubelet.service.d/10-kubeadm.conf", "");
    put("var/lib/etcd/data/member/wal/0.wal", "");
    put("var/lib/kubelet/config.yaml", "podPidsLimit: 4096\n");
    put("etc/kubernetes/apiserver/authorization.yaml", "authorizers: []\n");
    put("etc/kubernetes/apiserver/admission.yaml", "plugins: []\n");
    put(
      "etc/kubernetes/apiserver/encryption.json",
      JSON.stringify({
        resources: [
          {
            resources: ["secrets"],
            providers: [{ secretbox: { keys: [{ name: "1", secret: key }] } }, { identity: {} }],
          },
        ],
      }),
    );
    putProcess(20, "etcd", [], "/system.slice/etcd.service", "ETCD_NAME=a\0PASSWORD=secret\0");
    putProcess(30, "kubelet", ["--config=/var/lib/kubelet/config.yaml"], "/system.slice/kubelet.service");
    const folder = "/etc/kubernetes/apiserver";
    const files = ["authorization-config", "admission-control-config-file", "encryption-provider-config"];
    const names = ["authorization.yaml", "admission.yaml", "encryption.json"];
    const words = files.map((flag, index) => `--${flag}=${folder}/${names[index] ?? ""}`);
    putProcess(40, "kube-apiserver", words, pods);
    // A trial of another configuration runs outside of pods.
    putProcess(41, "kube-apiserver", ["--profiling"], "/system.slice/holdfast-trial.service");
    putProcess(50, "kube-proxy", ["--config=/var/lib/kube-proxy/config.conf"], pods);
    put("proc/50/root/var/lib/kube-proxy/config.conf", "mode: iptables\n");
    putProcess(60, "bash", [], "/system.slice/ssh.service");

    const found = await fetchOne();
    if (found?.known !== true) throw new Error(found?.problem);
    const { files: listed, processes, documents, encryption, anonymous } = found.value;
    expect(listed.map(({ mode, type, path }) => `${mode} ${type} ${path}`).sort()).toEqual(
      [
        "600 f /etc/kubernetes/admin.conf",
        "600 f /etc/kubernetes/pki/etcd/ca.key",
        "600 f /etc/systemd/system/kubelet.service.d/10-kubeadm.conf",
        "600 f /var/lib/kubelet/config.yaml",
        "640 f /etc/kubernetes/manifests/kube-apiserver.yaml",
      ].concat(
        ["/etc/kubernetes/manifests", "/etc/kubernetes/pki", "/etc/kubernetes/pki/etcd", "/var/lib/etcd"]
          .concat("/var/lib/etcd/data")
          .map((path) => `755 d ${path}`),
      ),
    );
    expect(listed[0]?.owner).toMatch(/^\w[\w-]*:\w[\w-]*$/);
    expect(processes.map(({ program, arguments: [, ...rest] }) => [program, rest])).toEqual([
      ["kubelet", ["--config=/var/lib/kubelet/config.yaml"]],
      ["etcd", []],
      ["kube-apiserver", words],
      ["kube-proxy", ["--config=/var/lib/kube-proxy/config.conf"]],
    ]);
    expect(processes[1]?.environment).toEqual(["ETCD_NAME=a"]);
    expect(documents).toEqual({
      kubelet: "podPidsLimit: 4096",
      kubeProxy: "mode: iptables",
      authorization: "authorizers: []",
      admission: "plugins: []",
    });
    expect(encryption).toEqual([{ resources: ["secrets"], provider: "secretbox" }]);
    expect(anonymous).toEqual({ apiServer: "401", kubelet: "401", kubeletReadOnly: "000" });
    expect(JSON.stringify(found.value)).not.toMatch(/secret-key|c2VjcmV0|PASSWORD/);
  });

  it("reads a machine without any of them", async () => {
    put("programs/systemctl", "#!/bin/sh\necho 0\n", 0o755);
    const found = await fetchOne();
    expect(found).toMatchObject({ known: true, value: { files: [], processes: [], encryption: [] } });
  });
});

describe("a machine without facts", () => {
  it("has the error of its script as a reason", async () => {
    before = "echo disk full >&2; exit 3";
    expect(await fetchOne()).toEqual({ known: false, problem: "Run Command ended with Failed: disk full" });
  });

  it("has the refusal of SSM as a reason", async () => {
    expect(await fetchOne("i-absent")).toEqual({ known: false, problem: "Instances not in a valid state: i-absent" });
  });

  it("that does not end has the time limit as a reason", async () => {
    before = "sleep 5";
    expect(await fetchOne("i-1", 1000)).toMatchObject({
      known: false,
      problem: expect.stringMatching(/did not end within 1 s|Run Command ended with Failed: timed out/) as string,
    });
  });

  it("with output that is no facts is not taken as met", async () => {
    before = "echo busy; exit 0";
    expect(await fetchOne()).toEqual({ known: false, problem: 'the script printed no complete facts: "busy"' });
  });
});

describe("examined machines", () => {
  const { workers } = specOf({ name: "blue", workers: { general: { min: 1, max: 9 } } });
  const general = workers["general"] as (typeof workers)[string];
  const spec = { workers: { general, win: { ...general, os: "windows" as const } } };
  const group = (role: string, ids: readonly string[], state = "InService"): GroupFact => ({
    ...{ name: role, role, desired: ids.length },
    instances: ids.map((id) => ({ id, state, healthy: true })),
  });
  const node = (name: string, pool?: string) => ({ name, pool }) as NodeFact;

  it("are all members, and three workers of each pool with Linux", () => {
    const groups = [
      group("control-plane", ["i-c1", "i-c2"]),
      group("control-plane", ["i-c3"], "Pending:Wait"),
      group("etcd", ["i-e1"]),
      group("worker", ["i-w5", "i-w1", "i-w2", "i-w3", "i-new"]),
      group("worker", ["i-win"]),
    ];
    const nodes = [...["i-w1", "i-w2", "i-w3", "i-w5"].map((id) => node(id, "general")), node("i-win", "win")];
    expect(machinesToExamine(spec, groups, nodes).map(({ id, role }) => `${role} ${id}`)).toEqual([
      ...["control-plane i-c1", "control-plane i-c2", "etcd i-e1"],
      ...["worker i-w1", "worker i-w2", "worker i-w3"],
    ]);
  });
});
