/** Plans of a deployed stack, whose state has ids, names and keys of AWS instead of simulated ones. */
import { createHash } from "node:crypto";

import { comparePlans } from "../../plan/comparison/compare";
import type { Comparison } from "../../plan/comparison/changes";
import { LiveStack } from "../../plan/live/liveStack";
import { parseStackState } from "../../plan/live/stackState";
import { plainPlan, planStack } from "../../plan/planStack";
import { project } from "../../stacks/file/config";
import type { Plan, PlannedResource } from "../../plan/planStack";
import { Secret, distinctSecrets } from "../../plan/program/secret";
import { decodeUserData } from "../../plan/report/userData";
import { outputsChangedByUpdate, replacementProperties, resourceTypes } from "../../simulation/registry";

const account = "999988887777";

/** Text with other identifiers, names and account in place of the simulated ones. */
function asDeployed(text: string): string {
  const decoded = decodeUserData(text);
  const other = (id: string): string => createHash("sha256").update(id).digest("hex").slice(0, id.length);
  const renamed = decoded
    .replaceAll("123456789012", account)
    .replaceAll(
      /\b(ami|eipalloc|igw|lt|nat|rtb|sg|subnet|vol|vpc|vpce)-([0-9a-f]{17})\b/g,
      (_, type: string, id: string) => `${type}-${other(id)}`,
    )
    .replaceAll(/(?<=[a-z]-)[0-9a-f]{7}(?![0-9a-f-])/g, other);
  return decoded === text ? renamed : Buffer.from(renamed).toString("base64");
}

const signature = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };

/** Value as the state holds it. */
function toState(value: unknown): unknown {
  if (value instanceof Secret) return { ...signature, plaintext: JSON.stringify(toState(value.value)) };
  if (typeof value === "string") return asDeployed(value);
  if (Array.isArray(value)) return value.map(toState);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [asDeployed(key), toState(item)]));
}

/** Inputs that Pulumi's AWS provider completes: names, default values, all tags and the region. */
function completed({ type, name, inputs, outputs }: PlannedResource): object {
  if (!type.startsWith("aws:")) return inputs;
  const property = resourceTypes.get(type)?.autoName?.property ?? "";
  const isGenerated = new RegExp(`${name}-[0-9a-f]{7}$`).test(String(inputs[property]));
  const defaults = [...(isGenerated ? [property] : []), "skipDestroy"];
  return { ...inputs, skipDestroy: false, __defaults: defaults, tagsAll: outputs.tagsAll, region: "eu-central-1" };
}

const exportOf = ({ resources }: Pick<Plan, "resources">, more: object = {}): string =>
  JSON.stringify({
    version: 3,
    deployment: {
      resources: resources.map((resource) => ({
        urn: resource.urn,
        type: resource.type,
        id: resource.id === undefined ? undefined : asDeployed(resource.id),
        parent: resource.parent,
        provider: resource.provider,
        dependencies: resource.dependsOn,
        inputs: toState(completed(resource)),
        outputs: toState(resource.outputs),
        protect: resource.options.protect || undefined,
      })),
      ...more,
    },
  });

