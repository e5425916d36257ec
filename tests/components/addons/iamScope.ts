import { podIdentity } from "../../../components/access/serviceAccounts/podIdentity.plan";
import type { IamScope, Statement } from "../../../components/addons/shared/iamStatements.plan";

export const iamScope: IamScope<string> = {
  cluster: "blue",
  region: "eu-central-1",
  partition: "aws",
  arn: (service, resource) => `arn:aws:${service}:eu-central-1:123456789012:${resource}`,
};

export const identity = podIdentity("arn:aws:iam::123456789012:role/controller", "eu-central-1");

/** Tests that every add-on's policy has to pass. */
export function describePolicy(statements: readonly Statement<string>[]): void {
  test("lists actions without wildcards, in statements with unique ids", () => {
    for (const action of statements.flatMap(({ Action }) => Action)) {
      expect(action).toMatch(/^[a-z0-9]+:[A-Z][A-Za-z]+$/);
    }
    const ids = statements.map(({ Sid }) => Sid);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("reads in one region only, and writes only to resources of the cluster", () => {
    for (const { Sid, Action, Resource, Condition } of statements) {
      if (Resource.includes("*")) {
        expect([Sid, Action.every((action) => /:(Describe|Get)/.test(action))]).toEqual([Sid, true]);
        expect(Condition).toEqual({ StringEquals: { "aws:RequestedRegion": "eu-central-1" } });
      } else if (Resource.some((arn) => arn.includes("*"))) {
        expect([Sid, JSON.stringify(Condition)]).toEqual([Sid, expect.stringMatching(/Tag\/|CreateAction/)]);
      }
    }
  });
}
