import fc from "fast-check";
import {
  type Rotation,
  type Rotations,
  fingerprints,
  keptGenerations,
  parseStages,
  renderRotationOrder,
  rotated,
  rotationStages,
  formatStage,
  checkRotationStep,
  trustedGenerations,
} from "../../../components/pki/rotation.plan";

const at = (text: string): Rotation => {
  const [generation = "", stage = ""] = text.split("-");
  return { generation: Number(generation), stage: stage as Rotation["stage"] };
};
const all = (text: string): Rotations =>
  Object.fromEntries(rotated.map((name) => [name, at(text)])) as Record<(typeof rotated)[number], Rotation>;
const written = (text: string) => Object.fromEntries(rotated.map((name) => [name, text]));

test.each([
  ["1-drop", [1]],
  ["2-trust", [1, 2]],
  ["2-issue", [2, 1]],
  ["2-drop", [2]],
  ["7-trust", [6, 7]],
])("stage %s trusts generations %j, the first one issues", (stage, trusted) => {
  expect(trustedGenerations(at(stage))).toEqual(trusted);
});

test.each([
  ["1-drop", ["1"]],
  ["2-trust", ["1", "2"]],
  ["2-issue", ["1", "2"]],
  ["2-drop", ["1 (retired)", "2"]],
  ["3-trust", ["2", "3"]],
])("stage %s keeps the keys of generations %j", (stage, kept) => {
  const names = keptGenerations(at(stage)).map(
    ({ generation, retired }) => `${generation}${retired ? " (retired)" : ""}`,
  );
  expect(names).toEqual(kept);
});

describe("a step", () => {
  test.each([
    ["1-drop", "1-drop", "1-drop"],
    ["1-drop", "1-drop", "2-trust"],
    ["2-trust", "2-trust", "2-issue"],
    ["2-issue", "2-issue", "2-drop"],
    ["2-drop", "2-drop", "3-trust"],
    // A step back is allowed before every machine has settled.
    ["2-trust", "1-drop", "1-drop"],
    ["2-issue", "2-trust", "2-trust"],
    ["2-drop", "2-drop", "2-issue"],
  ])("from %s (settled: %s) to %s is allowed", (from, settled, to) => {
    expect(checkRotationStep(written(from), written(settled), all(to))).toEqual([]);
  });

  test.each([
    [
      "1-drop",
      "1-drop",
      "2-issue",
      /cannot change from generation 1, stage drop to generation 2, stage issue; the next stage is generation 2, stage trust/,
    ],
    ["2-trust", "2-trust", "2-drop", /the next stage is generation 2, stage issue/],
    ["1-drop", "1-drop", "3-trust", /the next stage is generation 2, stage trust/],
    ["2-drop", "2-drop", "2-trust", /cannot change from generation 2, stage drop/],
    ["2-trust", "1-drop", "2-issue", /some machines have not settled on generation 2, stage trust/],
    ["1-drop", "", "2-trust", /some machines have not settled/],
  ])("from %s (settled: %s) to %s is refused, with the path of each setting", (from, settled, to, message) => {
    const problems = checkRotationStep(written(from), written(settled), all(to));
    expect(problems).toHaveLength(4);
    for (const problem of problems) expect(problem).toMatch(message);
    expect(problems.map((problem) => problem.split(":")[0])).toEqual([
      "cluster.pki.authorities.kubernetes",
      "cluster.pki.authorities.etcd",
      "cluster.pki.authorities.frontProxy",
      "cluster.pki.serviceAccountKey",
    ]);
  });

  test("a new cluster may start at any stage", () => {
    expect(checkRotationStep({}, {}, all("3-issue"))).toEqual([]);
  });

  const rotations = fc.record({
    generation: fc.integer({ min: 1, max: 5 }),
    stage: fc.constantFrom(...rotationStages),
  });
  test("the previous issuer stays trusted, and the new issuer was trusted before", () => {
    fc.assert(
      fc.property(rotations, rotations, (from, to) => {
        fc.pre(from.generation > 1 || from.stage === "drop");
        fc.pre(to.generation > 1 || to.stage === "drop");
        const only = { ...all("1-drop"), etcd: to };
        const stages = { ...written("1-drop"), etcd: formatStage(from) };
        if (checkRotationStep(stages, stages, only).length > 0) return;
        const before = trustedGenerations(from);
        const after = trustedGenerations(to);
        const [issuer = 0] = after;
        const [former = 0] = before;
        expect(before).toContain(issuer);
        expect(after).toContain(former);
      }),
    );
  });
});

test("the order has the fingerprints of the trusted certificates, the issuer's first, and the chain", () => {
  const pem = (text: string) => `-----BEGIN X-----\n${Buffer.from(text).toString("base64")}\n-----END X-----\n`;
  const trusted = { kubernetes: pem("a") + pem("b"), etcd: pem("c"), frontProxy: pem("d"), serviceAccount: pem("e") };
  const order = renderRotationOrder(all("2-trust"), trusted, "CHAIN");
  // printf a | sha256sum
  expect(JSON.parse(order)).toEqual({
    kubernetes: { stage: "2-trust", trust: ["ca978112ca1bbdca", "3e23e8160039594a"], chain: "CHAIN" },
    etcd: { stage: "2-trust", trust: ["2e7d2c03a9507ae2"] },
    frontProxy: { stage: "2-trust", trust: ["18ac3e7343f01689"] },
    serviceAccount: { stage: "2-trust", trust: ["3f79bb7b435b0532"] },
  });
  expect(parseStages(order)).toEqual(written("2-trust"));
  expect(parseStages(JSON.stringify(written("2-drop")))).toEqual(written("2-drop"));
  expect([parseStages(undefined), parseStages("pending"), parseStages("7")]).toEqual([{}, {}, {}]);
});

test("line endings do not change a fingerprint", () => {
  const text = "-----BEGIN CERTIFICATE-----\nYWJj\nZGVm\n-----END CERTIFICATE-----\n";
  expect(fingerprints(text.replaceAll("\n", "\r\n"))).toEqual(fingerprints(text));
});
