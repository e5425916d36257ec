/**
 * Checks of AssumeRoleWithWebIdentity. moto gives credentials to everyone; AWS checks the token against the published keys of
 * its OpenID Connect issuer and against the role's trust policy.
 */
import { createPublicKey, type JsonWebKey, verify } from "node:crypto";
import {
  GetOpenIDConnectProviderCommand,
  GetRoleCommand,
  ListOpenIDConnectProvidersCommand,
} from "@aws-sdk/client-iam";
import { GetObjectCommand, ListBucketsCommand } from "@aws-sdk/client-s3";
import type { AwsClients } from "../awsClients";
import type { AwsReply } from "./awsApi";
import type { AwsCall } from "./awsCall";
import { AwsRefusal } from "./awsRefusal";
import { refusalReply } from "./queryProtocol";

type PublicKey = JsonWebKey & { readonly kid?: string };

interface Claims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: readonly string[];
  /** Seconds since 1970. */
  readonly exp: number;
}

interface Token {
  readonly header: { readonly kid?: string; readonly alg?: string };
  readonly claims: Claims;
  readonly signed: Buffer;
  readonly signature: Buffer;
}

/** Decodes a compact JSON Web Token without verifying it. */
function readToken(text: string): Token {
  const [header = "", payload = "", signature = ""] = text.split(".");
  const decode = (part: string): unknown => JSON.parse(Buffer.from(part, "base64url").toString());
  try {
    const claims = decode(payload) as Omit<Claims, "aud"> & { readonly aud: string | readonly string[] };
    return {
      header: decode(header) as Token["header"],
      claims: { ...claims, aud: [claims.aud].flat() },
      signed: Buffer.from(`${header}.${payload}`),
      signature: Buffer.from(signature, "base64url"),
    };
  } catch {
    throw new AwsRefusal("InvalidIdentityToken", "The ID Token provided is not a valid JWT");
  }
}

/** Checks signature, expiry and audience. */
function checkToken(token: Token, keys: readonly PublicKey[], audiences: readonly string[]): void {
  const key = keys.find(({ kid }) => kid === token.header.kid);
  if (key === undefined) throw noKey();
  const digest = `sha${token.header.alg?.slice(2) ?? "256"}`;
  const options = { key: createPublicKey({ key, format: "jwk" }), dsaEncoding: "ieee-p1363" } as const;
  if (!verify(digest, token.signed, options, token.signature)) {
    throw new AwsRefusal("InvalidIdentityToken", "The ID Token's signature is not valid");
  }
  if (token.claims.exp * 1000 <= Date.now()) {
    throw new AwsRefusal("ExpiredTokenException", "Token expired");
  }
  if (!token.claims.aud.some((audience) => audiences.includes(audience))) {
    throw new AwsRefusal("InvalidIdentityToken", "Incorrect token audience");
  }
}

const noKey = (): AwsRefusal =>
  new AwsRefusal("InvalidIdentityToken", "Couldn't retrieve verification key from your identity provider");

interface TrustStatement {
  readonly Effect?: string;
  readonly Action?: string | readonly string[];
  readonly Principal?: { readonly Federated?: string | readonly string[] };
  readonly Condition?: { readonly StringEquals?: Readonly<Record<string, string | readonly string[]>> };
}

/** True if a role's trust policy accepts the claims. Statements with conditions other than StringEquals never match. */
function trusts(document: unknown, providerArn: string, claims: Claims): boolean {
  const { Statement = [] } = document as { Statement?: TrustStatement | readonly TrustStatement[] };
  const issuer = claims.iss.replace(/^https:\/\//, "");
  const values: Readonly<Record<string, readonly string[]>> = {
    [`${issuer}:sub`]: [claims.sub],
    [`${issuer}:aud`]: claims.aud,
  };
  return ([Statement].flat() as readonly TrustStatement[]).some(
    ({ Effect, Action, Principal, Condition = {} }) =>
      Effect === "Allow" &&
      [Action].flat().includes("sts:AssumeRoleWithWebIdentity") &&
      [Principal?.Federated].flat().includes(providerArn) &&
      Object.keys(Condition).every((operator) => operator === "StringEquals") &&
      Object.entries(Condition.StringEquals ?? {}).every(([key, wanted]) =>
        [wanted].flat().some((value) => values[key]?.includes(value)),
      ),
  );
}

/** AWS's refusal of a call; undefined: moto may answer it. */
export async function refuseWebIdentity(call: AwsCall, aws: AwsClients): Promise<AwsReply | undefined> {
  if (call.action !== "AssumeRoleWithWebIdentity") return undefined;
  try {
    await checkCall(call.form, aws);
    return undefined;
  } catch (error) {
    if (error instanceof AwsRefusal) return refusalReply("sts", error);
    throw error;
  }
}

async function checkCall(form: URLSearchParams, aws: AwsClients): Promise<void> {
  const token = readToken(form.get("WebIdentityToken") ?? "");
  const { iss } = token.claims;
  const providers = await aws.iam.send(new ListOpenIDConnectProvidersCommand({}));
  const providerArn = (providers.OpenIDConnectProviderList ?? [])
    .map(({ Arn = "" }) => Arn)
    .find((arn) => arn.endsWith(`:oidc-provider/${iss.replace(/^https:\/\//, "")}`));
  if (providerArn === undefined) {
    throw new AwsRefusal("InvalidIdentityToken", "No OpenIDConnect provider found in your account for the issuer");
  }
  const provider = await aws.iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: providerArn }));
  checkToken(token, await fetchKeys(iss, aws), provider.ClientIDList ?? []);

  const roleName = form.get("RoleArn")?.split("/").at(-1);
  const role = await aws.iam.send(new GetRoleCommand({ RoleName: roleName })).catch(() => undefined);
  const trust = role?.Role?.AssumeRolePolicyDocument;
  if (trust === undefined || !trusts(JSON.parse(decodeURIComponent(trust)), providerArn, token.claims)) {
    throw new AwsRefusal("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity");
  }
}

/** Fetches the keys that the issuer publishes in its bucket, through its discovery document. */
async function fetchKeys(issuer: string, { s3 }: AwsClients): Promise<readonly PublicKey[]> {
  const read = async (bucket: string, key: string): Promise<unknown> => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return JSON.parse((await Body?.transformToString()) ?? "") as unknown;
  };
  for (const bucket of await bucketsOf(issuer, s3)) {
    try {
      const discovery = (await read(bucket, ".well-known/openid-configuration")) as Discovery;
      if (discovery.issuer !== issuer) continue;
      const { keys } = (await read(bucket, discovery.jwks_uri.slice(issuer.length + 1))) as { keys: JsonWebKey[] };
      return keys;
    } catch {
      // Another bucket may be the one behind the distribution.
    }
  }
  throw noKey();
}

interface Discovery {
  readonly issuer: string;
  readonly jwks_uri: string;
}

/** Buckets that may have an issuer's documents: the one in its URL, or for a CloudFront distribution any. */
async function bucketsOf(issuer: string, s3: AwsClients["s3"]): Promise<readonly string[]> {
  const { hostname } = new URL(issuer);
  if (!hostname.endsWith(".cloudfront.net")) return [hostname.split(".")[0] ?? ""];
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
  return Buckets.map(({ Name = "" }) => Name);
}
