import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import fc from "fast-check";

import type { WorkerReplacementRules } from "../../../../components/addons/nodeProblemDetector/workerReplacement.plan";
import { FakeAws } from "./awsSupport";
import { FakeMachine, filesDirectory, machines } from "../nodeSupport";

const rules: WorkerReplacementRules = {
  conditions: [
    { type: "Ready", status: ["False", "Unknown"], seconds: 900 },
    { type: "ReadonlyFilesystem", status: ["True"], seconds: 300 },
  ],
  pauseSeconds: 600,
  maxUnhealthyPercentage: 20,
};
const now = Date.parse("2026-11-21T12:00:00Z") / 1000;

interface Condition {
  readonly type: string;
  readonly status: string;
  /** Seconds since the last transition. */
  readonly for: number;
}
interface Worker {
  readonly name: string;
  readonly conditions?: readonly Condition[];
  readonly cordoned?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  /** Seconds since it was marked unhealthy. */
  readonly marked?: number;
}

function nodeOf({ name, conditions = [], cordoned = false, labels = {}, marked }: Worker, at: number): object {
  const annotations = marked === undefined ? {} : { "holdfast.dev/marked-unhealthy": String(at - marked) };
  return {
    metadata: { name, labels, annotations },
    spec: cordoned ? { unschedulable: true } : {},
    status: {
      conditions: conditions.map(({ type, status, for: seconds }) => ({
        type,
        status,
        lastTransitionTime: new Date((at - seconds) * 1000).toISOString().replace(".000", ""),
      })),
    },
  };
}

interface Verdict {
  readonly name?: string;
  readonly problem?: string;
  readonly paused?: string;
}

function verdict(workers: readonly Worker[]): Verdict {
  const program = join(filesDirectory, "config/worker-replacement.jq");
  const input = JSON.stringify({ items: workers.map((worker) => nodeOf(worker, now)) });
  const flags = ["--argjson", "rules", JSON.stringify(rules), "--argjson", "now", String(now)];
  return JSON.parse(execFileSync("jq", ["-c", ...flags, "-f", program], { input, encoding: "utf8" })) as Verdict;
}

const ready: Condition = { type: "Ready", status: "True", for: 86_400 };
const unknown: Condition = { type: "Ready", status: "Unknown", for: 1000 };
const readOnly: Condition = { type: "ReadonlyFilesystem", status: "True", for: 400 };
const healthy = (count: number): Worker[] =>
  Array.from({ length: count }, (_, index) => ({ name: `i-ok${index}`, conditions: [ready] }));
const optedOut = { "holdfast.dev/replacement": "off" };

