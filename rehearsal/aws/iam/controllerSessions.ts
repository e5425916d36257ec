/** Sessions for stand-ins of controllers: with the role that a controller's pods assume, they have its permissions. */
import { AssumeRoleCommand, type STSClient } from "@aws-sdk/client-sts";
import { serviceAccountSubject, stsAudience } from "../../../components/access/serviceAccounts/jwks.plan";
import { type CloudResource, physicalName } from "../resources/resourceHandler";
import type { RoleSession } from "./enforcement";
import type { SigningCredentials } from "./signature";

/** Role that pods of a ServiceAccount assume. */
interface ControllerRole {
  readonly name: string;
  readonly arn: string;
  /** OpenID Connect issuer of their tokens, without `https://`. */
  readonly issuer: string;
  readonly subject: string;
}

/** Role whose trust policy names the ServiceAccount; undefined: the plan has none. */
export function findControllerRole(
  resources: readonly CloudResource[],
  namespace: string,
  serviceAccount: string,
): ControllerRole | undefined {
  const subject = serviceAccountSubject(namespace, serviceAccount);
  for (const resource of resources.filter(({ type }) => type === "aws:iam/role:Role")) {
    const trust = String(resource.inputs.assumeRolePolicy);
    const [, issuer] = /"([^"]+):sub":"([^"]+)"/.exec(trust) ?? [];
    if (issuer === undefined || !trust.includes(`"${subject}"`)) continue;
    return { name: physicalName(resource), arn: String(resource.outputs.arn), issuer, subject };
  }
  return undefined;
}

/** Session of the role as STS opens it for a token of the ServiceAccount. */
export async function openControllerSession(
  sts: STSClient,
  role: ControllerRole,
  account: { readonly partition: string; readonly accountId: string },
): Promise<RoleSession & { readonly credentials: SigningCredentials }> {
  const name = "stand-in";
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn: role.arn, RoleSessionName: name }));
  return {
    role: role.name,
    name,
    credentials: {
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      sessionToken: Credentials?.SessionToken,
      expires: Credentials?.Expiration?.getTime(),
    },
    assumedBy: {
      type: "federated",
      name: `arn:${account.partition}:iam::${account.accountId}:oidc-provider/${role.issuer}`,
    },
    action: "sts:AssumeRoleWithWebIdentity",
    context: { [`${role.issuer}:sub`]: role.subject, [`${role.issuer}:aud`]: stsAudience },
  };
}
