/** Whose AWS resources statements reach, in tests; and a pod's identity there. */

import { identityOf } from "../../../components/access/serviceAccounts/podIdentity.plan";
import type { Reach, Statement } from "../../../components/addons/shared/iamStatements.plan";

export const reach: Reach<string> = {
  cluster: "blue",
  region: "eu-central-1",
  partition: "aws",
  arn: (service, resource) => `arn:aws:${service}:eu-central-1:123456789012:${resource}`,
};

export const identity = identityOf("arn:aws:iam::123456789012:role/controller", "eu-central-1");

/** What has to hold for every controller's policy: nothing by wildcard, writes on resources or tags, reads in one region. */
export function describePolicy(statements: readonly Statement<string>[]): void {
  test("names its actions one by one, each statement by its own name", () => {
    for (const action of statements.flatMap(({ Action }) => Action)) {
      expect(action).toMatch(/^[a-z0-9]+:[A-Z][A-Za-z]+$/);
    }
    const names = statements.map(({ Sid }) => Sid);
    expect(new Set(names).size).toBe(names.length);
  });

  test("reads in one region alone, and changes nothing but what is the cluster's", () => {
    for (const { Sid, Action, Resource, Condition } of statements) {
      const reading = Action.every((action) => /:(Describe|Get)/.test(action));
      if (Resource.includes("*")) {
        expect([Sid, reading]).toEqual([Sid, true]);
        expect(Condition).toEqual({ StringEquals: { "aws:RequestedRegion": "eu-central-1" } });
        continue;
      }
      const byPattern = Resource.some((arn) => /[*]/.test(arn));
      if (byPattern)
        expect([Sid, JSON.stringify(Condition)]).toEqual([Sid, expect.stringMatching(/Tag\/|CreateAction/)]);
    }
  });
}
