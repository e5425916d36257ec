/** What a change would do, case by case. */
import { comparePlans } from "../../../plan/comparison/compare";
import type { PlainResource } from "../../../plan/report/planFile";
import { planOf, resource, types, urn } from "./plans";

const vpc = "aws:ec2/vpc:Vpc";
const subnet = "aws:ec2/subnet:Subnet";

const compare = (before: readonly PlainResource[], after: readonly PlainResource[]) =>
  comparePlans(planOf(before), planOf(after), types);

/** `replace a: path, path` for each change. */
const told = (before: readonly PlainResource[], after: readonly PlainResource[]): readonly string[] =>
  compare(before, after).changes.map(
    ({ action, name, changes }) => `${action} ${name}: ${changes.map(({ path }) => path).join(", ")}`,
  );

const one = (inputs: PlainResource["inputs"], more: Partial<PlainResource> = {}) => [
  resource(vpc, "a", { inputs, ...more }),
];

describe("one resource", () => {
  it.each([
    ["the same", one({ size: 1, list: [1, { b: 2 }] }), one({ list: [1, { b: 2 }], size: 1 }), []],
    ["new", [], one({}), ["create a: "]],
    ["gone", one({}), [], ["delete a: "]],
    ["another value", one({ size: 1 }), one({ size: 2 }), ["update a: size"]],
    ["a value more", one({}), one({ size: 2 }), ["update a: size"]],
    ["a value less", one({ size: 2 }), one({}), ["update a: size"]],
    ["a value that AWS cannot change", one({ fixed: 1 }), one({ fixed: 2 }), ["replace a: fixed"]],
    ["something inside such a value", one({ fixed: { x: 1 } }), one({ fixed: { x: 2 } }), ["replace a: fixed.x"]],
    ["a name that only begins alike", one({ fixedUp: 1 }), one({ fixedUp: 2 }), ["update a: fixedUp"]],
    ["a tag with dots in its name", one({ tags: {} }), one({ tags: { "a.b/c": "" } }), ['update a: tags["a.b/c"]']],
    [
      "an item in front of others",
      one({ rules: [{ key: "b" }] }),
      one({ rules: [{ key: "a" }, { key: "b" }] }),
      ["update a: rules[a]"],
    ],
    ["JSON written in another order", one({ policy: '{"a":1,"b":2}' }), one({ policy: '{"b":2,"a":1}' }), []],
    ["JSON that differs", one({ policy: '{"a":1,"b":2}' }), one({ policy: '{"a":1,"b":3}' }), ["update a: policy.b"]],
    ["a hidden secret beside one in clear", one({ value: "[secret]" }), one({ value: "key" }), []],
    [
      "keys that every object has",
      one({}),
      one({ constructor: "x", toString: "y" }),
      ["update a: constructor, toString"],
    ],
    ["a mapping that has no text of its own", one({}), one({ map: { toString: null } }), ["update a: map"]],
  ])("%s", (_what, before, after, expected) => {
    expect(told(before, after)).toEqual(expected);
  });

  it.each([
    ["a property", "size", ["update a: disk.size"]],
    ["all that is in a property", "disk", ["update a: size"]],
    ["a property in another", "disk.size", ["update a: size"]],
    ["one whose name only begins alike", "siz", ["update a: size, disk.size"]],
  ])("honours ignoreChanges of %s", (_what, path, expected) => {
    const after = one({ size: 2, disk: { size: 2 } }, { options: { ignoreChanges: [path] } });
    expect(told(one({ size: 1, disk: { size: 1 } }), after)).toEqual(expected);
  });

  it("honours replaceOnChanges", () => {
    const options = { replaceOnChanges: ["size"] };
    expect(told(one({ size: 1 }), one({ size: 2 }, { options }))).toEqual(["replace a: size"]);
  });

  it("tells of tags of the provider, but not twice of its own", () => {
    const [before, after] = [
      { team: "a", own: "x" },
      { team: "b", own: "y" },
    ];
    expect(
      told(
        one({ tags: { own: "x" } }, { outputs: { tagsAll: before } }),
        one({ tags: { own: "y" } }, { outputs: { tagsAll: after } }),
      ),
    ).toEqual(["update a: tags.own, tagsAll.team"]);
  });
});

