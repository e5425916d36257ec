/** Times of a rehearsal's phases. */
import type { Display, PhaseOutput } from "../../../rehearsal/cli/display";
import { Phases } from "../../../rehearsal/cli/phases";
import type { RehearsalStatus } from "../../../rehearsal/supervisor/status";

const lines: string[] = [];
const output: PhaseOutput = { live: () => undefined, line: (text) => void lines.push(text) };
const display: Display = { width: Infinity, note: () => undefined, phase: (_title, run) => run(output) };

beforeEach(() => {
  lines.length = 0;
  jest.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => jest.useRealTimers());

const pass = (seconds: number): Promise<void> => {
  jest.advanceTimersByTime(seconds * 1000);
  return Promise.resolve();
};

test("are recorded with the builds within them, which may overlap", async () => {
  const phases = new Phases(display);
  await phases.run("Prepare", async (to) => {
    const report = phases.reportTo(to);
    report("etcd", "start");
    await pass(2);
    report("kubernetes", "start");
    report("runc", "cached");
    await pass(3);
    report("etcd", "done", 5);
    await pass(1);
    report("kubernetes", "done", 4);
  });
  expect(phases.times).toEqual([
    { title: "Prepare", kind: "phase", startedAt: 1_000_000, endedAt: 1_006_000 },
    { title: "etcd", kind: "build", startedAt: 1_000_000, endedAt: 1_005_000 },
    { title: "kubernetes", kind: "build", startedAt: 1_002_000, endedAt: 1_006_000 },
  ]);
  expect(lines).toEqual(["etcd …", "kubernetes …", "etcd: 5 s", "kubernetes: 4 s"]);
  const status = { phases: { "services started": 1.5 }, readyAfter: 40 } as unknown as RehearsalStatus;
  expect(phases.timings(status)).toEqual([
    "Prepare                                             6.0 s",
    "  services started                                  1.5 s",
    "From the first machine's start until all are ready  40.0 s",
  ]);
});

test("have no end if they fail", async () => {
  const phases = new Phases(display);
  await expect(phases.run("Boot", () => Promise.reject(new Error("not ready")))).rejects.toThrow("not ready");
  expect(phases.times).toEqual([{ title: "Boot", kind: "phase", startedAt: 1_000_000 }]);
});
