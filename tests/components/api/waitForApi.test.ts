import type { Check, Health } from "../../../components/api/apiHealth.plan";
import { explain, waitForApi } from "../../../components/api/apiWait.plan";
import type { ApiWait, Clock } from "../../../components/api/apiWait.plan";

const sick = (check: Check, problem: string): Health => ({ healthy: false, check, problem });
const well: Health = { healthy: true };

/** A wait in which time passes only by sleeping, and the answers come in this order; the last one for good. */
function waiting(answers: readonly Health[], about: Partial<ApiWait> = {}) {
  const said: string[] = [];
  let asked = 0;
  let at = 0;
  const clock: Clock = { now: () => at, sleep: (milliseconds) => Promise.resolve((at += milliseconds)) };
  const wait: ApiWait = {
    url: "https://api.blue.internal:6443",
    timeoutMinutes: 1,
    isPrivate: true,
    tunnel: "npm run tunnel -- blue pulumi up",
    look: () => Promise.resolve(answers[Math.min(asked++, answers.length - 1)] ?? well),
    progress: (text) => said.push(text),
    ...about,
  };
  return { done: waitForApi(wait, clock), said, looks: () => asked };
}

test("an API that is ready is not waited for", async () => {
  const { done, said, looks } = waiting([well]);
  await done;
  expect([looks(), said]).toEqual([1, []]);
});

test("says what it waits for, once for each thing", async () => {
  const refused = sick("connection", "connect ECONNREFUSED");
  const { done, said } = waiting([refused, refused, sick("nodes", "no machine yet"), well]);
  await done;
  expect(said).toEqual([
    "waiting for the Kubernetes API, 0 s so far: connect ECONNREFUSED",
    "waiting for the Kubernetes API, 4 s so far: no machine yet",
  ]);
});

test("says again what has not changed for half a minute", async () => {
  const { done, said } = waiting([sick("readiness", "etcd")]);
  await expect(done).rejects.toThrow("readiness: etcd");
  expect(said.map((text) => text.replace(/.*, (\d+) s.*/, "$1"))).toEqual(["0", "30"]);
});

test("gives up when the time is over, and names the last thing that was not healthy", async () => {
  const { done, looks } = waiting([sick("name", "getaddrinfo ENOTFOUND"), sick("readiness", "etcd failed")]);
  await expect(done).rejects.toThrow(/not ready within 1 minutes: readiness: etcd failed/);
  expect(looks()).toBe(31);
});

describe("what it advises", () => {
  const wait: ApiWait = {
    url: "https://api.blue.internal:6443",
    timeoutMinutes: 20,
    isPrivate: true,
    tunnel: "npm run tunnel -- blue pulumi up",
    look: () => Promise.resolve(well),
    progress: () => undefined,
  };

  test.each(["name", "connection"] as const)("%s of a private address: the ways in", (check) => {
    const text = explain(wait, check, "nobody answers");
    expect(text).toMatch(/inside the VPC/);
    for (const way of ["VPN", "api.allowedCidrs", wait.tunnel, "api.public", "addons.enabled: false"])
      expect(text).toContain(way);
  });

  test.each(["name", "connection"] as const)("%s of a public address: no tunnel", (check) => {
    expect(explain({ ...wait, isPrivate: false }, check, "nobody answers")).not.toContain(wait.tunnel);
  });

  test.each(["TLS", "readiness", "permission", "nodes"] as const)("%s: no tunnel, for it is reached", (check) => {
    expect(explain(wait, check, "…")).not.toContain(wait.tunnel);
  });
});
