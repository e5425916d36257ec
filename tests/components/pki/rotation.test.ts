import fc from "fast-check";
import {
  type Rotation,
  type Rotations,
  fingerprints,
  keptGenerations,
  readStages,
  renderOrder,
  rotated,
  rotationMembers,
  rotationStages,
  stageText,
  stepProblems,
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
])("at %s the generations %j are trusted, the first one issues", (stage, trusted) => {
  expect(trustedGenerations(at(stage))).toEqual(trusted);
});

test.each([
  ["1-drop", [[1, false]]],
  [
    "2-trust",
    [
      [1, false],
      [2, false],
    ],
  ],
  [
    "2-issue",
    [
      [1, false],
      [2, false],
    ],
  ],
  [
    "2-drop",
    [
      [1, true],
      [2, false],
    ],
  ],
  [
    "3-trust",
    [
      [2, false],
      [3, false],
    ],
  ],
])("at %s the keys of %j are kept", (stage, kept) => {
  expect(keptGenerations(at(stage)).map(({ generation, retired }) => [generation, retired])).toEqual(kept);
});

describe("a step", () => {
  test.each([
    ["1-drop", "1-drop", "1-drop"],
    ["1-drop", "1-drop", "2-trust"],
    ["2-trust", "2-trust", "2-issue"],
    ["2-issue", "2-issue", "2-drop"],
    ["2-drop", "2-drop", "3-trust"],
    // back, also from where not every machine has come to
    ["2-trust", "1-drop", "1-drop"],
    ["2-issue", "2-trust", "2-trust"],
    ["2-drop", "2-drop", "2-issue"],
  ])("from %s (through with %s) to %s may be taken", (from, settled, to) => {
    expect(stepProblems(written(from), written(settled), all(to))).toEqual([]);
  });

  test.each([
    [
      "1-drop",
      "1-drop",
      "2-issue",
      /cannot go from generation 1, stage drop to generation 2, stage issue: the next stage is generation 2, stage trust/,
    ],
    ["2-trust", "2-trust", "2-drop", /the next stage is generation 2, stage issue/],
    ["1-drop", "1-drop", "3-trust", /the next stage is generation 2, stage trust/],
    ["2-drop", "2-drop", "2-trust", /cannot go from generation 2, stage drop/],
    ["2-trust", "1-drop", "2-issue", /not every machine is through with generation 2, stage trust/],
    ["1-drop", "", "2-trust", /not every machine is through/],
  ])("from %s (through with %s) to %s is refused, for each by its path", (from, settled, to, message) => {
    const problems = stepProblems(written(from), written(settled), all(to));
    expect(problems).toHaveLength(4);
    for (const problem of problems) expect(problem).toMatch(message);
    expect(problems.map((problem) => problem.split(" ")[0])).toEqual([
      "cluster.pki.authorities.kubernetes",
      "cluster.pki.authorities.etcd",
      "cluster.pki.authorities.frontProxy",
      "cluster.pki.serviceAccountKey",
    ]);
  });

  test("a cluster that is not there yet begins where its settings say", () => {
    expect(stepProblems({}, {}, all("3-issue"))).toEqual([]);
  });

  const rotations = fc.record({
    generation: fc.integer({ min: 1, max: 5 }),
    stage: fc.constantFrom(...rotationStages),
  });
  test("any that may be taken never trusts fewer than one of the generations before, nor issues from one that was not trusted", () => {
    fc.assert(
      fc.property(rotations, rotations, (from, to) => {
        fc.pre(from.generation > 1 || from.stage === "drop");
        fc.pre(to.generation > 1 || to.stage === "drop");
        const only = { ...all("1-drop"), etcd: to };
        const stages = { ...written("1-drop"), etcd: stageText(from) };
        if (stepProblems(stages, stages, only).length > 0) return;
        const before = trustedGenerations(from);
        const after = trustedGenerations(to);
        const [issuer = 0] = after;
        const [former = 0] = before;
        // The one that issued is still trusted, and the one that issues now was: leaves of both are good on both sides.
        expect(before).toContain(issuer);
        expect(after).toContain(former);
      }),
    );
  });
});

test("the order has a fingerprint for each certificate, the issuer's first, and no certificate but the chain", () => {
  const pem = (text: string) => `-----BEGIN X-----\n${Buffer.from(text).toString("base64")}\n-----END X-----\n`;
  const trusted = { kubernetes: pem("a") + pem("b"), etcd: pem("c"), frontProxy: pem("d"), serviceAccount: pem("e") };
  const order = renderOrder(all("2-trust"), trusted, "CHAIN");
  // printf a | sha256sum
  expect(JSON.parse(order)).toEqual({
    kubernetes: { stage: "2-trust", trust: ["ca978112ca1bbdca", "3e23e8160039594a"], chain: "CHAIN" },
    etcd: { stage: "2-trust", trust: ["2e7d2c03a9507ae2"] },
    frontProxy: { stage: "2-trust", trust: ["18ac3e7343f01689"] },
    serviceAccount: { stage: "2-trust", trust: ["3f79bb7b435b0532"] },
  });
  expect(readStages(order)).toEqual(written("2-trust"));
  expect(readStages(JSON.stringify(written("2-drop")))).toEqual(written("2-drop"));
  expect([readStages(undefined), readStages("pending"), readStages("7")]).toEqual([{}, {}, {}]);
});

test("line ends make no other fingerprint", () => {
  const text = "-----BEGIN CERTIFICATE-----\nYWJj\nZGVm\n-----END CERTIFICATE-----\n";
  expect(fingerprints(text.replaceAll("\n", "\r\n"))).toEqual(fingerprints(text));
});

test("external members of etcd have a say in etcd's authority alone", () => {
  const control = ["control-plane-a", "control-plane-b"];
  expect(rotationMembers(["a", "b"], ["a"])).toEqual({
    ...{ kubernetes: control, frontProxy: control, serviceAccount: control },
    etcd: [...control, "etcd-a"],
  });
});
