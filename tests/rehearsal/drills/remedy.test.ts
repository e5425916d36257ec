import { readFileSync } from "node:fs";
import { join } from "node:path";
import { kernelProblems, type PermanentProblem } from "../../../components/addons/nodeProblemDetector/problems.plan";
import { parseCalls } from "../../../rehearsal/drills/aws";
import { remedyIntervalMs, parseRemedyRun } from "../../../rehearsal/drills/remedy";
import { statusPatch } from "../../../rehearsal/drills/standIns/problemDetector";

const timer = readFileSync(join(__dirname, "../../../components/node/files/units/holdfast-remedy.timer"), "utf8");

test("a drill waits for as long as the members' timer may take", () => {
  const units: Readonly<Record<string, number>> = { s: 1, min: 60 };
  const span = (name: string): number => {
    const [, count = "", unit = ""] = new RegExp(`^${name}=(\\d+)(s|min)$`, "m").exec(timer) ?? [];
    return Number(count) * (units[unit] ?? NaN);
  };
  expect((span("OnUnitActiveSec") + span("RandomizedDelaySec") + span("AccuracySec")) * 1000).toBe(remedyIntervalMs);
});

test.each([
  ["of a member that has not looked yet", ["", "", "success"], { startedAt: NaN, over: false, succeeded: true }],
  ["that goes on", ["@1700000010", "", "success"], { startedAt: 1700000010_000, over: false, succeeded: true }],
  [
    "that is over",
    ["@1700000010", "@1700000010", "success"],
    { startedAt: 1700000010_000, over: true, succeeded: true },
  ],
  [
    "that failed",
    ["@1700000010", "@1700000012", "exit-code"],
    { startedAt: 1700000010_000, over: true, succeeded: false },
  ],
])("the look %s is read off its unit", (_, [start, exit, result], expected) => {
  const shown = `Result=${result}\nExecMainStartTimestamp=${start}\nExecMainExitTimestamp=${exit}\n`;
  expect(parseRemedyRun(shown)).toEqual(expected);
});

describe("the stand-in of the detector", () => {
  const problem = kernelProblems[0] as PermanentProblem;
  const since = new Date("2026-11-21T11:54:00.123Z");
  const now = new Date("2026-11-21T12:00:00.456Z");
  const [at, heartbeat] = ["2026-11-21T11:54:00Z", "2026-11-21T12:00:00Z"];

  test("reports a problem as the detector's files name it", () => {
    const line = "EXT4-fs (nvme0n1p1): Remounting filesystem read-only";
    expect(statusPatch(problem, { line, since }, now)).toEqual({
      status: {
        conditions: [
          {
            ...{ type: "ReadonlyFilesystem", status: "True", reason: "FilesystemIsReadOnly", message: line },
            ...{ lastTransitionTime: at, lastHeartbeatTime: heartbeat },
          },
        ],
      },
    });
  });

  test("reports that all is well", () => {
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

test("calls of an action are found in the record of all, since a time", () => {
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
