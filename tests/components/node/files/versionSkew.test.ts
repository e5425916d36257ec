/** Order of an upgrade: kubelet and kube-proxy wait for the API servers, and a member that goes back for the workers. */
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { FakeAws } from "./awsSupport";
import { FakeMachine, machines } from "../nodeSupport";

let aws: FakeAws;
beforeEach(async () => {
  aws = await FakeAws.start();
});
afterEach(() => aws.stop());

/** kubeconfig that members publish; without a version, as members of an earlier version of Holdfast publish it. */
function joinKubeconfig(oldestMinor?: number): string {
  const extension = { name: "holdfast.dev/oldest-api-server", extension: { minor: String(oldestMinor) } };
  return JSON.stringify({ kind: "Config", ...(oldestMinor !== undefined && { extensions: [extension] }) });
}

/** Machine whose kubectl lists nodes with these kubelet versions. */
function memberAmong(versions: readonly string[], cluster: object = {}): FakeMachine {
  const machine = new FakeMachine(machines.controlPlane, cluster, aws.environment);
  machine.write("run/kubeadm.yaml", "");
  machine.stub(
    "kubectl",
    `case "$1" in
      get) printf '${versions.map((version) => `${version}\\n`).join("")}' ;;
      *) echo "kubectl $1" >>"$HOME/calls"; cat ;;
    esac`,
  );
  machine.stub("kubeadm", `echo '{"kind": "ConfigMap"}'`);
  return machine;
}

describe("join", () => {
  const documents = [
    { kind: "JoinConfiguration", discovery: { file: {} }, nodeRegistration: { kubeletExtraArgs: [] } },
  ];

  function workerAt(kubernetesVersion: string): FakeMachine {
    const cluster = { kubernetesVersion, kubeadm: { join: documents } };
    const machine = new FakeMachine(machines.worker, cluster, aws.environment);
    machine.record("kubeadm");
    machine.stub("sleep", "exec /bin/sleep 0.05");
    machine.write("run/.keep", "");
    return machine;
  }

  function publish(value: string): void {
    const body = JSON.stringify({ Parameters: [{ Name: "/holdfast/blue/join/kubeconfig", Value: value }] });
    aws.answer = ({ scope }) => ({ body: scope.startsWith("ssm/") ? body : "" });
  }

  test.each(["1.36.4", "1.35.8"])("joins API servers of 1.36 with kubelet %s", async (version) => {
    publish(joinKubeconfig(36));
    const machine = workerAt(version);
    expect((await machine.run(["steps/join"])).code).toBe(0);
    expect(machine.read("calls")).toMatch(/^kubeadm join/);
    expect(aws.calls).toHaveLength(1);
  });

  test.each([
    ["an API server of the previous minor version", joinKubeconfig(36)],
    ["members that do not publish their versions", joinKubeconfig()],
  ])("waits for %s", async (_what, published) => {
    publish(published);
    const machine = workerAt("1.37.1");
    const running = machine.run(["steps/join"]);
    while (aws.calls.length < 3) await sleep(20);
    expect(existsSync(machine.path("calls"))).toBe(false);
    publish(joinKubeconfig(37));
    const { code, output } = await running;
    expect([code, output]).toEqual([0, expect.not.stringContaining("failed")]);
    expect(machine.read("calls")).toMatch(/^kubeadm join/);
  });
});

describe("kube-proxy", () => {
  const cluster = { kubernetesVersion: "1.37.1" };

  test("is updated by the last member of an upgrade", async () => {
    const machine = memberAmong(["v1.37.1", "v1.37.1", "v1.37.1"], cluster);
    expect((await machine.run(["steps/kube-proxy"])).code).toBe(0);
    expect(machine.read("calls")).toContain("kubectl apply");
    expect(existsSync(machine.path("run/kube-proxy-waits"))).toBe(false);
  });

  test("is read from kubeadm 1.37, which writes messages first, and no line break after a separator", async () => {
    const machine = memberAmong(["v1.37.1"], cluster);
    machine.stub("kubeadm", "printf '%s\\n' '[patches] Reading' --- 'kind: ConfigMap' '---kind: DaemonSet'");
    machine.stub("jq", "cat");
    expect((await machine.run(["steps/kube-proxy"])).stdout).toBe("---\nkind: ConfigMap\n---\nkind: DaemonSet\n");
  });

  test("is left alone by the others, which try again in their periodic work", async () => {
    const machine = memberAmong(["v1.37.1", "v1.36.9", "v1.36.10"], cluster);
    const { output } = await machine.run(["steps/kube-proxy"]);
    expect(output).toContain("another API server runs 1.36");
    expect(machine.read("calls")).toBe("");
    machine.ownFolder("steps");
    for (const step of ["delete-stale-nodes", "join-token", "kube-proxy"]) {
      machine.write(`home/current/steps/${step}`, `#!/bin/bash\necho ${step}\n`, 0o755);
    }
    expect((await machine.run(["bin/maintain-control-plane"])).stdout).toBe(
      "delete-stale-nodes\njoin-token\nkube-proxy\n",
    );
  });
});

describe("a member that is to be replaced", () => {
  const own = "a".repeat(64);

  async function isSuperseded(wanted: string, theirs = "1.36.3"): Promise<boolean> {
    const machine = memberAmong([], { kubernetesVersion: "1.36.3" });
    const configuration = { ClusterConfiguration: `kubernetesVersion: v${theirs}` };
    machine.stub("kubectl", `echo '${JSON.stringify({ data: configuration })}'`);
    const name = "/holdfast/blue/control-plane/a";
    const value = JSON.stringify({ bundle: { sha256: wanted } });
    aws.answer = () =>
      wanted === "" ? { status: 500 } : { body: JSON.stringify({ Parameters: [{ Name: name, Value: value }] }) };
    const moved = await machine.run(
      `mv "$HOLDFAST_HOME/current" "$HOLDFAST_HOME/${own}" && ln -s ${own} "$HOLDFAST_HOME/current"`,
    );
    expect(moved.code).toBe(0);
    const { code, output } = await machine.run(["steps/version-skew"]);
    expect([code, output]).toEqual([0, expect.not.stringContaining("failed")]);
    return existsSync(machine.path("run/superseded"));
  }

  test("has another bundle than the settings", async () => {
    expect(await isSuperseded("b".repeat(64))).toBe(true);
    expect(await isSuperseded(own)).toBe(false);
  });

  test("may be older than the cluster: a version that was taken back", async () => {
    expect(await isSuperseded(own, "1.37.1")).toBe(false);
  });

  test.each([
    ["1.36.10", true],
    ["1.36.3", false],
    ["1.35.8", false],
  ])("without Parameter Store, in a cluster of %s: %s", async (theirs, expected) => {
    expect(await isSuperseded("", theirs)).toBe(expected);
  });
});
