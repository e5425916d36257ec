import { planStack } from "../../plan/planStack";
import { resourceTypes } from "../../simulation/registry";
import { maximalSettings } from "../maximalSettings";

test("the maximal stack has a resource of every simulated AWS type", async () => {
  const { resources } = await planStack("prod", { overrides: maximalSettings });
  const used = new Set(resources.map(({ type }) => type));
  const unused = [...resourceTypes.keys()].filter((type) => type.startsWith("aws:") && !used.has(type));
  // Only subnets of an existing VPC get tags from a resource of their own.
  expect(unused).toEqual(["aws:ec2/tag:Tag"]);
});

// The alias of a renamed component reaches only children whose names begin with its own.
test("the name of every resource begins with that of its parent", async () => {
  const { resources } = await planStack("prod", { overrides: maximalSettings });
  const nameOf = (urn: string): string => urn.split("::").slice(3).join("::");
  const components = new Set(resources.map(({ urn }) => urn).filter((urn) => !urn.includes("pulumi:pulumi:Stack")));
  const others = resources.filter(
    ({ urn, parent = "" }) => components.has(parent) && !nameOf(urn).startsWith(nameOf(parent)),
  );
  expect(others.map(({ urn }) => urn)).toEqual([]);
});
