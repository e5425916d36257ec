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

/** JSON Schema of a whole stack file, for editors: stacks/schema.json. */
export function stackFileSchema(): object {
  const { $schema, ...cluster } = clusterJsonSchema();
  const secret = { type: "object", properties: { secure: { type: "string" } }, required: ["secure"] };
  return {
    $schema,
    title: "Stack file of Holdfast",
    type: "object",
    properties: {
      secretsprovider: { type: "string" },
      encryptedkey: { type: "string" },
      encryptionsalt: { type: "string" },
      environment: {},
      config: {
        type: "object",
        properties: {
          "aws:region": { type: "string", description: "AWS region." },
          "holdfast:cluster": cluster,
          "holdfast:registries": {
            description: "Credentials of container registries by name.",
            type: "object",
            additionalProperties: {
              type: "object",
              properties: {
                server: { type: "string", description: "Host of the registry." },
                username: { type: "string", description: "User name." },
                password: { description: "Password; a secret.", anyOf: [{ type: "string" }, secret] },
              },
              required: ["server", "username", "password"],
              additionalProperties: false,
            },
          },
          "holdfast:authorityKeys": {
            description: "Private keys of your own authorities by `<authority>-<generation>`; secrets.",
            type: "object",
            additionalProperties: { anyOf: [{ type: "string" }, secret] },
          },
        },
        required: ["aws:region", "holdfast:cluster"],
      },
    },
    required: ["config"],
    additionalProperties: false,
  };
}
