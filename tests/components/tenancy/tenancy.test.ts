import { fetchAwsAccount } from "../../../components/aws/awsAccount";
import { Roles } from "../../../components/access/rbac/roles";
import { Tenancy } from "../../../components/tenancy/tenancy";
import { Secret, deploy } from "../../mocks";
import type { Deployment } from "../../mocks";
import { classes, threeLevels, withTenants } from "./tenants";

const issuer = { providerArn: "arn:aws:iam::123456789012:oidc-provider/issuer.example", url: "https://issuer.example" };

const spec = withTenants(
  {
    ...threeLevels,
    shop: {
      ...threeLevels.shop,
      registries: ["ghcr"],
      serviceAccounts: { reports: { aws: [{ actions: ["s3:GetObject"], resources: ["arn:aws:s3:::reports/*"] }] } },
    },
  },
  {
    ...classes,
    access: {
      roles: { restarter: { rules: [{ apiGroups: ["apps"], resources: ["deployments"], verbs: ["get", "patch"] }] } },
      groups: {
        shop: { name: "shop-developers", grants: [{ role: "edit", tenants: ["shop"] }] },
        auditors: {
          grants: [
            { role: "view", cluster: true },
            { role: "restarter", namespaces: ["kube-system"] },
          ],
        },
      },
      users: { ada: { groups: ["shop"], grants: [{ role: "restarter", tenants: ["shop-front"] }] } },
    },
  },
  { registries: { ghcr: { server: "ghcr.io", username: "robot", password: "s3cret" } } },
);

let deployment: Deployment<unknown>;
beforeAll(async () => {
  deployment = await deploy(() => {
    const awsAccount = fetchAwsAccount(spec.region, {});
    const tenancy = new Tenancy("blue-tenancy", { spec, awsAccount, issuer, passwords: { ghcr: "s3cret" } });
    new Roles("blue-roles", { spec, namespaces: tenancy.namespaces });
    return tenancy.namespaces;
  });
});

const kinds = (type: string) => Object.values(deployment.ofType(`kubernetes:${type}`));
const namesIn = (type: string, namespace: string) =>
  kinds(type)
    .map(({ inputs }) => inputs["metadata"] as { name: string; namespace?: string })
    .filter((metadata) => metadata.namespace === namespace)
    .map(({ name }) => name)
    .sort();

test("each tenant has a namespace, quotas, limits, network policies and a default ServiceAccount without a token", () => {
  expect(kinds("core/v1:Namespace").map(({ name }) => name)).toEqual([
    "blue-tenancy-retail",
    "blue-tenancy-shop",
    "blue-tenancy-shop-front",
  ]);
  expect(namesIn("core/v1:ResourceQuota", "shop")).toEqual(["compute", "objects", "priority-urgent", "storage"]);
  expect(namesIn("core/v1:LimitRange", "shop")).toEqual(["limits"]);
  expect(namesIn("networking.k8s.io/v1:NetworkPolicy", "shop")).toContain("default-deny");
  for (const { inputs } of kinds("core/v1:ServiceAccountPatch")) {
    expect(inputs).toMatchObject({ metadata: { name: "default" }, automountServiceAccountToken: false });
  }
  expect(kinds("core/v1:ServiceAccountPatch")).toHaveLength(3);
});

test("all objects have the label that protects them from changes", () => {
  const objects = deployment.resources.filter(
    ({ type, inputs }) => type.startsWith("kubernetes:") && "metadata" in inputs,
  );
  expect(objects.length).toBeGreaterThan(30);
  for (const { name, inputs } of objects) {
    expect([name, inputs["metadata"]]).toEqual([
      name,
      expect.objectContaining({ labels: expect.objectContaining({ "holdfast.dev/managed": "true" }) as object }),
    ]);
  }
});

test("registry credentials are secret and inherited", () => {
  expect(namesIn("core/v1:Secret", "retail")).toEqual([]);
  expect(namesIn("core/v1:Secret", "shop-front")).toEqual(["registry-ghcr"]);
  const { inputs } = deployment.get("blue-tenancy-shop.registry-ghcr");
  expect(inputs["stringData"]).toBeInstanceOf(Secret);
  const plain = JSON.stringify(deployment.resources, (_, value: unknown) =>
    value instanceof Secret ? "[secret]" : value,
  );
  expect(plain).not.toContain("s3cret");
  expect(plain).not.toContain(Buffer.from("robot:s3cret").toString("base64"));
  expect(deployment.get("blue-tenancy-shop.service-account-reports").inputs).toMatchObject({
    imagePullSecrets: [{ name: "registry-ghcr" }],
  });
});

test("a ServiceAccount with AWS permissions has an IAM role", () => {
  const policy = deployment.get("blue-tenancy-shop.reports-policy").inputs["policy"];
  expect(JSON.parse(String(policy))).toMatchObject({
    Statement: [{ Effect: "Allow", Action: ["s3:GetObject"], Resource: ["arn:aws:s3:::reports/*"] }],
  });
  const annotations = {
    "eks.amazonaws.com/role-arn": "arn:aws:iam:eu-central-1:123456789012:blue-tenancy-shop.reports",
  };
  expect(deployment.get("blue-tenancy-shop.service-account-reports").inputs).toMatchObject({
    metadata: { annotations },
  });
});

test("grants apply in the tenant and the tenants below", () => {
  expect(namesIn("rbac.authorization.k8s.io/v1:RoleBinding", "retail")).toEqual([
    "holdfast:serviceaccount:retail.deployer:edit",
  ]);
  expect(namesIn("rbac.authorization.k8s.io/v1:RoleBinding", "shop-front")).toEqual([
    "holdfast:group:shop:edit",
    "holdfast:serviceaccount:retail.deployer:edit",
    "holdfast:user:ada:restarter",
  ]);
  expect(deployment.get("blue-roles-group.shop.edit.shop").inputs).toMatchObject({
    roleRef: { kind: "ClusterRole", name: "edit" },
    subjects: [{ kind: "Group", name: "shop-developers" }],
  });
  expect(deployment.get("blue-roles-user.ada.restarter.shop-front").inputs).toMatchObject({
    roleRef: { name: "holdfast:restarter" },
    subjects: [{ kind: "User", name: "ada" }],
  });
});

test("only the break-glass group is cluster-admin", () => {
  const admins = deployment.resources.filter(
    ({ inputs }) => (inputs["roleRef"] as { name?: string } | undefined)?.name === "cluster-admin",
  );
  expect(admins.map(({ inputs }) => inputs["subjects"])).toEqual([
    [expect.objectContaining({ kind: "Group", name: "break-glass" })],
  ]);
});

test("no tenants, no namespaces and policies", async () => {
  const bare = withTenants({});
  const empty = await deploy(() => {
    const awsAccount = fetchAwsAccount(bare.region, {});
    return new Tenancy("blue-tenancy", { spec: bare, awsAccount, issuer, passwords: {} }).namespaces;
  });
  expect(empty.resources.filter(({ type }) => type.startsWith("kubernetes:"))).toEqual([]);
});

test("production namespaces are protected and retained", async () => {
  const kept = withTenants({ a: {} }, { protect: true });
  const { get } = await deploy(() => {
    const awsAccount = fetchAwsAccount(kept.region, {});
    return new Tenancy("blue-tenancy", { spec: kept, awsAccount, issuer, passwords: {} }).namespaces;
  });
  expect(get("blue-tenancy-a", "Namespace").options).toMatchObject({ protect: true, retainOnDelete: true });
});
