/**
 * Who may take a role with a token of an OpenID Connect issuer. moto hands credentials to whoever asks; AWS checks the token
 * against the issuer's published keys and against the role's trust, and so does the rehearsal.
 */
import { createPublicKey, type JsonWebKey, verify } from "node:crypto";
import {
  GetOpenIDConnectProviderCommand,
  GetRoleCommand,
  ListOpenIDConnectProvidersCommand,
} from "@aws-sdk/client-iam";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import type { AwsReply } from "./awsApi";
import type { AwsCall } from "./awsCall";
import type { AwsClients } from "../awsClients";

/** What a token says, as far as AWS looks at it. */
export interface Claims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: readonly string[];
  /** Seconds since 1970. */
  readonly exp: number;
}

/** Why AWS would not take a token. */
export class Refused extends Error {
  constructor(
    readonly code: "InvalidIdentityToken" | "ExpiredTokenException" | "AccessDenied",
    message: string,
  ) {
    super(message);
  }
}

interface Token {
  readonly header: { readonly kid?: string; readonly alg?: string };
  readonly claims: Claims;
  readonly signed: Buffer;
  readonly signature: Buffer;
}

/** Takes a compact JSON Web Token apart; says nothing of whether it is genuine. */
export function readToken(text: string): Token {
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
    throw new Refused("InvalidIdentityToken", "The ID Token provided is not a valid JWT");
  }
}

/** Checks signature, life and audience. */
export function checkToken(
  token: Token,
  {
    keys,
    audiences,
    now,
  }: { keys: readonly (JsonWebKey & { kid?: string })[]; audiences: readonly string[]; now: Date },
): void {
  const key = keys.find(({ kid }) => kid === token.header.kid);
  if (key === undefined) {
    throw new Refused("InvalidIdentityToken", "Couldn't retrieve verification key from your identity provider");
  }
  const digest = `sha${token.header.alg?.slice(2) ?? "256"}`;
  const options = { key: createPublicKey({ key, format: "jwk" }), dsaEncoding: "ieee-p1363" } as const;
  if (!verify(digest, token.signed, options, token.signature)) {
    throw new Refused("InvalidIdentityToken", "The ID Token's signature is not valid");
  }
  if (token.claims.exp * 1000 <= now.getTime()) {
    throw new Refused("ExpiredTokenException", "Token expired");
  }
  if (!token.claims.aud.some((audience) => audiences.includes(audience))) {
    throw new Refused("InvalidIdentityToken", "Incorrect token audience");
  }
}

interface TrustStatement {
  readonly Effect?: string;
  readonly Action?: string | readonly string[];
  readonly Principal?: { readonly Federated?: string | readonly string[] };
  readonly Condition?: { readonly StringEquals?: Readonly<Record<string, string | readonly string[]>> };
}

/** Whether a role's trust lets the bearer of these claims take it; of conditions it knows StringEquals. */
export function trusts(document: unknown, providerArn: string, claims: Claims): boolean {
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

/** AWS' refusal of a call; undefined: moto may answer it. */
export async function refuseWebIdentity(call: AwsCall, aws: AwsClients): Promise<AwsReply | undefined> {
  if (call.action !== "AssumeRoleWithWebIdentity") return undefined;
  try {
    await checkCall(call.form, aws);
    return undefined;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return stsError(error);
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
    throw new Refused("InvalidIdentityToken", "No OpenIDConnect provider found in your account for the issuer");
  }
  const provider = await aws.iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: providerArn }));
  const keys = await publishedKeys(iss, aws);
  checkToken(token, { keys, audiences: provider.ClientIDList ?? [], now: new Date() });

  const roleName = form.get("RoleArn")?.split("/").at(-1);
  const role = await aws.iam.send(new GetRoleCommand({ RoleName: roleName })).catch(() => undefined);
  const trust = role?.Role?.AssumeRolePolicyDocument;
  if (trust === undefined || !trusts(JSON.parse(decodeURIComponent(trust)), providerArn, token.claims)) {
    throw new Refused("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity");
  }
}

/** Reads what the issuer has published in its bucket, by way of its discovery document, as AWS does. */
async function publishedKeys(issuer: string, { s3 }: AwsClients): Promise<readonly (JsonWebKey & { kid?: string })[]> {
  const bucket = new URL(issuer).hostname.split(".")[0];
  const read = async (key: string): Promise<unknown> => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return JSON.parse((await Body?.transformToString()) ?? "") as unknown;
  };
  try {
    const discovery = (await read(".well-known/openid-configuration")) as { issuer: string; jwks_uri: string };
    if (discovery.issuer !== issuer) throw new Error("the discovery document is another issuer's");
    const { keys } = (await read(discovery.jwks_uri.slice(issuer.length + 1))) as { keys: JsonWebKey[] };
    return keys;
  } catch {
    throw new Refused("InvalidIdentityToken", "Couldn't retrieve verification key from your identity provider");
  }
}

function stsError({ code, message }: Refused): AwsReply {
  const body = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>rehearsal</RequestId></ErrorResponse>`;
  return { status: code === "AccessDenied" ? 403 : 400, body };
}
