import { type Candidate, chooseForScaleIn } from "../../../../rehearsal/aws/autoScaling/scaleIn";

const one = (id: string, zone: string, part: Partial<Candidate> = {}): Candidate => ({
  ...{ id, zone, version: "2", protected: false, launchedAt: 1_000 },
  ...part,
});

test.each<[string, Candidate[], number, string[]]>([
  ["the oldest", [one("new", "a", { launchedAt: 2_000 }), one("old", "b")], 1, ["old"]],
  [
    "another version before the oldest",
    [one("old", "a"), one("outdated", "b", { version: "1", launchedAt: 2_000 })],
    1,
    ["outdated"],
  ],
  [
    "the zone with the most instances before all else",
    [
      one("outdated", "a", { version: "1" }),
      one("b1", "b", { launchedAt: 2_000 }),
      one("b2", "b", { launchedAt: 3_000 }),
    ],
    1,
    ["b1"],
  ],
  [
    "from alternating zones",
    [one("a1", "a"), one("a2", "a"), one("b1", "b"), one("b2", "b"), one("c1", "c")],
    3,
    ["a1", "b1", "a2"],
  ],
  ["no protected instance", [one("kept", "a", { protected: true }), one("b", "b")], 2, ["b"]],
  ["none for a count of 0", [one("a", "a")], 0, []],
])("scale-in terminates %s", (_, group, count, expected) => {
  expect(chooseForScaleIn(group, "2", count)).toEqual(expected);
});
