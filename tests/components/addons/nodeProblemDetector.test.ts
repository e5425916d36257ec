import {
  detectorFiles,
  kernelProblems,
  restartProblems,
} from "../../../components/addons/nodeProblemDetector/problems.plan";
import { workerReplacementRules } from "../../../components/addons/nodeProblemDetector/workerReplacement.plan";
import { threeZones } from "../../machineSupport";

interface Monitor {
  readonly conditions: readonly { type: string; reason: string }[];
  readonly rules: readonly { type: string; condition?: string; reason: string; pattern?: string }[];
}
const monitors = Object.values(detectorFiles()).map((text) => JSON.parse(text) as Monitor);

test("each condition has one permanent rule, with another reason than the healthy condition", () => {
  for (const { conditions, rules } of monitors) {
    const permanent = rules.filter(({ type }) => type === "permanent");
    expect(permanent.map(({ condition }) => condition)).toEqual(conditions.map(({ type }) => type));
    for (const [index, { reason }] of permanent.entries()) expect(reason).not.toBe(conditions[index]?.reason);
  }
});

// Log lines of real kernels.
test.each([
  ["EXT4-fs (nvme0n1p1): Remounting filesystem read-only", "FilesystemIsReadOnly"],
  ["XFS (nvme1n1): Shutting down filesystem", "XfsHasShutdown"],
  ["{1}[Hardware Error]: event severity: fatal", "CperHardwareErrorFatal"],
  ["task java:4711 blocked for more than 120 seconds.", "TaskHung"],
  ["Killed process 4711 (java) total-vm:1kB, anon-rss:2kB, file-rss:3kB, shmem-rss:0kB", "OOMKilling"],
  ["Buffer I/O error on dev nvme1n1, logical block 0", "IOError"],
  ["IPv6: ADDRCONF(NETDEV_CHANGE): eth0: link becomes ready", undefined],
])("%s: %s", (line, reason) => {
  const rules = monitors[0]?.rules ?? [];
  const found = rules.filter(({ pattern }) => pattern !== undefined && new RegExp(pattern).test(line));
  expect(found.map((rule) => rule.reason)).toEqual(reason === undefined ? [] : [reason]);
});

describe("worker replacement", () => {
  const rulesFor = (nodeProblemDetector: object, enabled = true) =>
    workerReplacementRules(threeZones({ addons: { enabled, nodeProblemDetector } }).addons);

  test("replaces workers that are not Ready or have a permanent problem", () => {
    const permanent = [...kernelProblems, ...restartProblems].map(({ condition }) => condition);
    expect(rulesFor({})).toEqual({
      conditions: [
        { type: "Ready", status: ["False", "Unknown"], seconds: 900 },
        ...permanent.map((type) => ({ type, status: ["True"], seconds: 300 })),
      ],
      pauseSeconds: 600,
      maxUnhealthyPercentage: 20,
    });
  });

  test("only considers Ready without the detector", () => {
    expect(rulesFor({ enabled: false })?.conditions.map(({ type }) => type)).toEqual(["Ready"]);
  });

  test("is off if it or all add-ons are disabled", () => {
    expect(rulesFor({ workerReplacement: { enabled: false } })).toBeUndefined();
    expect(rulesFor({}, false)).toBeUndefined();
  });
});