describe("a deployed stack", () => {
  let state: string;

  beforeAll(async () => {
    state = exportOf(await planStack("dev"));
  });

  async function compare(overrides: object, text = state): Promise<Comparison> {
    const live = new LiveStack(parseStackState(text, project));
    const secretForm = distinctSecrets("(encrypted)");
    const plan = plainPlan(await planStack("dev", { live, overrides }), { secretForm });
    const types = { replaceOn: replacementProperties, changesWithUpdate: outputsChangedByUpdate };
    return comparePlans(live.toPlan(plan, secretForm), plan, types);
  }

  const changed = ({ changes }: Comparison): readonly string[] =>
    changes.map(({ action, name, changes: properties }) =>
      [action, name, ...new Set(properties.map(({ path }) => path.split(/[.[]/, 1)[0]))].join(" "),
    );

  test("the state has other identifiers than a plan", () => {
    expect(new LiveStack(parseStackState(state, project)).account).toBe(account);
    expect(state).not.toContain("123456789012");
  });

  test("has no difference to a plan with the same settings", async () => {
    expect(await compare({})).toMatchObject({ changes: [], settings: [], losses: [], rollouts: [] });
  });

  test("a change shows only its own effects", async () => {
    expect(changed(await compare({ workers: { general: { max: 7 } } }))).toEqual([
      "update dev-workers-general-group maxSize",
    ]);
    expect(changed(await compare({ workers: { general: { instanceTypes: ["m6i.xlarge"] } } }))).toEqual([
      "update dev-workers-general-template instanceType",
      "update dev-workers-general-group mixedInstancesPolicy",
    ]);
  });

  test("a value that was a default of the provider, and differs now, is a change", async () => {
    const edited = state.replaceAll('"__defaults":["skipDestroy"]', '"__defaults":["skipDestroy","maxSize"]');
    expect(edited).not.toBe(state);
    expect(await compare({}, edited)).toMatchObject({ changes: [] });
    expect(changed(await compare({ workers: { general: { max: 7 } } }, edited))).toEqual([
      "update dev-workers-general-group maxSize",
    ]);
  });

  test("settings that a live cluster cannot change are refused", async () => {
    const { settings } = await compare({ network: { podCidr: "10.128.0.0/16" } });
    expect(settings).toMatchObject([{ effect: "refused", path: ["network", "podCidr"] }]);
  });

  test("of a program with another project has no difference", async () => {
    const renamed = state.replaceAll("::holdfast::", "::shop::").replaceAll("Stack::holdfast-dev", "Stack::shop-dev");
    expect(await compare({}, renamed)).toMatchObject({ changes: [] });
  });
});

test("secrets have forms that tell only whether they differ", () => {
  const form = distinctSecrets("(encrypted)");
  const shown = [
    { user: "a", password: "b" },
    { password: "b", user: "a" },
    { user: "a" },
    "x(encrypted)",
    undefined,
  ].map((value) => form(new Secret(value)));
  expect(shown[0]).toBe(shown[1]);
  expect(new Set(shown).size).toBe(4);
  expect(shown[3]).toBe("[secret]");
  expect(shown[0]).toMatch(/^\[secret [0-9a-f]{8}\]$/);
  expect(distinctSecrets("(encrypted)")(new Secret("x"))).not.toBe(form(new Secret("x")));
});

describe("a state", () => {
  const urn = (type: string, name: string): string => `urn:pulumi:dev::holdfast::${type}::${name}`;
  const vpc = { urn: urn("aws:ec2/vpc:Vpc", "dev-vpc"), type: "aws:ec2/vpc:Vpc", id: "vpc-1" };
  const stateOf = (deployment: object): string => JSON.stringify({ version: 3, deployment });
  const parse = (deployment: object) => parseStackState(stateOf(deployment), project);

  test("omits default providers, and resources that the program only reads", () => {
    const provider = { urn: urn("pulumi:providers:tls", "default_5_6_1"), type: "pulumi:providers:tls" };
    const read = { ...vpc, urn: urn("aws:ec2/vpc:Vpc", "existing"), external: true };
    expect(parse({ resources: [provider, read, vpc] }).resources.map(({ name }) => name)).toEqual(["dev-vpc"]);
  });

  test("names what an interrupted update has replaced and not deleted", () => {
    const { resources, leftovers } = parse({ resources: [vpc, { ...vpc, id: "vpc-0", delete: true }] });
    expect(resources.map(({ id }) => id)).toEqual(["vpc-1"]);
    expect(leftovers).toEqual(["dev-vpc"]);
  });

  it.each<[string, string, RegExp]>([
    ["without resources", stateOf({}), /has no deployed resources: run pulumi up first/],
    [
      "with pending operations",
      stateOf({ resources: [vpc], pending_operations: [{ type: "creating", resource: vpc }] }),
      /pending operations[^]*creating aws:ec2\/vpc:Vpc dev-vpc[^]*docs\/troubleshooting\.md/,
    ],
    [
      "with encrypted secrets",
      stateOf({ resources: [{ ...vpc, inputs: { key: { ...signature, ciphertext: "v1:x" } } }] }),
      /export it with --show-secrets/,
    ],
    [
      "in another format",
      JSON.stringify({ deployment: { resources: 7 } }),
      /deployment\.resources.*version 3 of the CLI/,
    ],
    ["that is no JSON", "error", /not JSON/],
  ])("%s is refused with the reason", (_title, text, message) => {
    expect(() => parseStackState(text, project)).toThrow(message);
  });
});
