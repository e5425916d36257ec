/** First preview of the stacks: all values that AWS chooses are unknown, and the program must not depend on them. */

import { runtime } from "@pulumi/pulumi";
import type { Output } from "@pulumi/pulumi";
import { join } from "node:path";

import { readStackFile } from "../../plan/program/stackFile";
import { withoutStackTraces } from "../../plan/program/stackTraces";
import program from "../../stacks/index";

/** Previews a stack with mocks that return only the inputs. Returns the registered types and the outputs. */
async function preview(stack: string): Promise<{ types: string[]; outputs: Record<string, unknown> }> {
  const types: string[] = [];
  await runtime.setMocks(
    {
      newResource: ({ type, inputs }) => {
        types.push(type);
        return { id: undefined, state: inputs as Record<string, unknown> };
      },
      // SSM returns empty lists for a path without parameters.
      call: ({ token }) => {
        if (token.includes("getParametersByPath")) return { names: [], values: [] };
        return token.includes("getParameter") ? { insecureValue: "ami-0123456789abcdef0" } : {};
      },
    },
    "holdfast",
    stack,
    true,
  );
  const { file } = await readStackFile(join(__dirname, "..", "..", "stacks"), stack);
  const texts = Object.entries(file.config).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  runtime.setAllConfig(Object.fromEntries(texts) as Record<string, string>);
  let outputs: Record<string, unknown> = {};
  await runtime.runInPulumiStack(async () => (outputs = await program()));
  await runtime.disconnect();
  return { types, outputs };
}

test.each(["dev", "staging", "prod"])("%s can be previewed before its first deployment", async (stack) => {
  const { types, outputs } = await withoutStackTraces(() => preview(stack));
  // Auto Scaling groups are registered last: they depend on templates, disks, roles and networks.
  expect(types.filter((type) => type === "aws:autoscaling/group:Group").length).toBeGreaterThan(1);
  const known = (name: string): Promise<boolean> =>
    (outputs[name] as Output<unknown> & { readonly isKnown: Promise<boolean> }).isKnown;
  expect(await Promise.all([known("vpcId"), known("kubeconfig")])).toEqual([false, false]);
});
