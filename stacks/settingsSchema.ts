import { z } from "zod";
import { clusterSettings } from "../components/clusterSettings";

/**
 * JSON Schema of the `cluster` settings as users write them. Adds the defaults and examples that zod omits for settings with
 * a transformation (`true` becomes "true" in a map of texts).
 */
export const clusterJsonSchema = () =>
  z.toJSONSchema(clusterSettings, {
    io: "input",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      const { def } = zodSchema._zod;
      if (def.type === "default") jsonSchema.default = def.defaultValue;
      const examples = z.globalRegistry.get(zodSchema)?.examples;
      if (Array.isArray(examples)) jsonSchema.examples = examples;
    },
  });

type Schema = Readonly<Record<string, unknown>>;

/** Value that `pulumi config set --secret` writes. */
const secret = {
  type: "object",
  properties: { secure: { type: "string" } },
  required: ["secure"],
  additionalProperties: false,
};

/** Schema that accepts an encrypted value wherever it accepts a text. Texts that select a variant stay as they are. */
function acceptEncrypted(node: Schema): Schema {
  if (node.type === "string" && node.const === undefined) {
    const { description, default: byDefault, examples, ...rules } = node;
    const kept = Object.entries({ description, default: byDefault, examples }).filter(
      ([, value]) => value !== undefined,
    );
    return { ...Object.fromEntries(kept), anyOf: [rules, { $ref: "#/$defs/secret" }] };
  }
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => {
      if (key === "properties") return [key, mapValues(value as Schema, acceptAny)];
      if (["items", "additionalProperties"].includes(key)) return [key, acceptAny(value)];
      return Array.isArray(value) && /^(any|one|all)Of$/.test(key) ? [key, value.map(acceptAny)] : [key, value];
    }),
  );
}

const acceptAny = (node: unknown): unknown =>
  typeof node === "object" && node !== null ? acceptEncrypted(node as Schema) : node;

const mapValues = (record: Schema, change: (value: unknown) => unknown): Schema =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));

/** JSON Schema of a whole stack file, for editors: stacks/schema.json. */
export function stackFileSchema(): object {
  const { $schema, required, ...cluster } = clusterJsonSchema();
  return {
    $schema,
    title: "Stack file of Holdfast",
    type: "object",
    properties: {
      secretsprovider: { type: "string" },
      encryptedkey: { type: "string" },
      encryptionsalt: { type: "string" },
      environment: {
        description: "Pulumi ESC environments, whose `pulumiConfig` is merged below `config`.",
        anyOf: [
          { type: "array", items: { type: "string" } },
          {
            type: "object",
            properties: { description: { type: "string" }, imports: { type: "array" }, values: { type: "object" } },
            additionalProperties: false,
          },
        ],
      },
      config: {
        type: "object",
        properties: {
          "aws:region": { type: "string", description: "AWS region." },
          "holdfast:cluster": acceptEncrypted(cluster),
          "holdfast:registries": {
            description: "Credentials of container registries by name.",
            type: "object",
            additionalProperties: {
              type: "object",
              properties: {
                server: { type: "string", description: "Host of the registry." },
                username: { type: "string", description: "User name." },
                password: {
                  description: "Password; a secret.",
                  anyOf: [{ type: "string" }, { $ref: "#/$defs/secret" }],
                },
              },
              required: ["server", "username", "password"],
              additionalProperties: false,
            },
          },
          "holdfast:authorityKeys": {
            description: "Private keys of your own authorities by `<authority>-<generation>`; secrets.",
            type: "object",
            additionalProperties: { anyOf: [{ type: "string" }, { $ref: "#/$defs/secret" }] },
          },
        },
      },
    },
    // An environment may have the required settings.
    if: { required: ["environment"] },
    else: {
      properties: {
        config: { properties: { "holdfast:cluster": { required } }, required: ["aws:region", "holdfast:cluster"] },
      },
      required: ["config"],
    },
    // Anchors that several settings use.
    patternProperties: { "^x-": {} },
    additionalProperties: false,
    $defs: { secret },
  };
}
