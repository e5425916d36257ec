import { type Hook, HookWait } from "../../../../rehearsal/aws/autoScaling/hookWait";

const hook = (name: string, part: Partial<Hook> = {}): Hook => ({
  ...{ name, heartbeatSeconds: 120, defaultResult: "CONTINUE" },
  ...part,
});

/** Result, or undefined while pending. */
async function resultOf(wait: HookWait): Promise<string | undefined> {
  return Promise.race([wait.done, Promise.resolve(undefined)]);
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test("continues at once without hooks", async () => {
  expect(await new HookWait([]).done).toBe("CONTINUE");
});

test("continues when every hook has completed, which each does once", async () => {
  const wait = new HookWait([hook("one"), hook("two")]);
  expect(wait.complete("one", "CONTINUE")).toBe(true);
  expect(wait.complete("one", "CONTINUE")).toBe(false);
  expect(await resultOf(wait)).toBeUndefined();
  expect(wait.complete("two", "CONTINUE")).toBe(true);
  expect(await wait.done).toBe("CONTINUE");
});

test("ends with the first ABANDON", async () => {
  const wait = new HookWait([hook("one"), hook("two")]);
  wait.complete("two", "ABANDON");
  expect(await wait.done).toBe("ABANDON");
  expect(wait.complete("one", "CONTINUE")).toBe(false);
});

test("applies the default result after the timeout", async () => {
  const wait = new HookWait([hook("joined", { heartbeatSeconds: 1800, defaultResult: "ABANDON" })]);
  jest.advanceTimersByTime(1_799_000);
  expect(await resultOf(wait)).toBeUndefined();
  jest.advanceTimersByTime(1_000);
  expect(await wait.done).toBe("ABANDON");
});

test("restarts the timeout with each heartbeat, for at most a hundred timeouts", async () => {
  const wait = new HookWait([hook("depart")]);
  for (let beat = 0; beat < 119; beat += 1) {
    jest.advanceTimersByTime(100_000);
    expect(wait.heartbeat("depart")).toBe(true);
  }
  jest.advanceTimersByTime(99_000);
  expect(await resultOf(wait)).toBeUndefined();
  jest.advanceTimersByTime(1_000);
  expect(await wait.done).toBe("CONTINUE");
  expect(wait.heartbeat("depart")).toBe(false);
});

test("ignores answers with another token", () => {
  const wait = new HookWait([hook("depart")]);
  expect(wait.heartbeat("depart", "other")).toBe(false);
  expect(wait.complete("depart", "CONTINUE", "other")).toBe(false);
  expect(wait.complete("depart", "CONTINUE", wait.token("depart"))).toBe(true);
});
