/** Sessions of roles that the rehearsed AWS issues credentials for: of instances, and of pods with a web identity. Pure. */
import { serviceDomain } from "../../../components/aws/partition.plan";
import type { RoleCredentials } from "../../services/metadataTree";
import type { AwsCall } from "../api/awsCall";
import type { RoleSession } from "./enforcement";
import { nameInPath } from "./policyStore";

/** Session of an instance: EC2 assumes the role. */
export function instanceSession(
  region: string,
  role: string,
  instanceId: string,
  issued: RoleCredentials,
): RoleSession {
  return {
    role,
    name: instanceId,
    credentials: {
      accessKeyId: issued.AccessKeyId,
      secretAccessKey: issued.SecretAccessKey,
      sessionToken: issued.Token,
      expires: Date.parse(issued.Expiration),
    },
    assumedBy: { type: "service", name: `ec2.${serviceDomain(region)}` },
    action: "sts:AssumeRole",
    context: {},
  };
}

/** Session in the answer to AssumeRoleWithWebIdentity, whose token is verified already; undefined for other calls. */
export function webIdentitySession(
  { action, form }: AwsCall,
  answer: string,
  account: { readonly partition: string; readonly accountId: string },
): RoleSession | undefined {
  const element = (name: string): string => new RegExp(`<${name}>([^<]*)</${name}>`).exec(answer)?.[1]?.trim() ?? "";
  if (action !== "AssumeRoleWithWebIdentity" || element("AccessKeyId") === "") return undefined;
  const [, payload = ""] = (form.get("WebIdentityToken") ?? "").split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as {
    readonly iss: string;
    readonly sub: string;
    readonly aud: string | readonly string[];
  };
  const issuer = claims.iss.replace(/^https:\/\//, "");
  return {
    role: nameInPath(form.get("RoleArn") ?? ""),
    name: form.get("RoleSessionName") ?? "",
    credentials: {
      accessKeyId: element("AccessKeyId"),
      secretAccessKey: element("SecretAccessKey"),
      sessionToken: element("SessionToken"),
      expires: Date.parse(element("Expiration")),
    },
    assumedBy: {
      type: "federated",
      name: `arn:${account.partition}:iam::${account.accountId}:oidc-provider/${issuer}`,
    },
    action: "sts:AssumeRoleWithWebIdentity",
    // STS compares each audience of the token; one of them must match.
    context: { [`${issuer}:sub`]: claims.sub, [`${issuer}:aud`]: claims.aud },
  };
}
