/** Comparisons of small plans. */
import { comparePlans } from "../../../plan/comparison/compare";
import type { PlainResource } from "../../../plan/report/planFile";
import { planOf, resource, types, urn } from "./plans";

const vpc = "aws:ec2/vpc:Vpc";
const subnet = "aws:ec2/subnet:Subnet";

const compare = (before: readonly PlainResource[], after: readonly PlainResource[]) =>
  comparePlans(planOf(before), planOf(after), types);

/** `replace a: path, path` for each change. */
const changesOf = (before: readonly PlainResource[], after: readonly PlainResource[]): readonly string[] =>
  compare(before, after).changes.map(
    ({ action, name, changes }) => `${action} ${name}: ${changes.map(({ path }) => path).join(", ")}`,
  );

const one = (inputs: PlainResource["inputs"], more: Partial<PlainResource> = {}) => [
  resource(vpc, "a", { inputs, ...more }),
];

describe("one resource", () => {
  it.each([
    ["an equal resource", one({ size: 1, list: [1, { b: 2 }] }), one({ list: [1, { b: 2 }], size: 1 }), []],
    ["a new resource", [], one({}), ["create a: "]],
    ["a removed resource", one({}), [], ["delete a: "]],
    ["a changed value", one({ size: 1 }), one({ size: 2 }), ["update a: size"]],
    ["an added value", one({}), one({ size: 2 }), ["update a: size"]],
    ["a removed value", one({ size: 2 }), one({}), ["update a: size"]],
    ["a value that requires a replacement", one({ fixed: 1 }), one({ fixed: 2 }), ["replace a: fixed"]],
    [
      "a nested value that requires a replacement",
      one({ fixed: { x: 1 } }),
      one({ fixed: { x: 2 } }),
      ["replace a: fixed.x"],
    ],
    ["a property with the same prefix", one({ fixedUp: 1 }), one({ fixedUp: 2 }), ["update a: fixedUp"]],
    ["a tag key with dots", one({ tags: {} }), one({ tags: { "a.b/c": "" } }), ['update a: tags["a.b/c"]']],
    [
      "an item added in front",
      one({ rules: [{ key: "b" }] }),
      one({ rules: [{ key: "a" }, { key: "b" }] }),
      ["update a: rules[a]"],
    ],
    ["JSON with another key order", one({ policy: '{"a":1,"b":2}' }), one({ policy: '{"b":2,"a":1}' }), []],
    ["changed JSON", one({ policy: '{"a":1,"b":2}' }), one({ policy: '{"a":1,"b":3}' }), ["update a: policy.b"]],
    ["a secret that only one plan shows", one({ value: "[secret]" }), one({ value: "key" }), []],
    [
      "names of inherited properties",
      one({}),
      one({ constructor: "x", toString: "y" }),
      ["update a: constructor, toString"],
    ],
    ["a mapping with an own toString", one({}), one({ map: { toString: null } }), ["update a: map"]],
  ])("%s", (_title, before, after, expected) => {
    expect(changesOf(before, after)).toEqual(expected);
  });

  it.each([
    ["a property", "size", ["update a: disk.size"]],
    ["a whole mapping", "disk", ["update a: size"]],
    ["a nested property", "disk.size", ["update a: size"]],
    ["a prefix of a name", "siz", ["update a: size, disk.size"]],
  ])("honors ignoreChanges of %s", (_title, path, expected) => {
    const after = one({ size: 2, disk: { size: 2 } }, { options: { ignoreChanges: [path] } });
    expect(changesOf(one({ size: 1, disk: { size: 1 } }), after)).toEqual(expected);
  });

  it("honors replaceOnChanges", () => {
    const options = { replaceOnChanges: ["size"] };
    expect(changesOf(one({ size: 1 }), one({ size: 2 }, { options }))).toEqual(["replace a: size"]);
  });

  it("lists changed default tags, and changed resource tags only once", () => {
    const [before, after] = [
      { team: "a", own: "x" },
      { team: "b", own: "y" },
    ];
    expect(
      changesOf(
        one({ tags: { own: "x" } }, { outputs: { tagsAll: before } }),
        one({ tags: { own: "y" } }, { outputs: { tagsAll: after } }),
      ),
    ).toEqual(["update a: tags.own, tagsAll.team"]);
  });
});

