import type { Check, Health } from "../../../components/api/apiReadiness";
import { explainTimeout, waitForApi } from "../../../components/api/waitForApi";
import type { ApiWait, Clock } from "../../../components/api/waitForApi";

const unhealthy = (check: Check, problem: string): Health => ({ healthy: false, check, problem });
const healthy: Health = { healthy: true };

/** A wait whose clock advances by sleeping only, and whose checks return these results in order, then the last one. */
function startWait(results: readonly Health[], about: Partial<ApiWait> = {}) {
  const messages: string[] = [];
  let checked = 0;
  let at = 0;
  const clock: Clock = { now: () => at, sleep: (milliseconds) => Promise.resolve((at += milliseconds)) };
  const wait: ApiWait = {
    url: "https://api.blue.internal:6443",
    timeoutMinutes: 1,
    isPrivate: true,
    throughTunnel: false,
    tunnel: "npx holdfast tunnel blue pulumi up",
    check: () => Promise.resolve(results[Math.min(checked++, results.length - 1)] ?? healthy),
    progress: (text) => messages.push(text),
    ...about,
  };
  return { done: waitForApi(wait, clock), messages, checks: () => checked };
}

test("a ready API ends the wait at once", async () => {
  const { done, messages, checks } = startWait([healthy]);
  await done;
  expect([checks(), messages]).toEqual([1, []]);
});

test("each problem is reported once", async () => {
  const refused = unhealthy("connection", "connect ECONNREFUSED");
  const { done, messages } = startWait([refused, refused, unhealthy("nodes", "no machine yet"), healthy]);
  await done;
  expect(messages).toEqual([
    "waiting for the Kubernetes API for 0 s: connect ECONNREFUSED",
    "waiting for the Kubernetes API for 4 s: no machine yet",
  ]);
});

test("an unchanged problem is reported again after 30 seconds", async () => {
  const { done, messages } = startWait([unhealthy("readiness", "etcd")]);
  await expect(done).rejects.toThrow("readiness: etcd");
  expect(messages.map((text) => text.replace(/.* for (\d+) s.*/, "$1"))).toEqual(["0", "30"]);
});

test("the timeout error has the last problem", async () => {
  const { done, checks } = startWait([
    unhealthy("name", "getaddrinfo ENOTFOUND"),
    unhealthy("readiness", "etcd failed"),
  ]);
  await expect(done).rejects.toThrow(/not ready after 1 minutes: readiness: etcd failed/);
  expect(checks()).toBe(31);
});

describe("advice after a timeout", () => {
  const wait: ApiWait = {
    url: "https://api.blue.internal:6443",
    timeoutMinutes: 20,
    isPrivate: true,
    throughTunnel: false,
    tunnel: "npx holdfast tunnel blue pulumi up",
    check: () => Promise.resolve(healthy),
    progress: () => undefined,
  };

  test.each(["name", "connection"] as const)("%s of a private address: access to the VPC", (check) => {
    const text = explainTimeout(wait, check, "no connection");
    expect(text).toMatch(/inside the VPC/);
    for (const way of ["VPN", "api.allowedCidrs", wait.tunnel, "api.public", "addons.enabled: false"])
      expect(text).toContain(way);
  });

  test.each(["name", "connection"] as const)("%s of a public address: no tunnel", (check) => {
    expect(explainTimeout({ ...wait, isPrivate: false }, check, "no connection")).not.toContain(wait.tunnel);
  });

  test("connection through a tunnel: no other way", () => {
    const text = explainTimeout({ ...wait, throughTunnel: true }, "connection", "no instance runs");
    expect(text).toMatch(/The tunnel did not open/);
    expect(text).not.toContain(wait.tunnel);
  });

  test.each(["TLS", "readiness", "permission", "nodes"] as const)(
    "%s: no tunnel, because the address is reachable",
    (check) => {
      expect(explainTimeout(wait, check, "…")).not.toContain(wait.tunnel);
    },
  );
});
