import { type Hook, HookWait } from "../../../../rehearsal/aws/autoScaling/hookWait";

const hook = (name: string, part: Partial<Hook> = {}): Hook => ({
  ...{ name, heartbeatSeconds: 120, defaultResult: "CONTINUE" },
  ...part,
});

/** The result, or undefined while there is none. */
async function resultOf(wait: HookWait): Promise<string | undefined> {
  return Promise.race([wait.done, Promise.resolve(undefined)]);
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test("without hooks nothing holds", async () => {
  expect(await new HookWait([]).done).toBe("CONTINUE");
});

test("every hook has to say CONTINUE, once", async () => {
  const wait = new HookWait([hook("one"), hook("two")]);
  expect(wait.complete("one", "CONTINUE")).toBe(true);
  expect(wait.complete("one", "CONTINUE")).toBe(false);
  expect(await resultOf(wait)).toBeUndefined();
  expect(wait.complete("two", "CONTINUE")).toBe(true);
  expect(await wait.done).toBe("CONTINUE");
});

test("the first ABANDON ends it for all", async () => {
  const wait = new HookWait([hook("one"), hook("two")]);
  wait.complete("two", "ABANDON");
  expect(await wait.done).toBe("ABANDON");
  expect(wait.complete("one", "CONTINUE")).toBe(false);
});

test("silence means the hook's default", async () => {
  const wait = new HookWait([hook("joined", { heartbeatSeconds: 1800, defaultResult: "ABANDON" })]);
  jest.advanceTimersByTime(1_799_000);
  expect(await resultOf(wait)).toBeUndefined();
  jest.advanceTimersByTime(1_000);
  expect(await wait.done).toBe("ABANDON");
});

test("a heartbeat begins the time anew, a hundred times at most", async () => {
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

test("a token that is not the action's own is no answer", () => {
  const wait = new HookWait([hook("depart")]);
  expect(wait.heartbeat("depart", "other")).toBe(false);
  expect(wait.complete("depart", "CONTINUE", "other")).toBe(false);
  expect(wait.complete("depart", "CONTINUE", wait.token("depart"))).toBe(true);
});
