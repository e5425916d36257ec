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
