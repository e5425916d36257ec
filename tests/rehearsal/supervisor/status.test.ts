import { machineTable, stageChanges } from "../../../rehearsal/cli/statusTable";
import { inotifyDemand, capacityProblem } from "../../../rehearsal/supervisor/hostCapacity";
import { adminAccess, byAddress } from "../../../rehearsal/kubernetes/kubeconfig";
import { stageOf, stepProgress } from "../../../rehearsal/supervisor/progress";
import { statePaths, stateRoot } from "../../../rehearsal/supervisor/statePaths";
import type { MachineStatus, RehearsalStatus } from "../../../rehearsal/supervisor/status";
import { renderKubeconfig } from "../../../components/pki/kubeconfig.plan";

const line = (step: string, event: string, attempt: number, seconds: number): string =>
  JSON.stringify({ step, event, attempt, seconds, at: 1 });

describe("progress of a machine", () => {
  test("is the latest state of each step", () => {
    const lines = [
      line("host", "start", 1, 0),
      line("volume", "start", 1, 0),
      line("host", "done", 1, 0.7),
      line("volume", "failed", 1, 3),
      line("volume", "start", 2, 0),
      '{"step":"half',
    ].join("\n");
    expect(stepProgress(lines)).toEqual([
      { name: "host", state: "done", attempt: 1, seconds: 0.7 },
      { name: "volume", state: "running", attempt: 2, seconds: 3 },
    ]);
  });

  const step = (name: string, state: "running" | "done" | "failed", attempt = 1) => ({
    name,
    state,
    attempt,
    seconds: 0,
  });
  test.each([
    [
      "running steps, with a count of downloads",
      [step("asset-etcd", "running"), step("host", "running"), step("asset-runc", "running")],
      "host, 2 assets",
    ],
    ["the number of the attempt", [step("volume", "running", 3)], "volume (try 3)"],
    ["failed before running steps", [step("host", "running"), step("volume", "failed", 5)], "volume failed (try 5)"],
    ["the end", [step("host", "done")], "joined"],
  ])("shows %s", (_what, steps, expected) => {
    expect(stageOf(steps)).toBe(expected);
  });
});

describe("status as text", () => {
  const machine = (name: string, stage: string, part: Partial<MachineStatus> = {}): MachineStatus => ({
    id: `i-${name}`,
    name,
    role: "worker",
    group: "g",
    zone: "eu-central-1a",
    address: "10.0.0.4",
    podCidr: "10.244.0.0/24",
    state: "running",
    stage,
    steps: [],
    ready: stage === "Ready",
    ...part,
  });
  const status = (machines: MachineStatus[], problems: string[] = []): RehearsalStatus => ({
    id: "c",
    stack: "c",
    phase: "running",
    machines,
    ready: false,
    namespace: "hf-1",
    awsEndpoint: "http://169.254.169.1",
    phases: {},
    problems,
  });

  test("has aligned columns, cut to the terminal", () => {
    const machines = [machine("a", "Ready", { readyAfter: 31.04 }), machine("worker-general", "booting")];
    expect(machineTable(machines)).toEqual([
      "a               eu-central-1a  10.0.0.4  31.0 s  Ready",
      "worker-general  eu-central-1a  10.0.0.4          booting",
    ]);
    expect(machineTable(machines, 20)[0]).toBe("a               eu-…");
  });

  test("shows each change once", () => {
    const before = status([machine("a", "booting"), machine("b", "booting")]);
    const after = status([machine("a", "Ready", { readyAfter: 31 }), machine("b", "booting")], ["disk is full"]);
    expect(stageChanges(undefined, before)).toEqual(["a: booting", "b: booting"]);
    expect(stageChanges(before, after)).toEqual(["a: Ready after 31 s", "problem: disk is full"]);
    expect(stageChanges(after, after)).toEqual([]);
  });
});

describe("the administrator's kubeconfig", () => {
  const kubeconfig = renderKubeconfig({
    cluster: "c",
    server: "https://api.c.internal:6443",
    user: "admin",
    authority: "CA",
    certificate: "CERTIFICATE",
    key: "KEY",
  });

  test("is parsed", () => {
    expect(adminAccess(kubeconfig)).toEqual({
      serverName: "api.c.internal",
      port: 6443,
      authority: "CA",
      certificate: "CERTIFICATE",
      key: "KEY",
    });
  });

  test("with an address still checks the server's name", () => {
    const text = byAddress(kubeconfig, "10.0.15.254");
    expect(text).toContain("server: https://10.0.15.254:6443\n");
    expect(text).toContain("tls-server-name: api.c.internal\n");
    expect(text).toContain("client-key-data: S0VZ\n");
  });

  test("with several clusters is refused", () => {
    const several = kubeconfig.replace("clusters:", "clusters:\n  - name: other\n    cluster: {}\n");
    expect(() => adminAccess(several)).toThrow();
  });
});

describe("capacity for inotify instances", () => {
  test("suffices for staging, but not for production, with Debian's default", () => {
    const staging = inotifyDemand(["control-plane", "control-plane", "control-plane", "worker"]);
    expect(capacityProblem({ limit: 128, used: 5, needed: staging })).toBeUndefined();
    expect(
      capacityProblem({ limit: 128, used: 5, needed: staging + inotifyDemand(["etcd", "etcd", "etcd"]) }),
    ).toContain("sysctl -w fs.inotify.max_user_instances=1024");
  });

  test("is sufficient with the suggested limit", () => {
    expect(capacityProblem({ limit: 2048, used: 3000, needed: 100 })).toContain("max_user_instances=4096");
  });
});

describe("state directories", () => {
  test("follow the environment", () => {
    expect(stateRoot({ HOLDFAST_STATE: "/s" })).toBe("/s");
    expect(stateRoot({ XDG_STATE_HOME: "/x" })).toBe("/x/holdfast");
    expect(stateRoot({})).toMatch(/\/\.local\/state\/holdfast$/);
  });

  test.each(["", "..", "a/b", "A", "1a", "-a", "a".repeat(25)])("refuse the name %j", (id) => {
    expect(() => statePaths(id, "/s")).toThrow("invalid rehearsal name");
  });

  test("refuse a socket path that the kernel would truncate", () => {
    expect(() => statePaths("staging", `/${"x".repeat(100)}`)).toThrow("set HOLDFAST_STATE to a shorter directory");
  });
});
