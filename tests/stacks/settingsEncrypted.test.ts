/** Settings that `pulumi config set --secret` encrypted: a plan and the commands cannot decrypt them. */
import { z } from "zod";

import { clusterSettings } from "../../components/clusterSettings";
import { fillEncrypted, placeholders } from "../../components/settings/placeholders";
import { parseSettings } from "../../stacks/settings";
import { cluster, expectProblems, problemsOf } from "./settingsSupport";

const secret = { secure: "v1:abc:def" };

/** Text settings of a schema by their path; `*` stands for names that users choose. */
function* textSettings(schema: z.core.$ZodType, path = "cluster"): Iterable<readonly [string, z.core.$ZodType]> {
  const { def } = schema._zod as { def: z.core.$ZodTypes["_zod"]["def"] };
  switch (def.type) {
    case "object":
      for (const [key, child] of Object.entries(def.shape)) yield* textSettings(child, `${path}.${key}`);
      return;
    case "record":
      yield* textSettings(def.valueType, `${path}.*`);
      return;
    case "array":
      yield* textSettings(def.element, `${path}[*]`);
      return;
    case "optional":
    case "default":
    case "prefault":
    case "nullable":
      yield* textSettings(def.innerType, path);
      return;
    case "pipe":
      yield* textSettings(def.in, path);
      return;
    case "union":
      if (!def.options.every((option) => ["string", "number", "boolean", "int"].includes(option._zod.def.type))) {
        for (const option of def.options) yield* textSettings(option, path);
        return;
      }
      yield [path, schema];
      return;
    case "string":
      yield [path, schema];
  }
}

const settings = [...textSettings(clusterSettings)];

test("the settings have many texts", () => {
  expect(settings.length).toBeGreaterThan(100);
  expect(settings.map(([path]) => path)).toContain("cluster.workers.*.labels.*");
});

test.each(settings)("%s accepts a placeholder; otherwise add one to placeholders.ts", (_path, schema) => {
  const accepted = placeholders.filter((text) => z.safeParse(schema, text).success);
  expect(accepted).not.toEqual([]);
});

test.each<[string, Record<string, unknown>]>([
  ["name", { name: secret }],
  ["tag", { "tags.owner": secret }],
  ["version", { kubernetesVersion: secret }],
  ["domain", { domain: secret }],
  ["instance type", { "controlPlane.instanceType": secret }],
  ["item of a list", { "workers.general": { instanceTypes: [secret, "m6i.large"] } }],
  ["range", { "network.vpc.cidr": secret }],
  ["enumeration", { "network.nat": secret }],
  ["image", { "nodes.images.amd64": secret }],
  ["certificate", { "pki.authorities.kubernetes": { own: { 1: secret } } }],
  [
    "variant of a section",
    {
      "network.vpc": {
        source: secret,
        id: "vpc-0123456789abcdef0",
        cidr: "10.0.0.0/16",
        privateSubnets: {
          "eu-central-1a": "subnet-0123456789abcdef0",
          "eu-central-1b": "subnet-0123456789abcdef1",
          "eu-central-1c": "subnet-0123456789abcdef2",
        },
        publicSubnets: {
          "eu-central-1a": "subnet-0123456789abcdef3",
          "eu-central-1b": "subnet-0123456789abcdef4",
          "eu-central-1c": "subnet-0123456789abcdef5",
        },
      },
    },
  ],
])("accepts an encrypted %s", (title, settings) => {
  const config = cluster(settings);
  const keys = title === "certificate" ? { authorityKeys: secret } : {};
  expect(problemsOf({ ...config, ...keys })).toEqual([]);
});

test("lists the encrypted settings", () => {
  const parsed = parseSettings({
    ...cluster({ "tags.owner": secret, '["tags","a.b"]': secret }),
    "aws:region": secret,
    registries: { ghcr: { server: secret, username: secret, password: secret } },
  });
  expect(parsed).toMatchObject({
    ok: true,
    encrypted: [
      "cluster.tags.owner",
      'cluster.tags["a.b"]',
      "aws:region",
      "registries.ghcr.server",
      "registries.ghcr.username",
    ],
  });
});

test("encrypted registries have those that the tenants name", () => {
  const parsed = parseSettings({ ...cluster({ "tenants.a": { registries: ["ghcr"] } }), registries: secret });
  expect(parsed).toMatchObject({
    ok: true,
    encrypted: ["registries.ghcr.server", "registries.ghcr.username"],
    spec: { registries: { ghcr: {} } },
  });
});

test("refuses an encrypted value where no text is valid", () => {
  expectProblems(
    cluster({ "workers.general.max": secret, protect: secret, network: secret }),
    ["cluster.protect", /must be true or false; an encrypted value is a text, so write this one in plain text/],
    ["cluster.network", /must be a mapping; an encrypted value is a text/],
    ["cluster.workers.general.max", /must be a whole number; an encrypted value is a text/],
  );
  expect(JSON.stringify(problemsOf(cluster({ protect: secret })))).not.toContain("v1:abc");
});

test("omits conflicts with placeholders, keeps others", () => {
  expect(
    problemsOf(cluster({ "network.podCidr": secret, "network.serviceCidr": "10.0.0.0/16" })).map(({ path }) => path),
  ).toEqual(["cluster.network.serviceCidr"]);
  expect(problemsOf(cluster({ "network.podCidr": "10.0.0.0/16", "network.vpc.cidr": secret }))).toEqual([]);
});

test("only a mapping with nothing but a text `secure` is encrypted, as for the engine", () => {
  for (const value of [{ secure: 1 }, { secure: "a", other: "b" }, {}, [], null, "secure"]) {
    expect(fillEncrypted(z.any(), { value })).toEqual({ settings: { value }, encrypted: [] });
  }
});