describe("worker-replacement.jq", () => {
  test.each<[string, Partial<Worker>, string | undefined]>([
    ["not responding", { conditions: [unknown] }, "Ready for 1000 s"],
    ["not ready", { conditions: [{ ...unknown, status: "False" }] }, "Ready for 1000 s"],
    ["not responding for a moment", { conditions: [{ ...unknown, for: 899 }] }, undefined],
    ["with a read-only disk", { conditions: [ready, readOnly] }, "ReadonlyFilesystem for 400 s"],
    ["whose disk just became read-only", { conditions: [ready, { ...readOnly, for: 299 }] }, undefined],
    ["with a condition that is not in the rules", { conditions: [{ ...readOnly, type: "DiskPressure" }] }, undefined],
    ["without conditions", {}, undefined],
    ["cordoned by a person", { conditions: [unknown], cordoned: true }, undefined],
    ["opted out", { conditions: [unknown], labels: optedOut }, undefined],
    ["marked before the pause", { conditions: [unknown], cordoned: true, marked: 601 }, "Ready for 1000 s"],
    ["just marked", { conditions: [unknown], cordoned: true, marked: 100 }, undefined],
  ])("worker %s", (_case, worker, problem) => {
    const found = verdict([...healthy(9), { name: "i-bad", ...worker }]);
    expect(found).toEqual(problem === undefined ? {} : { name: "i-bad", problem });
  });

  test.each<[string, Worker[], Verdict]>([
    ["the only worker", [{ name: "i-bad", conditions: [unknown] }], { name: "i-bad", problem: "Ready for 1000 s" }],
    [
      "the one that is broken the longest",
      [
        ...healthy(18),
        { name: "i-new", conditions: [unknown] },
        { name: "i-old", conditions: [{ ...unknown, for: 5000 }] },
      ],
      { name: "i-old", problem: "Ready for 5000 s" },
    ],
    [
      "the next one, if a marked one is not replaced",
      [
        ...healthy(18),
        { name: "i-stuck", conditions: [{ ...unknown, for: 9000 }], cordoned: true, marked: 5000 },
        { name: "i-next", conditions: [unknown] },
      ],
      { name: "i-next", problem: "Ready for 1000 s" },
    ],
    [
      "none in the pause after another",
      [
        ...healthy(18),
        { name: "i-first", conditions: [unknown], cordoned: true, marked: 60 },
        { name: "i-next", conditions: [unknown] },
      ],
      {},
    ],
    [
      "none if too many are broken; opted-out and cordoned workers count",
      [
        ...healthy(7),
        { name: "i-a", conditions: [unknown] },
        { name: "i-b", conditions: [unknown], cordoned: true },
        { name: "i-c", conditions: [unknown], labels: optedOut },
      ],
      { paused: "3 of 10 workers are unhealthy, too many: replacement paused" },
    ],
  ])("replaces %s", (_case, workers, expected) => {
    expect(verdict(workers)).toEqual(expected);
  });

  test("property: replaces a broken worker that is not cordoned, or none", () => {
    const worker = fc.record({
      conditions: fc.array(
        fc.record({
          type: fc.constantFrom("Ready", "ReadonlyFilesystem", "DiskPressure"),
          status: fc.constantFrom("True", "False", "Unknown"),
          for: fc.nat(2000),
        }),
        { maxLength: 2 },
      ),
      cordoned: fc.boolean(),
    });
    const isBroken = ({ conditions = [] }: Worker): boolean =>
      conditions.some((found) =>
        rules.conditions.some(
          ({ type, status, seconds }) =>
            type === found.type && status.includes(found.status as "True") && found.for >= seconds,
        ),
      );
    fc.assert(
      fc.property(fc.array(worker, { maxLength: 12 }), (generated) => {
        const workers = generated.map((one, index) => ({ ...one, name: `i-${index}` }));
        const broken = workers.filter(isBroken);
        const { name, paused } = verdict(workers);
        if (name !== undefined) {
          const chosen = workers.find((one) => one.name === name);
          expect(chosen && isBroken(chosen) && !chosen.cordoned).toBe(true);
          expect(broken.length === 1 || broken.length * 5 <= workers.length).toBe(true);
        } else if (paused === undefined) {
          expect(broken.every(({ cordoned }) => cordoned)).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });
});

test("the timer elapses every two minutes, up to 30 s later", () => {
  const timer = readFileSync(join(filesDirectory, "units/holdfast-replace-broken-workers.timer"), "utf8");
  // systemd's default accuracy is a minute.
  expect(timer).toMatch(/^OnUnitActiveSec=2min\nAccuracySec=1s$/m);
  expect(timer).toMatch(/^RandomizedDelaySec=30s$/m);
});

jest.setTimeout(30_000);

describe("replace-broken-workers", () => {
  let aws: FakeAws;
  let machine: FakeMachine;
  const broken = { name: "i-0bad", conditions: [{ ...unknown, for: 2000 }] };

  beforeEach(async () => {
    aws = await FakeAws.start();
    aws.answer = () => ({});
    machine = new FakeMachine(machines.controlPlane, { workerReplacement: rules }, aws.environment);
    machine.stub("kubectl", 'case $1 in get) cat "$HOME/nodes.json" ;; *) echo "kubectl $*" >>"$HOME/calls" ;; esac');
    // One key, and a free lock.
    machine.stub(
      "etcdctl",
      `cd "$HOME"; case $1 in
        lock) echo lock >>calls; shift 4; exec "$@" ;;
        get) cat key 2>/dev/null || true ;;
        put) echo "$3" >key ;;
      esac`,
    );
  });
  afterEach(() => aws.stop());

  const run = (...workers: readonly Worker[]) => {
    const items = workers.map((worker) => nodeOf(worker, Math.floor(Date.now() / 1000)));
    machine.write("nodes.json", JSON.stringify({ items }));
    return machine.run(["bin/replace-broken-workers"]);
  };

  test("takes no lock if all workers are healthy", async () => {
    expect((await run(...healthy(3))).code).toBe(0);
    expect([machine.lines("calls"), aws.calls]).toEqual([[], []]);
  });

  test("annotates and cordons the worker under the lock, marks it unhealthy, and pauses", async () => {
    const { code, output } = await run(...healthy(9), broken);
    expect([code, output]).toEqual([0, expect.stringContaining("i-0bad marked unhealthy: Ready for 20")]);
    expect(machine.read("calls")).toMatch(
      /^lock\nkubectl annotate node i-0bad holdfast\.dev\/marked-unhealthy=\d+ --overwrite\nkubectl cordon i-0bad\n$/,
    );
    expect(aws.calls.map(({ body }) => Object.fromEntries(new URLSearchParams(body)))).toEqual([
      {
        Action: "SetInstanceHealth",
        Version: "2011-01-01",
        InstanceId: "i-0bad",
        HealthStatus: "Unhealthy",
        ShouldRespectGracePeriod: "false",
      },
    ]);
    // The Node and its annotation are gone; the pause is in etcd as well.
    const again = await run(...healthy(9), { ...broken, name: "i-0next" });
    expect([again.code, again.output]).toEqual([0, expect.stringContaining("i-0next waits")]);
    expect(aws.calls).toHaveLength(1);
  });

  test("logs a paused replacement", async () => {
    const { code, output } = await run(...healthy(1), broken, { ...broken, name: "i-0worse" });
    expect([code, output]).toEqual([0, expect.stringContaining("2 of 3 workers are unhealthy")]);
    expect(aws.calls).toEqual([]);
  });

  test("does not cordon a worker that it could not annotate", async () => {
    machine.stub(
      "kubectl",
      'case $1 in get) cat "$HOME/nodes.json" ;; annotate) exit 1 ;; *) echo "kubectl $*" >>"$HOME/calls" ;; esac',
    );
    expect((await run(...healthy(9), broken)).code).not.toBe(0);
    expect([machine.lines("calls"), aws.calls]).toEqual([["lock"], []]);
  });

  test("fails if AWS refuses", async () => {
    aws.answer = () => ({ status: 403, body: "<Code>AccessDenied</Code>" });
    const { code, output } = await run(...healthy(9), broken);
    expect([code, output]).toEqual([1, expect.stringContaining("SetInstanceHealth of i-0bad: HTTP 403")]);
  });
});
