/** Which worker members of the control plane have replaced, and when they have none. */

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
  /** Seconds since it changed. */
  readonly for: number;
}
interface Worker {
  readonly name: string;
  readonly conditions?: readonly Condition[];
  readonly cordoned?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  /** Seconds since it was given up. */
  readonly givenUp?: number;
}

function nodeOf({ name, conditions = [], cordoned, labels = {}, givenUp }: Worker, at: number): object {
  return {
    metadata: {
      name,
      labels,
      ...(givenUp !== undefined && { annotations: { "holdfast.dev/given-up": String(at - givenUp) } }),
    },
    spec: cordoned === true ? { unschedulable: true } : {},
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
  readonly why?: string;
}

function verdict(workers: readonly Worker[]): Verdict {
  const program = join(filesDirectory, "config/remedy.jq");
  const items = workers.map((worker) => nodeOf(worker, now));
  const output = execFileSync(
    "jq",
    ["-c", "--argjson", "rules", JSON.stringify(rules), "--argjson", "now", String(now), "-f", program],
    { input: JSON.stringify({ items }), encoding: "utf8" },
  );
  return JSON.parse(output) as Verdict;
}

const fine: Condition = { type: "Ready", status: "True", for: 86_400 };
const gone: Condition = { type: "Ready", status: "Unknown", for: 1000 };
const readOnly: Condition = { type: "ReadonlyFilesystem", status: "True", for: 400 };
const healthy = (count: number): Worker[] =>
  Array.from({ length: count }, (_, index) => ({ name: `i-fine${index}`, conditions: [fine] }));

describe("a worker", () => {
  test.each<[string, Worker, string | undefined]>([
    ["that does not answer", { name: "i-bad", conditions: [gone] }, "Ready for 1000 s"],
    ["that says it is not ready", { name: "i-bad", conditions: [{ ...gone, status: "False" }] }, "Ready for 1000 s"],
    ["that has not answered for a moment", { name: "i-bad", conditions: [{ ...gone, for: 899 }] }, undefined],
    ["whose disk went read-only", { name: "i-bad", conditions: [fine, readOnly] }, "ReadonlyFilesystem for 400 s"],
    ["whose disk did just now", { name: "i-bad", conditions: [fine, { ...readOnly, for: 299 }] }, undefined],
    ["that has another problem", { name: "i-bad", conditions: [{ ...readOnly, type: "DiskPressure" }] }, undefined],
    ["of which nothing is known", { name: "i-bad" }, undefined],
    ["that somebody has cordoned", { name: "i-bad", conditions: [gone], cordoned: true }, undefined],
    [
      "that is to be left alone",
      { name: "i-bad", conditions: [gone], labels: { "holdfast.dev/remedy": "off" } },
      undefined,
    ],
    [
      "that was given up and is still there after the pause",
      { name: "i-bad", conditions: [gone], cordoned: true, givenUp: 601 },
      "Ready for 1000 s",
    ],
    ["that was given up just now", { name: "i-bad", conditions: [gone], cordoned: true, givenUp: 100 }, undefined],
  ])("%s: %#", (_, worker, problem) => {
    const found = verdict([...healthy(9), worker]);
    expect(found).toEqual(problem === undefined ? {} : { name: "i-bad", problem });
  });

  test("is replaced also when it is the only one", () => {
    expect(verdict([{ name: "i-bad", conditions: [gone] }])).toMatchObject({ name: "i-bad" });
  });
});

describe("of several", () => {
  test("the one that is broken the longest goes first", () => {
    const workers = [
      ...healthy(18),
      { name: "i-new", conditions: [{ ...gone, for: 1000 }] },
      { name: "i-old", conditions: [{ ...gone, for: 5000 }] },
    ];
    expect(verdict(workers).name).toBe("i-old");
  });

  test("one that does not go stands in nobody's way", () => {
    const workers: Worker[] = [
      ...healthy(18),
      { name: "i-stuck", conditions: [{ ...gone, for: 9000 }], cordoned: true, givenUp: 5000 },
      { name: "i-next", conditions: [gone] },
    ];
    expect(verdict(workers).name).toBe("i-next");
  });

  test("nobody goes while another has only just been given up", () => {
    const workers: Worker[] = [
      ...healthy(18),
      { name: "i-first", conditions: [gone], cordoned: true, givenUp: 60 },
      { name: "i-next", conditions: [gone] },
    ];
    expect(verdict(workers)).toEqual({});
  });

  test("nobody goes when many are broken: a cut network, a bad image, an API that was away", () => {
    const broken = Array.from({ length: 3 }, (_, index) => ({ name: `i-bad${index}`, conditions: [gone] }));
    expect(verdict([...healthy(7), ...broken])).toEqual({
      why: "3 of 10 workers are broken, which no new machine mends: nobody is replaced",
    });
  });

  test("whoever is left alone counts as broken all the same", () => {
    const broken: Worker[] = [
      { name: "i-a", conditions: [gone] },
      { name: "i-b", conditions: [gone], cordoned: true },
      { name: "i-c", conditions: [gone], labels: { "holdfast.dev/remedy": "off" } },
    ];
    expect(verdict([...healthy(7), ...broken])).toHaveProperty("why");
  });
});

test("whatever the workers are, one broken and free goes, or nobody", () => {
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
  fc.assert(
    fc.property(fc.array(worker, { maxLength: 12 }), (generated) => {
      const workers = generated.map((one, index) => ({ ...one, name: `i-${index}` }));
      const isBroken = ({ conditions }: Worker): boolean =>
        (conditions ?? []).some((found) =>
          rules.conditions.some(
            (rule) =>
              rule.type === found.type && rule.status.includes(found.status as "True") && found.for >= rule.seconds,
          ),
        );
      const broken = workers.filter(isBroken);
      const { name, why } = verdict(workers);
      if (name !== undefined) {
        const chosen = workers.find((one) => one.name === name);
        expect(chosen && isBroken(chosen) && !chosen.cordoned).toBe(true);
        expect(broken.length === 1 || broken.length * 5 <= workers.length).toBe(true);
      } else if (why === undefined) {
        expect(broken.every(({ cordoned }) => cordoned)).toBe(true);
      }
    }),
    { numRuns: 40 },
  );
});

test("members look every two minutes, and no more than half a minute later", () => {
  const timer = readFileSync(join(filesDirectory, "units/holdfast-remedy.timer"), "utf8");
  // Left to itself systemd takes a minute more.
  expect(timer).toMatch(/^OnUnitActiveSec=2min\nAccuracySec=1s$/m);
  expect(timer).toMatch(/^RandomizedDelaySec=30s$/m);
});

// Each case runs dozens of processes.
jest.setTimeout(30_000);

describe("the script", () => {
  let aws: FakeAws;
  let machine: FakeMachine;
  const seconds = (): number => Math.floor(Date.now() / 1000);

  beforeEach(async () => {
    aws = await FakeAws.start();
    aws.answer = () => ({});
    machine = new FakeMachine(
      machines.controlPlane,
      { etcd: { clientUrls: ["https://etcd"] }, remedy: rules },
      aws.environment,
    );
    machine.stub(
      "kubectl",
      `case $1 in get) cat "${machine.path("nodes.json")}" ;; *) echo "kubectl $*" >>"${machine.path("done")}" ;; esac`,
    );
    // A store of one value, and a lock that is free.
    machine.stub(
      "etcdctl",
      `case $1 in
        lock) echo lock >>"${machine.path("done")}"; shift 4; exec "$@" ;;
        get) cat "${machine.path("record")}" 2>/dev/null || true ;;
        put) echo "$3" >"${machine.path("record")}" ;;
      esac`,
    );
  });
  afterEach(() => aws.stop());

  const workersAre = (workers: readonly Worker[]): void => {
    const items = workers.map((worker) => nodeOf(worker, seconds()));
    machine.write("nodes.json", JSON.stringify({ items }));
  };
  const done = async (): Promise<string> =>
    (await machine.run(`cat "${machine.path("done")}" 2>/dev/null || true`)).stdout;

  test("takes no lock while all are well", async () => {
    workersAre(healthy(3));
    expect((await machine.run(["bin/remedy"])).code).toBe(0);
    expect(await done()).toBe("");
    expect(aws.calls).toEqual([]);
  });

  test("under the lock cordons the broken one, and tells its group once", async () => {
    workersAre([...healthy(9), { name: "i-0bad", conditions: [{ ...gone, for: 2000 }] }]);
    const { code, output } = await machine.run(["bin/remedy"]);
    expect([code, output]).toEqual([0, expect.stringContaining("i-0bad is given up: Ready for 20")]);
    expect(await done()).toMatch(
      /^lock\nkubectl annotate node i-0bad holdfast\.dev\/given-up=\d+ --overwrite\nkubectl cordon i-0bad\n$/,
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
    // The Node is gone with its mark, and another is broken: the pause holds all the same.
    workersAre([...healthy(9), { name: "i-0next", conditions: [{ ...gone, for: 2000 }] }]);
    const again = await machine.run(["bin/remedy"]);
    expect([again.code, again.output]).toEqual([0, expect.stringContaining("i-0next waits")]);
    expect(aws.calls).toHaveLength(1);
  });

  test("says why nobody is replaced", async () => {
    workersAre([...healthy(1), ...["a", "b"].map((name) => ({ name, conditions: [{ ...gone, for: 2000 }] }))]);
    const { code, output } = await machine.run(["bin/remedy"]);
    expect([code, output]).toEqual([0, expect.stringContaining("2 of 3 workers are broken")]);
    expect(aws.calls).toEqual([]);
  });

  test("leaves no worker cordoned without its mark, with which it would be somebody else's for good", async () => {
    const nodes = machine.path("nodes.json");
    machine.stub(
      "kubectl",
      `case $1 in get) cat "${nodes}" ;; annotate) exit 1 ;; *) echo "kubectl $*" >>"${machine.path("done")}" ;; esac`,
    );
    workersAre([...healthy(9), { name: "i-0bad", conditions: [{ ...gone, for: 2000 }] }]);
    expect((await machine.run(["bin/remedy"])).code).not.toBe(0);
    expect(await done()).toBe("lock\n");
    expect(aws.calls).toEqual([]);
  });

  test("fails, and says so, when AWS refuses", async () => {
    workersAre([...healthy(9), { name: "i-0bad", conditions: [{ ...gone, for: 2000 }] }]);
    aws.answer = () => ({ status: 403, body: "<Code>AccessDenied</Code>" });
    const { code, output } = await machine.run(["bin/remedy"]);
    expect([code, output]).toEqual([1, expect.stringContaining("SetInstanceHealth of i-0bad: HTTP 403")]);
  });
});
