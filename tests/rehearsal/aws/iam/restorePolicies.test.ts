/** A rehearsed restore gives members the permissions that the plan with `etcd.restore` has. */
import { renderRestoreOrder } from "../../../../components/etcd/restoreOrder.plan";
import { planStack, type Plan } from "../../../../plan/planStack";
import { reveal } from "../../../../plan/program/secret";
import { orderedSnapshot, policiesForRestore } from "../../../../rehearsal/aws/iam/restorePolicies";
import type { CloudResource } from "../../../../rehearsal/aws/resources/resourceHandler";

const snapshotOf = (cluster: string, minute: number) =>
  `${cluster}/backups/all/20261101T00${minute}00Z-g1-r1234-b.db.gz`;

const resourcesOf = ({ resources }: Plan) => reveal(resources) as CloudResource[];

const policies = (resources: readonly CloudResource[]) =>
  resources
    .filter(({ type }) => type.startsWith("aws:iam/") || type.includes("olicy"))
    .map(({ name, inputs }) => [name, inputs.policy ?? inputs.assumeRolePolicy] as const);

test("the order of a restore names its backup", () => {
  const request = (operation: string, body: object) => ({
    ...{ method: "POST", url: "/", headers: { "x-amz-target": `AmazonSSM.${operation}` } },
    body: Buffer.from(JSON.stringify(body)),
  });
  const Value = renderRestoreOrder({ generation: 2, snapshot: "staging/backups/all/x" });
  const Name = "/holdfast/staging/etcd/restore";
  expect(orderedSnapshot(request("PutParameter", { Name, Value }))).toBe("staging/backups/all/x");
  expect(orderedSnapshot(request("PutParameter", { Name, Value: renderRestoreOrder(undefined) }))).toBeUndefined();
  expect(orderedSnapshot(request("PutParameter", { Name: "/holdfast/staging/join", Value }))).toBeUndefined();
  expect(orderedSnapshot(request("GetParameters", { Names: [Name] }))).toBeUndefined();
});

test.each([
  ["stacked", "staging"],
  ["external", "prod"],
])("%s etcd", async (_topology, stack) => {
  const snapshot = snapshotOf(stack, 30);
  const before = resourcesOf(await planStack(stack));
  const etcd = { restore: { generation: 2, snapshot } };
  const planned = policies(resourcesOf(await planStack(stack, { overrides: { etcd } })));
  expect(policies(before)).not.toEqual(planned);
  expect(policies(policiesForRestore(before, snapshot))).toEqual(planned);
  // Only the backup that is ordered last can be read.
  const twice = policiesForRestore(policiesForRestore(before, snapshotOf(stack, 10)), snapshot);
  expect(policies(twice)).toEqual(planned);
});
