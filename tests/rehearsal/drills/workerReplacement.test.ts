import { readFileSync } from "node:fs";
import { join } from "node:path";
import { kernelProblems, type PermanentProblem } from "../../../components/addons/nodeProblemDetector/problems.plan";
import { parseCalls } from "../../../rehearsal/drills/aws";
import { parseUnitRun, replacementIntervalMs } from "../../../rehearsal/drills/workerReplacement";
import { statusPatch } from "../../../rehearsal/drills/standIns/problemDetector";

const timer = readFileSync(
  join(__dirname, "../../../components/node/files/units/holdfast-replace-broken-workers.timer"),
  "utf8",
);

test("the interval covers the longest period of the members' timer", () => {
  const units: Readonly<Record<string, number>> = { s: 1, min: 60 };
  const span = (name: string): number => {
    const [, count = "", unit = ""] = new RegExp(`^${name}=(\\d+)(s|min)$`, "m").exec(timer) ?? [];
    return Number(count) * (units[unit] ?? NaN);
  };
  expect((span("OnUnitActiveSec") + span("RandomizedDelaySec") + span("AccuracySec")) * 1000).toBe(
    replacementIntervalMs,
  );
});

test.each([
  ["not started", ["", "", "success"], { startedAt: NaN, finished: false, succeeded: true }],
  ["running", ["@1700000010", "", "success"], { startedAt: 1700000010_000, finished: false, succeeded: true }],
  [
    "finished",
    ["@1700000010", "@1700000010", "success"],
    { startedAt: 1700000010_000, finished: true, succeeded: true },
  ],
  [
    "failed",
    ["@1700000010", "@1700000012", "exit-code"],
    { startedAt: 1700000010_000, finished: true, succeeded: false },
  ],
])("the run of the unit is parsed: %s", (_, [start, exit, result], expected) => {
  const shown = `Result=${result}\nExecMainStartTimestamp=${start}\nExecMainExitTimestamp=${exit}\n`;
  expect(parseUnitRun(shown)).toEqual(expected);
});

describe("stand-in for the Node Problem Detector", () => {
  const problem = kernelProblems[0] as PermanentProblem;
  const since = new Date("2026-11-21T11:54:00.123Z");
  const now = new Date("2026-11-21T12:00:00.456Z");
  const [at, heartbeat] = ["2026-11-21T11:54:00Z", "2026-11-21T12:00:00Z"];

  test("reports a problem with the condition of the detector", () => {
    const line = "EXT4-fs (nvme0n1p1): Remounting filesystem read-only";
    expect(statusPatch(problem, { line, since }, now)).toEqual({
      status: {
        conditions: [
          {
            type: "ReadonlyFilesystem",
            status: "True",
            reason: "FilesystemIsReadOnly",
            message: line,
            lastTransitionTime: at,
            lastHeartbeatTime: heartbeat,
          },
        ],
      },
    });
  });

  test("reports the absence of a problem", () => {
    const fine = {
      status: "False",
      reason: "NoFilesystemIsReadOnly",
      message: "no file system was remounted read-only",
    };
    expect(statusPatch(problem, { since }, now)).toEqual({
      status: {
        conditions: [{ type: "ReadonlyFilesystem", ...fine, lastTransitionTime: at, lastHeartbeatTime: heartbeat }],
      },
    });
  });
});

test("calls of an action since a time are parsed from the log", () => {
  const call = (at: number, action: string) => ({ at, from: "10.0.0.5", service: "autoscaling", action, status: 200 });
  const calls = [
    call(99, "SetInstanceHealth"),
    call(101, "SetInstanceHealth"),
    call(102, "DescribeAutoScalingGroups"),
    call(103, "SetInstanceHealth"),
  ];
  const lines = calls.map((each) => `${JSON.stringify(each)}\n`).join("");
  expect(parseCalls(lines, "SetInstanceHealth", 100_000)).toEqual([calls[1], calls[3]]);
  expect(parseCalls("", "SetInstanceHealth", 0)).toEqual([]);
});
