import { readFileSync } from "node:fs";
import { FakeMachine, machines } from "../nodeSupport";

interface Line {
  readonly step: string;
  readonly event: string;
  readonly attempt: number;
  readonly seconds: number;
  readonly at: number;
}

/** A machine whose steps are those of the test, each a bash text. */
function machineWith(
  steps: readonly { name: string; after: readonly string[]; run?: readonly string[] }[],
  scripts: Readonly<Record<string, string>>,
) {
  const machine = new FakeMachine(machines.worker, { steps: { worker: steps } }, { HOLDFAST_ATTEMPTS: "2" });
  machine.ownFolder("steps");
  for (const [name, script] of Object.entries(scripts))
    machine.write(`home/current/steps/${name}`, `#!/bin/bash\n${script}\n`, 0o755);
  const lines = (): Line[] =>
    readFileSync(machine.path("steps.jsonl"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Line);
  return { machine, lines };
}

test("independent steps run side by side, dependent ones in turn, and all is recorded", async () => {
  const steps = [
    { name: "a", after: [] },
    { name: "b", run: ["either", "two words"], after: [] },
    { name: "c", after: ["a", "b"] },
  ];
  // a and b each wait for the other: one after another they would never end.
  const { machine, lines } = machineWith(steps, {
    a: 'touch "$HOLDFAST_RUN/a"; until [ -e "$HOLDFAST_RUN/b" ]; do sleep 0.05; done',
    either: '[ "$*" = "two words" ] && touch "$HOLDFAST_RUN/b"; until [ -e "$HOLDFAST_RUN/a" ]; do sleep 0.05; done',
    c: "echo of $STEP",
  });
  const { code, output } = await machine.run(["bin/run-node"]);
  expect([code, output]).toEqual([0, expect.stringContaining("of c\n")]);
  expect(output).toMatch(
    /holdfast: step c: done in [\d.]+ s\nholdfast: step node: this machine is a working worker\n$/,
  );
  const events = lines().map(({ step, event }) => `${step} ${event}`);
  expect(events.slice(0, 2).sort()).toEqual(["a start", "b start"]);
  expect(events.slice(-2)).toEqual(["c start", "c done"]);
  for (const { at, seconds } of lines()) expect([at > 1.7e9, seconds >= 0]).toEqual([true, true]);
});

test("a step is tried again, later", async () => {
  const { machine, lines } = machineWith([{ name: "flaky", after: [] }], {
    flaky: '[ -e "$HOLDFAST_RUN/once" ] || { touch "$HOLDFAST_RUN/once"; echo not yet; exit 3; }',
  });
  const { code, output } = await machine.run(["bin/run-node"]);
  expect(code).toBe(0);
  expect(output).toContain("step flaky: failed with status 3");
  expect(output).toContain("(attempt 1 of 2)");
  const failed = lines().findIndex(({ event }) => event === "failed");
  expect((lines()[failed + 1]?.at ?? 0) - (lines()[failed]?.at ?? 0)).toBeGreaterThan(0.9);
});

test("when a step fails for good, nothing that leans on it runs, what runs ends, and the unit fails", async () => {
  const steps = [
    { name: "bad", after: [] },
    { name: "slow", after: [] },
    { name: "next", after: ["bad"] },
    { name: "late", after: ["slow"] },
  ];
  const { machine } = machineWith(steps, {
    bad: "exit 1",
    slow: 'sleep 2; touch "$HOLDFAST_RUN/slow"',
    next: 'touch "$HOLDFAST_RUN/next"',
    late: 'touch "$HOLDFAST_RUN/late"',
  });
  const { code, output } = await machine.run(["bin/run-node"]);
  expect(code).toBe(1);
  expect(output).toMatch(/step bad failed: this machine does not become a node\n$/);
  expect((await machine.run('ls "$RUN"')).stdout.split("\n")).toEqual(["slow", ""]);
});

test("a refused machine is not tried again", async () => {
  const { machine, lines } = machineWith([{ name: "preflight", after: [] }], { preflight: "exit 78" });
  expect((await machine.run(["bin/run-node"])).code).toBe(78);
  expect(lines().map(({ event }) => event)).toEqual(["start", "failed"]);
});
