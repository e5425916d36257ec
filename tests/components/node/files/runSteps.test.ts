import { FakeMachine, machines } from "../nodeSupport";

interface Line {
  readonly step: string;
  readonly event: string;
  readonly at: number;
  readonly seconds: number;
}

/** Runs steps of the test, each a bash text. */
async function runSteps(
  steps: readonly { name: string; after: readonly string[]; run?: readonly string[] }[],
  scripts: Readonly<Record<string, string>>,
) {
  const machine = new FakeMachine(machines.worker, { steps: { worker: steps } }, { HOLDFAST_ATTEMPTS: "2" });
  machine.ownFolder("steps");
  for (const [name, script] of Object.entries(scripts))
    machine.write(`home/current/steps/${name}`, `#!/bin/bash\n${script}\n`, 0o755);
  const { code, output } = await machine.run(["bin/run-steps"]);
  const lines = machine.lines("steps.jsonl").map((line) => JSON.parse(line) as Line);
  return { code, output, lines, exists: (name: string) => machine.run(`test -e "$RUN/${name}"`) };
}

test("independent steps run in parallel, dependent ones in order, and all are recorded", async () => {
  const steps = [
    { name: "a", after: [] },
    { name: "b", run: ["either", "two words"], after: [] },
    { name: "c", after: ["a", "b"] },
  ];
  // a and b wait for each other.
  const { code, output, lines } = await runSteps(steps, {
    a: 'touch "$HOLDFAST_RUN/a"; until [ -e "$HOLDFAST_RUN/b" ]; do sleep 0.05; done',
    either: '[ "$*" = "two words" ] && touch "$HOLDFAST_RUN/b"; until [ -e "$HOLDFAST_RUN/a" ]; do sleep 0.05; done',
    c: "echo of $STEP",
  });
  expect([code, output]).toEqual([0, expect.stringContaining("of c\n")]);
  expect(output).toMatch(/holdfast: c: done in [\d.]+ s\nholdfast: run-steps: this machine is ready as worker\n$/);
  const events = lines.map(({ step, event }) => `${step} ${event}`);
  expect(events.slice(0, 2).sort()).toEqual(["a start", "b start"]);
  expect(events.slice(-2)).toEqual(["c start", "c done"]);
  for (const { at, seconds } of lines) expect([at > 1.7e9, seconds >= 0]).toEqual([true, true]);
});

test("a failed step is retried after a delay", async () => {
  const { code, output, lines } = await runSteps([{ name: "flaky", after: [] }], {
    flaky: '[ -e "$HOLDFAST_RUN/once" ] || { touch "$HOLDFAST_RUN/once"; exit 3; }',
  });
  expect([code, output]).toEqual([0, expect.stringMatching(/flaky: failed with status 3 .*\(attempt 1 of 2\)/)]);
  const failed = lines.findIndex(({ event }) => event === "failed");
  expect((lines[failed + 1]?.at ?? 0) - (lines[failed]?.at ?? 0)).toBeGreaterThan(0.9);
});

test("when a step fails for good, running steps finish and no other starts", async () => {
  const steps = [
    { name: "bad", after: [] },
    { name: "slow", after: [] },
    { name: "next", after: ["bad"] },
    { name: "late", after: ["slow"] },
  ];
  const { code, output, exists } = await runSteps(steps, {
    bad: "exit 1",
    slow: 'sleep 2; touch "$HOLDFAST_RUN/slow"',
    next: 'touch "$HOLDFAST_RUN/next"',
    late: 'touch "$HOLDFAST_RUN/late"',
  });
  expect([code, output]).toEqual([1, expect.stringMatching(/step bad failed: this machine does not become a node\n$/)]);
  const found = await Promise.all(["slow", "next", "late"].map(exists));
  expect(found.map((result) => result.code)).toEqual([0, 1, 1]);
});

test("exit status 78 is not retried", async () => {
  const { code, lines } = await runSteps([{ name: "preflight", after: [] }], { preflight: "exit 78" });
  expect(code).toBe(78);
  expect(lines.map(({ event }) => event)).toEqual(["start", "failed"]);
});
