/** Metadata of the rules for Pulumi. */
import { toPolicy } from "../../policies/crossguard";
import manifest from "../../policies/package.json";
import { rules } from "../../policies/rules";
import { today } from "./fixtures";

const policies = rules.map((rule) => ({ rule, policy: toPolicy(rule, today) }));

test("each policy has a severity, a rationale, a remediation, a framework and its area", () => {
  for (const { rule, policy } of policies) {
    expect(policy).toMatchObject({
      name: rule.name,
      displayName: expect.stringMatching(/^[A-Z][a-z0-9 -]+$/) as string,
      description: `${rule.requirement} ${rule.reason}`,
      remediationSteps: expect.stringContaining(rule.fix) as string,
      framework: { name: "Holdfast", version: manifest.version, reference: rule.name, specification: rule.requirement },
      tags: [expect.any(String) as string],
    });
  }
});

test("the severity follows from the levels", () => {
  for (const { rule, policy } of policies) {
    const { dev, staging, prod } = rule.levels;
    const mandatory = [dev, staging, prod].filter((level) => level === "mandatory").length;
    expect([rule.name, policy.severity]).toEqual([rule.name, ["low", "medium", "high", "critical"][mandatory]]);
  }
});

test("remediations name the setting of Holdfast", () => {
  const { policy } = policies.find(({ rule }) => rule.name === "members-in-three-zones") ?? {};
  expect(policy?.remediationSteps).toBe("Use three zones in the network. With Holdfast: cluster.network.zones.");
});
