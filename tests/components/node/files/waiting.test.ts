/** wait_for of the prelude. */
import { FakeMachine, machines } from "../nodeSupport";

test("a command that is retried may use variables of any name", async () => {
  const machine = new FakeMachine(machines.worker);
  // As a step that waits for a volume remembers the instance that holds it.
  const script = `
    attempts=0
    attempt() { limit=i-24aa description=i-24aa start=i-24aa logged=i-24aa; [ $((++attempts)) = 3 ]; }
    INTERVAL=0.01 wait_for 60 "a third attempt" attempt
    echo "$attempts attempts"`;
  expect(await machine.run(script)).toMatchObject({ code: 0, stdout: "3 attempts\n" });
});

test("gives up at the limit, with what it waited for", async () => {
  const machine = new FakeMachine(machines.worker);
  const { code, output } = await machine.run('INTERVAL=0.05 wait_for 1 "the impossible" false || echo gave up');
  expect([code, output]).toEqual([0, expect.stringMatching(/timeout after 1 s: the impossible\ngave up/)]);
});