describe("a resource that others depend on", () => {
  const id = "vpc-0a1b2c3d4e5f";
  const outputs = { id, ownerId: "123456789012", origin: "CreateRoute" };
  const parent = (inputs: PlainResource["inputs"]) => resource(vpc, "net", { inputs, outputs });
  const child = (inputs: PlainResource["inputs"]) =>
    resource(subnet, "part", { inputs, dependsOn: [urn(vpc, "net")], outputs: { id: "subnet-0a1b2c3d4" } });

  it("changes all dependents when it is replaced", () => {
    const last = resource(subnet, "last", {
      inputs: { subnetId: "subnet-0a1b2c3d4" },
      dependsOn: [urn(subnet, "part")],
    });
    expect(
      changesOf([parent({ fixed: 1 }), child({ fixed: id }), last], [parent({ fixed: 2 }), child({ fixed: id }), last]),
    ).toEqual(["replace net: fixed", "replace part: fixed", "update last: subnetId"]);
  });

  it("changes no dependents when it is updated", () => {
    expect(changesOf([parent({ size: 1 }), child({ fixed: id })], [parent({ size: 2 }), child({ fixed: id })])).toEqual(
      ["update net: size"],
    );
  });

  it("changes no resource that shares only the account id or a word", () => {
    const inputs = { roleArn: "arn:aws:iam::123456789012:role/x", way: "CreateRoute" };
    expect(changesOf([parent({ fixed: 1 }), child(inputs)], [parent({ fixed: 2 }), child(inputs)])).toEqual([
      "replace net: fixed",
    ]);
  });

  it("changes dependents that hold its generated name", () => {
    const bucket = (inputs: PlainResource["inputs"]) =>
      resource(vpc, "net", { inputs: { ...inputs, name: "net-0a1b2c3" }, outputs: { id: "net-0a1b2c3" } });
    expect(
      changesOf(
        [bucket({ fixed: 1 }), child({ name: "net-0a1b2c3" })],
        [bucket({ fixed: 2 }), child({ name: "net-0a1b2c3" })],
      ),
    ).toEqual(["replace net: fixed", "update part: name"]);
  });

  it("has generated keys that differ in every plan without a change", () => {
    const key = (pem: string) => resource("tls:index/privateKey:PrivateKey", "key", { outputs: { publicKeyPem: pem } });
    const user = (pem: string) =>
      resource(subnet, "part", { inputs: { value: pem }, dependsOn: [urn("tls:index/privateKey:PrivateKey", "key")] });
    expect(changesOf([key("public key 1"), user("public key 1")], [key("public key 2"), user("public key 2")])).toEqual(
      [],
    );
  });
});

describe("instances", () => {
  const templateType = "aws:ec2/launchTemplate:LaunchTemplate";
  const groupType = "aws:autoscaling/group:Group";
  const cloudConfig = (text: string): string => Buffer.from(`#cloud-config\n${text}\n`).toString("base64");
  const instances = (userData: string, maxSize = 3) => [
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

  it("are replaced when their user data changes, with the reasons", () => {
    const { changes, rollouts } = compare(instances("a"), instances("b"));
    expect(changes.map(({ action, name }) => [action, name])).toEqual([
      ["update", "template"],
      ["update", "group"],
    ]);
    expect(changes[1]?.changes).toMatchObject([
      { path: "launchTemplate.version", follows: urn(templateType, "template") },
    ]);
    expect(rollouts).toEqual([{ group: "workers", min: 1, max: 3, reasons: ["userData"] }]);
  });

  it("are kept when only the size of their group changes", () => {
    const { changes, rollouts } = compare(instances("a"), instances("a", 5));
    expect([changes.length, rollouts]).toEqual([1, []]);
  });
});

it("lists changed protection, and marks protected and retained resources", () => {
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

it("lists changed files of the node bundles", () => {
  const before = planOf([], { same: "x", changed: "a\nb", gone: "" });
  const after = planOf([], { same: "x", changed: "a\nc", added: "" });
  expect(comparePlans(before, after, types).files).toEqual([
    { path: "members/added", action: "create" },
    {
      path: "members/changed",
      action: "update",
      lines: [
        { sign: "-", line: "b" },
        { sign: "+", line: "c" },
      ],
    },
    { path: "members/gone", action: "delete" },
  ]);
  expect(comparePlans(planOf([]), after, types).files).toEqual([]);
});
