/** Timeline of a rehearsal, from logs of the steps of a control-plane machine and of a worker of stack dev. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stepAttempts } from "../../../rehearsal/supervisor/progress";
import type { BootTimes } from "../../../rehearsal/supervisor/status";
import type { HostTime, RecordedBoot } from "../../../rehearsal/timeline/recordedBoot";
import { renderTimeline } from "../../../rehearsal/timeline/timelinePage";
import { hostRows, machineRows } from "../../../rehearsal/timeline/timelineRows";
import { elementsIn, expectSelfContained, parsePage, withClass } from "../../parsedPage";

const roles = ["control-plane", "worker"];
const logs = new Map(roles.map((role) => [role, readFileSync(join(__dirname, `${role}.jsonl`), "utf8")]));
const log = (role: string): string => logs.get(role) ?? "";
/** Start of the first machine: some seconds before the first step. */
const started = Math.min(...roles.flatMap((role) => stepAttempts(log(role)).map(({ startedAt }) => startedAt))) - 4_000;

const machine = (name: string, role: string, part: Partial<BootTimes> = {}): BootTimes => ({
  name,
  role,
  zone: "eu-central-1a",
  startedAt: started,
  attempts: stepAttempts(log(role)),
  readyAt: started + 40_000,
  ...part,
});
const host: readonly HostTime[] = [
  {
    title: "Prepare machine image, software and tools",
    kind: "phase",
    startedAt: started - 90_000,
    endedAt: started - 10_000,
  },
  { title: "kubernetes", kind: "build", startedAt: started - 80_000, endedAt: started - 20_000 },
  { title: "Boot the machines", kind: "phase", startedAt: started - 100 },
];
const record: RecordedBoot = {
  id: "trial",
  stack: "dev",
  host,
  machines: [machine("worker-general", "worker"), machine("control-plane-a", "control-plane")],
  recordedAt: started + 50_000,
};

describe("attempts of steps", () => {
  const line = (step: string, event: string, attempt: number, at: number): string =>
    JSON.stringify({ step, event, attempt, seconds: 0, at });

  test("end with the event after their start, also if a restarted unit counts from 1 again", () => {
    const lines = [
      line("join", "start", 1, 1),
      line("join", "failed", 1, 3),
      line("join", "start", 2, 4),
      line("join", "failed", 2, 5),
      line("join", "start", 1, 9.5),
      "half a li",
    ];
    expect(stepAttempts(lines.join("\n"))).toEqual([
      { step: "join", attempt: 1, startedAt: 1_000, endedAt: 3_000, state: "failed" },
      { step: "join", attempt: 2, startedAt: 4_000, endedAt: 5_000, state: "failed" },
      { step: "join", attempt: 1, startedAt: 9_500, state: "running" },
    ]);
    expect(stepAttempts(lines.join("\n"), 4_500)).toEqual([
      { step: "join", attempt: 1, startedAt: 9_500, state: "running" },
    ]);
  });

  test.each(roles)("of a %s machine last as long as the machine measured", (role) => {
    const measured = log(role)
      .trim()
      .split("\n")
      .map((text) => JSON.parse(text) as { step: string; event: string; seconds: number })
      .filter(({ event }) => event === "done");
    const attempts = stepAttempts(log(role));
    expect(attempts).toHaveLength(measured.length);
    for (const { step, seconds } of measured) {
      const { startedAt = 0, endedAt = 0 } = attempts.find((each) => each.step === step) ?? {};
      // The machine does not count the time in which it computes the duration and writes the line.
      expect(Math.abs((endedAt - startedAt) / 1000 - seconds)).toBeLessThan(0.3);
    }
  });
});

