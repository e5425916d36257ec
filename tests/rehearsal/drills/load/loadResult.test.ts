import { describeLoad, evaluateLoad, loadViolations } from "../../../../rehearsal/drills/load/loadResult";
import { SmallestSizes } from "../../../../rehearsal/drills/load/poolSizes";
import type { LoadRequest } from "../../../../rehearsal/drills/load/requestLoad";
import type { ScalableGroup } from "../../../../rehearsal/drills/standIns/autoscaler";

const request = (service: string, at: number, part: Partial<LoadRequest> = {}): LoadRequest => ({
  ...{ service, at, ms: 10, ok: true },
  ...part,
});
const refused = { ok: false, ms: 2_000, why: "no answer in time" };
const requests = [
  request("graceful", 0),
  request("pre-stop", 0),
  request("graceful", 100, refused),
  request("graceful", 5_000),
  request("pre-stop", 900),
];
const pool = { group: "staging-worker-general", inService: 3, min: 2 };

describe("result of a request load", () => {
  const result = evaluateLoad({ requests, pools: [pool] }, 1_000);

  it("has the failed requests, and the longest time without an answer of each Service", () => {
    expect(result).toEqual({
      requests: 5,
      failed: 1,
      failuresMs: 1_100,
      reasons: ["1× no answer in time"],
      bursts: ["graceful, requests from -0.9 s to -0.9 s: 1× no answer in time"],
      outagesMs: { graceful: 5_000, "pre-stop": 900 },
      pools: [pool],
    });
    expect(describeLoad(result)).toEqual([
      "longest time without an answer: graceful 5.0 s, pre-stop 0.9 s",
      "graceful, requests from -0.9 s to -0.9 s: 1× no answer in time",
      "staging-worker-general: at least 3 machines in service, minimum 2",
    ]);
  });

  it("has the failures of each Service in bursts, which five seconds without a failure end", () => {
    const failures = [0, 2_000, 7_000, 12_001, 13_000].map((at) => request("graceful", at, refused));
    const late = request("pre-stop", 1_000, { ...refused, why: "no connection in time" });
    expect(evaluateLoad({ requests: [...failures, late], pools: [] }, 0).bursts).toEqual([
      "graceful, requests from 0.0 s to 7.0 s: 3× no answer in time",
      "graceful, requests from 12.0 s to 13.0 s: 2× no answer in time",
      "pre-stop, requests from 1.0 s to 1.0 s: 1× no connection in time",
    ]);
  });

  it("tolerates no failed request by default", () => {
    expect([...loadViolations(result)]).toEqual(["1 failed requests, limit 0"]);
    expect([...loadViolations(result, 1)]).toEqual([]);
  });

  it("fails if a pool was below its minimum, and if no request was sent", () => {
    const small = evaluateLoad({ requests: [], pools: [{ ...pool, inService: 1 }] }, 0);
    expect([...loadViolations(small)]).toEqual([
      "no request was sent",
      "staging-worker-general had 1 machines in service, minimum 2",
    ]);
  });

  it("counts more requests than a call has room for arguments", () => {
    const many = Array.from({ length: 300_000 }, (_, index) => request("graceful", index));
    expect(evaluateLoad({ requests: many, pools: [] }, 0)).toMatchObject({ requests: 300_000, failuresMs: 0 });
  });
});

it("the smallest size of a pool is that with the least machines above the minimum of that moment", () => {
  const group = (name: string, count: number, min: number): ScalableGroup => ({
    ...{ name, min, max: 10, desired: count },
    instances: Array.from({ length: count }, (_, index) => `i-${index}`),
  });
  const smallest = new SmallestSizes();
  for (const groups of [
    [group("a", 3, 2)],
    [group("a", 4, 2), group("b", 1, 1)],
    [group("a", 2, 2)],
    [group("a", 1, 0)],
  ])
    smallest.observe(groups);
  expect(smallest.sizes).toEqual([
    { group: "a", inService: 2, min: 2 },
    { group: "b", inService: 1, min: 1 },
  ]);
});