describe("resources that others depend on", () => {
  const id = "vpc-0a1b2c3d4e5f";
  const outputs = { id, ownerId: "123456789012", origin: "CreateRoute" };
  const parent = (inputs: PlainResource["inputs"]) => resource(vpc, "net", { inputs, outputs });
  const child = (inputs: PlainResource["inputs"]) =>
    resource(subnet, "part", { inputs, dependsOn: [urn(vpc, "net")], outputs: { id: "subnet-0a1b2c3d4" } });

  it("are followed to the end when they are replaced", () => {
    const last = resource(subnet, "last", {
      inputs: { subnetId: "subnet-0a1b2c3d4" },
      dependsOn: [urn(subnet, "part")],
    });
    expect(
      told([parent({ fixed: 1 }), child({ fixed: id }), last], [parent({ fixed: 2 }), child({ fixed: id }), last]),
    ).toEqual(["replace net: fixed", "replace part: fixed", "update last: subnetId"]);
  });

  it("are not followed when they are only updated", () => {
    expect(told([parent({ size: 1 }), child({ fixed: id })], [parent({ size: 2 }), child({ fixed: id })])).toEqual([
      "update net: size",
    ]);
  });

  it("are not followed by what has the account's number or a word in common with them", () => {
    const inputs = { roleArn: "arn:aws:iam::123456789012:role/x", way: "CreateRoute" };
    expect(told([parent({ fixed: 1 }), child(inputs)], [parent({ fixed: 2 }), child(inputs)])).toEqual([
      "replace net: fixed",
    ]);
  });

  it("are followed by a name that the provider made", () => {
    const bucket = (inputs: PlainResource["inputs"]) =>
      resource(vpc, "net", { inputs: { ...inputs, name: "net-0a1b2c3" }, outputs: { id: "net-0a1b2c3" } });
    expect(
      told(
        [bucket({ fixed: 1 }), child({ name: "net-0a1b2c3" })],
        [bucket({ fixed: 2 }), child({ name: "net-0a1b2c3" })],
      ),
    ).toEqual(["replace net: fixed", "update part: name"]);
  });

  it("may say something new at every run without being changed: keys", () => {
    const key = (pem: string) => resource("tls:index/privateKey:PrivateKey", "key", { outputs: { publicKeyPem: pem } });
    const user = (pem: string) =>
      resource(subnet, "part", { inputs: { value: pem }, dependsOn: [urn("tls:index/privateKey:PrivateKey", "key")] });
    expect(told([key("public key 1"), user("public key 1")], [key("public key 2"), user("public key 2")])).toEqual([]);
  });
});

describe("machines", () => {
  const templateType = "aws:ec2/launchTemplate:LaunchTemplate";
  const groupType = "aws:autoscaling/group:Group";
  const cloudConfig = (text: string): string => Buffer.from(`#cloud-config\n${text}\n`).toString("base64");
  const machines = (userData: string, maxSize = 3) => [
    resource(templateType, "template", {
      inputs: { userData: cloudConfig(userData) },
      outputs: { id: "lt-0a1b2c3d4e5f", latestVersion: 1 },
    }),
    resource(groupType, "group", {
      inputs: {
        name: "workers",
        minSize: 1,
        maxSize,
        instanceRefresh: { strategy: "Rolling" },
        launchTemplate: { id: "lt-0a1b2c3d4e5f", version: "1" },
      },
      dependsOn: [urn(templateType, "template")],
    }),
  ];

  it("are replaced when their user data differs, and it is said where and why", () => {
    const { changes, rollouts } = compare(machines("a"), machines("b"));
    expect(changes.map(({ action, name }) => [action, name])).toEqual([
      ["update", "template"],
      ["update", "group"],
    ]);
    expect(changes[1]?.changes).toMatchObject([
      { path: "launchTemplate.version", follows: urn(templateType, "template") },
    ]);
    expect(rollouts).toEqual([{ group: "workers", min: 1, max: 3, because: ["userData"] }]);
  });

  it("stay when only the size of their group differs", () => {
    const { changes, rollouts } = compare(machines("a"), machines("a", 5));
    expect([changes.length, rollouts]).toEqual([1, []]);
  });
});

it("tells of protection apart, and of what the engine would refuse or leave", () => {
  const guarded = { options: { protect: true, retainOnDelete: true } };
  expect(compare(one({ a: 1 }, guarded), one({ a: 1 }))).toMatchObject({
    changes: [],
    protection: { added: [], removed: ["a"] },
  });
  expect(compare(one({}), one({}, guarded)).protection).toEqual({ added: ["a"], removed: [] });
  expect(compare(one({ fixed: 1 }, guarded), one({ fixed: 2 }, guarded)).changes).toMatchObject([
    { action: "replace", protected: true, retained: true },
  ]);
});

it("tells which files of the bundle differ", () => {
  const before = planOf([], { same: "x", changed: "a\nb", gone: "" });
  const after = planOf([], { same: "x", changed: "a\nc", added: "" });
  expect(comparePlans(before, after, types).files).toEqual([
    { path: "added", action: "create" },
    {
      path: "changed",
      action: "update",
      lines: [
        { sign: "-", line: "b" },
        { sign: "+", line: "c" },
      ],
    },
    { path: "gone", action: "delete" },
  ]);
  expect(comparePlans(planOf([]), after, types).files).toEqual([]);
});