describe("rows of machines", () => {
  test("are sorted, with the boot, every step and the wait for Ready, from the first machine's start", () => {
    const rows = machineRows(record.machines, record.recordedAt);
    expect(rows.map(({ name, note }) => `${name}: ${note}`)).toEqual([
      "control-plane-a: control-plane, eu-central-1a, Ready after 40.0 s",
      "worker-general: worker, eu-central-1a, Ready after 40.0 s",
    ]);
    const [{ bars } = { bars: [] }] = rows;
    const kinds = bars.map(({ kind }) => kind);
    expect([kinds[0], ...kinds.slice(-2)]).toEqual(["boot", "wait", "ready"]);
    expect(bars.filter(({ kind }) => kind === "download" || kind === "step")).toHaveLength(28);
    expect(bars.filter(({ kind }) => kind === "download").map(({ label }) => label)).toContain("kubelet");
    expect(bars.at(0)?.from).toBe(0);
    expect(bars.at(-1)?.from).toBe(40);
    const steps = bars.filter(({ kind }) => kind === "download" || kind === "step");
    for (const [index, { startedAt, endedAt = 0 }] of stepAttempts(log("control-plane")).entries()) {
      const { from = 0, to = 0 } = steps[index] ?? {};
      expect([from, to]).toEqual([(startedAt - started) / 1000, (endedAt - started) / 1000]);
    }
  });

  test.each<[string, Partial<BootTimes>, string, readonly string[]]>([
    ["boots", { attempts: [] }, "not ready", ["boot, still running"]],
    [
      "retries a step",
      {
        attempts: [
          { step: "join", attempt: 1, startedAt: started + 1_000, endedAt: started + 2_000, state: "failed" },
          { step: "join", attempt: 2, startedAt: started + 3_000, state: "running" },
        ],
        problem: "no answer",
      },
      "not ready: no answer",
      ["boot", "join, failed", "join (try 2), still running"],
    ],
  ])("of a machine that %s end with the record", (_what, part, note, labels) => {
    const [row] = machineRows([machine("a", "worker", { readyAt: undefined, ...part })], record.recordedAt);
    expect(row?.note).toBe(`worker, eu-central-1a, ${note}`);
    expect(row?.bars.map(({ label }) => label)).toEqual(labels);
    expect(row?.bars.at(-1)).toMatchObject({ kind: "running", to: 50 });
  });

  test("leave out machines that have not started", () => {
    expect(machineRows([machine("a", "worker", { startedAt: undefined, attempts: [] })], record.recordedAt)).toEqual(
      [],
    );
  });
});

test("rows of the host have phases and builds, from the first phase's start", () => {
  const [phases, builds] = hostRows(host, record.recordedAt);
  expect(phases?.bars.map(({ label, kind, from, to }) => [label, kind, from, to])).toEqual([
    ["Prepare machine image, software and tools", "phase", 0, 80],
    ["Boot the machines, not finished", "running", 89.9, 140],
  ]);
  expect(builds?.bars.map(({ label, from, to }) => [label, from, to])).toEqual([["kubernetes", 10, 70]]);
  expect(hostRows([], 0)).toEqual([]);
});

describe("page", () => {
  test("is well-formed, loads nothing, runs nothing, and is accessible to screen readers", () => {
    expectSelfContained(parsePage(renderTimeline(record)));
  });

  test("shows each bar in the chart and in the table, and when all machines were ready", () => {
    const root = parsePage(renderTimeline(record));
    const bars = [...machineRows(record.machines, record.recordedAt), ...hostRows(host, record.recordedAt)].flatMap(
      (row) => row.bars,
    );
    expect(withClass(root, "bar").length + withClass(root, "point").length).toBe(bars.length);
    expect(elementsIn(root, "tr").length - elementsIn(root, "table").length).toBe(bars.length);
    expect(withClass(root, "lead")[0]?.text).toContain("all 2 machines were ready after 40.0 s");
  });

  test("without machines says so", () => {
    const root = parsePage(renderTimeline({ ...record, machines: [], host: [] }));
    expectSelfContained(root);
    expect(withClass(root, "lead")[0]?.text).toContain("0 of 0 machines were ready");
    expect(elementsIn(root, "svg")).toEqual([]);
  });

  test("escapes every text", () => {
    const nasty = `<script>alert(1)</script>"'&`;
    const attempts = [{ step: nasty, attempt: 1, startedAt: started, state: "running" as const }];
    const root = parsePage(
      renderTimeline({
        ...record,
        stack: nasty,
        id: nasty,
        host: host.map((time) => ({ ...time, title: nasty })),
        machines: [machine(nasty, nasty, { zone: nasty, attempts, problem: nasty })],
      }),
    );
    expectSelfContained(root);
    expect(elementsIn(root, "h1")[0]?.text).toBe(`Timeline of rehearsal ${nasty}`);
  });
});
