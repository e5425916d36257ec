/** Example of docs/tenancy.md for AWS permissions of pods, checked against the role that its settings create. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";

import { podIdentity } from "../../../components/access/serviceAccounts/podIdentity.plan";
import { fetchAwsAccount } from "../../../components/aws/awsAccount";
import { Tenancy } from "../../../components/tenancy/tenancy";
import { type Deployment, deploy, region } from "../../mocks";
import { withTenants } from "./tenants";

interface Pod {
  readonly metadata: { readonly namespace: string };
  readonly spec: {
    readonly serviceAccountName: string;
    readonly containers: readonly [
      {
        readonly env: readonly { readonly name: string; readonly value: string }[];
        readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
      },
    ];
    readonly volumes: readonly {
      readonly name: string;
      readonly projected: { readonly sources: readonly { readonly serviceAccountToken: TokenSource }[] };
    }[];
  };
}

interface TokenSource {
  readonly audience: string;
  readonly path: string;
}

interface TrustPolicy {
  readonly Statement: readonly [{ readonly Condition: { readonly StringEquals: Readonly<Record<string, string>> } }];
}

const page = readFileSync(join(__dirname, "../../../docs/tenancy.md"), "utf8");
const [, section = ""] = page.split("### AWS permissions of pods");
const [settings, pod] = [...section.matchAll(/```yaml\n([^]*?)```/g)].map(
  ([, text = ""]) => parse(text) as unknown,
) as [{ readonly tenants: object }, Pod];
const [container] = pod.spec.containers;
const issuer = { providerArn: "arn:aws:iam::123456789012:oidc-provider/issuer.example", url: "https://issuer.example" };

let deployment: Deployment<unknown>;
beforeAll(async () => {
  const spec = withTenants(settings.tenants);
  deployment = await deploy(() => {
    const awsAccount = fetchAwsAccount(spec.region, {});
    return new Tenancy("prod-tenancy", { spec, awsAccount, issuer, passwords: {} }).namespaces;
  });
});

/** Claims that the role requires, by name. */
function requiredClaims(): Readonly<Record<string, string>> {
  const { inputs } = deployment.get("prod-tenancy-reports.exporter", "Role");
  const { Statement } = JSON.parse(String(inputs.assumeRolePolicy)) as TrustPolicy;
  return Statement[0].Condition.StringEquals;
}

/** The only token source of the pod's volume. */
function token(): TokenSource {
  expect(pod.spec.volumes).toHaveLength(1);
  const [source, ...others] = pod.spec.volumes[0]?.projected.sources ?? [];
  if (source === undefined || others.length > 0) throw new Error("the example needs one token");
  return source.serviceAccountToken;
}

test("the pod's token has the claims that the role requires", () => {
  // The API server writes both claims: https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/
  expect(requiredClaims()).toEqual({
    "issuer.example:sub": `system:serviceaccount:${pod.metadata.namespace}:${pod.spec.serviceAccountName}`,
    "issuer.example:aud": token().audience,
  });
});

test("the pod uses a ServiceAccount whose annotation names the role", () => {
  const { namespace } = pod.metadata;
  const { inputs } = deployment.get(`prod-tenancy-${namespace}.service-account-${pod.spec.serviceAccountName}`);
  expect(inputs.metadata).toMatchObject({
    name: pod.spec.serviceAccountName,
    namespace,
    annotations: { "eks.amazonaws.com/role-arn": expect.stringContaining("prod-tenancy-reports.exporter") as unknown },
  });
  expect(section).toContain(`kubectl -n ${namespace} get serviceaccount ${pod.spec.serviceAccountName}`);
  expect(section).toContain(String.raw`{.metadata.annotations.eks\.amazonaws\.com/role-arn}`);
});

test("the variables name the mounted token and the settings' permissions", () => {
  const env = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
  const [mount] = container.volumeMounts;
  expect(env.AWS_WEB_IDENTITY_TOKEN_FILE).toBe(`${mount?.mountPath ?? ""}/${token().path}`);
  expect(mount?.name).toBe(pod.spec.volumes[0]?.name);
  expect(env.AWS_ROLE_ARN).toMatch(/^arn:aws:iam::\d{12}:role\/prod-tenancy-reports\.exporter-[0-9a-f]{7}$/);
});

test("the pod has the same token and variables as the pods of add-ons", () => {
  const roleArn = container.env.find(({ name }) => name === "AWS_ROLE_ARN")?.value;
  const { env, volumes, volumeMounts } = podIdentity(roleArn, region);
  expect(container).toMatchObject({ env, volumeMounts });
  expect(pod.spec.volumes).toEqual(volumes);
});

test("the tenant's network lets the pod reach AWS STS", () => {
  const policies = Object.values(deployment.ofType("kubernetes:networking.k8s.io/v1:NetworkPolicy"));
  expect(policies.map(({ inputs }) => inputs.spec)).toContainEqual(
    expect.objectContaining({
      egress: [
        {
          to: [{ ipBlock: expect.objectContaining({ cidr: "0.0.0.0/0" }) as unknown }],
          ports: [{ protocol: "TCP", port: 443 }],
        },
      ],
    }),
  );
});
