import { controlPlanePolicy } from "../../../components/controlPlane/instancePolicy.plan";
import type { PullAccess } from "../../../components/ecr/pullPolicy.plan";
import { etcdPolicy } from "../../../components/etcd/memberPolicy.plan";
import type { IamPolicy } from "../../../components/machines/iamStatements.plan";
import { workerPolicy } from "../../../components/workers/instancePolicy.plan";
import { access, allows, memberB, region } from "../machines/iamEvaluator";

const repository = (name: string, where = region, account = access.accountId): string =>
  `arn:aws:ecr:${where}:${account}:repository/${name}`;
const other = repository("shared/base", "eu-west-1", "210987654321");

const policies = (images: Partial<PullAccess>): readonly [string, IamPolicy][] => {
  const facts = { ...access, images: { repositories: [], cachePrefixes: [], ...images } };
  return [
    ["worker", workerPolicy(facts)],
    ["control plane", controlPlanePolicy(facts)],
  ];
};

const pulls = (policy: IamPolicy, resource: string): boolean =>
  ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"].every((action) => allows(policy, { action, resource }));
const imports = (policy: IamPolicy, resource: string): boolean =>
  ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"].every((action) => allows(policy, { action, resource }));
const logsIn = (policy: IamPolicy, where = region): boolean =>
  allows(policy, { action: "ecr:GetAuthorizationToken", resource: "*", context: { "aws:RequestedRegion": where } });

describe.each(policies({ repositories: ["*"] }))("by default, a %s", (_role, policy) => {
  test("pulls from the account's registry of the region only", () => {
    expect(pulls(policy, repository("team-a/app"))).toBe(true);
    expect(pulls(policy, repository("team-a/app", "eu-west-1"))).toBe(false);
    expect(pulls(policy, other)).toBe(false);
    expect([logsIn(policy), logsIn(policy, "eu-west-1")]).toEqual([true, false]);
  });

  test.each([
    ...["BatchDeleteImage", "BatchImportUpstreamImage", "CompleteLayerUpload", "CreateRepository", "DeleteRepository"],
    ...["DescribeImages", "InitiateLayerUpload", "PutImage", "SetRepositoryPolicy", "UploadLayerPart"],
  ])("has no permission for %s", (action) => {
    expect(allows(policy, { action: `ecr:${action}`, resource: repository("team-a/app") })).toBe(false);
  });
});

test.each(policies({ repositories: ["team-a/*", "base", other] }))(
  "a %s pulls from named repositories",
  (_, policy) => {
    const names = ["team-a/app", "base", "base-2", "team-ab/app", "team-b/app"];
    expect(names.filter((name) => pulls(policy, repository(name)))).toEqual(["team-a/app", "base"]);
    expect(pulls(policy, other)).toBe(true);
    expect(pulls(policy, repository("shared/base"))).toBe(false);
    expect(["eu-central-1", "eu-west-1", "us-east-1"].map((where) => logsIn(policy, where))).toEqual([
      true,
      true,
      false,
    ]);
  },
);

test.each(policies({ cachePrefixes: ["docker-hub"] }))(
  "a %s fills repositories of pull-through rules only",
  (_, policy) => {
    const names = ["docker-hub/library/nginx", "docker-hub", "docker-hub-2/nginx", "team-a/app"];
    expect(names.filter((name) => imports(policy, repository(name)))).toEqual(["docker-hub/library/nginx"]);
    expect(names.filter((name) => pulls(policy, repository(name)))).toEqual(["docker-hub/library/nginx"]);
    expect(imports(policy, repository("docker-hub/library/nginx", "eu-west-1"))).toBe(false);
  },
);

test("without repositories nodes have no permission in ECR, and etcd machines never have", () => {
  const all = [...policies({}), ["etcd", etcdPolicy(access, memberB)] as const];
  for (const [role, policy] of all) expect([role, JSON.stringify(policy).includes("ecr:")]).toEqual([role, false]);
});
