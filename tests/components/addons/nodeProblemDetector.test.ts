import {
  detectorCommand,
  detectorFiles,
  kernelProblems,
  restartProblems,
} from "../../../components/addons/nodeProblemDetector/conditions.plan";
import { detectorPod } from "../../../components/addons/nodeProblemDetector/pod.plan";
import { remedyRules } from "../../../components/addons/nodeProblemDetector/replacement.plan";
import { threeZones } from "../../machineSupport";

const { nodeProblemDetector: spec } = threeZones().platform;

interface Monitor {
  readonly conditions: readonly { type: string; reason: string }[];
  readonly rules: readonly { type: string; condition?: string; reason: string; pattern?: string; args?: string[] }[];
}
const monitors = Object.values(detectorFiles()).map((text) => JSON.parse(text) as Monitor);

describe("the detector's files", () => {
  test("say for each lasting problem what it is while all is well, and what breaks it", () => {
    for (const { conditions, rules } of monitors) {
      const lasting = rules.filter(({ type }) => type === "permanent");
      expect(lasting.map(({ condition }) => condition)).toEqual(conditions.map(({ type }) => type));
      for (const { type, reason } of conditions) {
        const broken = lasting.find(({ condition }) => condition === type)?.reason;
        expect(broken).toBeDefined();
        expect(broken).not.toBe(reason);
      }
    }
  });

  // Lines as kernels have written them.
  test.each([
    ["EXT4-fs (nvme0n1p1): Remounting filesystem read-only", "FilesystemIsReadOnly"],
    ["XFS (nvme1n1): Shutting down filesystem", "XfsHasShutdown"],
    ["{1}[Hardware Error]: event severity: fatal", "CperHardwareErrorFatal"],
    ["task java:4711 blocked for more than 120 seconds.", "TaskHung"],
    ["Killed process 4711 (java) total-vm:1kB, anon-rss:2kB, file-rss:3kB, shmem-rss:0kB", "OOMKilling"],
    ["Buffer I/O error on dev nvme1n1, logical block 0", "IOError"],
    ["IPv6: ADDRCONF(NETDEV_CHANGE): eth0: link becomes ready", undefined],
  ])("%s means %s", (line, reason) => {
    const rules = monitors[0]?.rules ?? [];
    const found = rules.filter(({ pattern }) => pattern !== undefined && new RegExp(pattern).test(line));
    expect(found.map((rule) => rule.reason)).toEqual(reason === undefined ? [] : [reason]);
  });

  test("are the ones that the detector is started with", () => {
    const command = detectorCommand("/config").join(" ");
    for (const name of Object.keys(detectorFiles())) expect(command).toContain(`/config/${name}`);
  });
});

test("the detector is on every node, and writes nowhere on it", () => {
  const pod = detectorPod();
  expect(pod).toMatchObject({ tolerations: [{ operator: "Exists" }], priorityClassName: "system-node-critical" });
  const [container] = pod.containers;
  expect(container?.image).toBe("registry.k8s.io/node-problem-detector/node-problem-detector:v1.36.0");
  expect(container?.volumeMounts.every(({ readOnly }) => readOnly)).toBe(true);
  const mounted = container?.volumeMounts.map(({ name }) => name).sort();
  expect(mounted).toEqual(pod.volumes.map(({ name }) => name).sort());
});

describe("a worker counts as broken", () => {
  test("when it is not ready for a quarter of an hour, or has a lasting problem for five minutes", () => {
    const lasting = [...kernelProblems, ...restartProblems].map(({ condition }) => condition);
    expect(remedyRules(true, spec)).toEqual({
      conditions: [
        { type: "Ready", status: ["False", "Unknown"], seconds: 900 },
        ...lasting.map((type) => ({ type, status: ["True"], seconds: 300 })),
      ],
      pauseSeconds: 600,
      mostBrokenPercentage: 20,
    });
  });

  test("by what kubelet says alone, where there is no detector", () => {
    expect(remedyRules(true, { ...spec, enabled: false })?.conditions.map(({ type }) => type)).toEqual(["Ready"]);
  });

  test("never, where replacement or the platform is switched off", () => {
    expect(remedyRules(true, { ...spec, remedy: { ...spec.remedy, enabled: false } })).toBeUndefined();
    expect(remedyRules(false, spec)).toBeUndefined();
  });
});
