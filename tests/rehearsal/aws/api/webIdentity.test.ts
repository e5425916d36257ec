import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { jsonWebKeys, keyId } from "../../../../components/access/serviceAccounts/jwks.plan";
import type { AwsClients } from "../../../../rehearsal/aws/awsClients";
import { refuseWebIdentity } from "../../../../rehearsal/aws/api/webIdentity";

const pair = (): { publicKey: KeyObject; privateKey: KeyObject } => generateKeyPairSync("rsa", { modulusLength: 2048 });
const [own, foreign] = [pair(), pair()];
const issuer = "https://issuer-1.s3.eu-central-1.amazonaws.com";
const provider = `arn:aws:iam::1:oidc-provider/${issuer.slice(8)}`;
const distribution = "https://d123.cloudfront.net";
const behindDistribution = `arn:aws:iam::1:oidc-provider/${distribution.slice(8)}`;
const subject = "system:serviceaccount:kube-system:ebs-csi";
const pem = (key: KeyObject) => key.export({ type: "spki", format: "pem" }).toString();

const claims = { iss: issuer, sub: subject, aud: ["sts.amazonaws.com"], exp: Date.now() / 1000 + 600 };
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
function token(changes: object = {}, key = own): string {
  const signed = `${part({ alg: "RS256", kid: keyId(own.publicKey) })}.${part({ ...claims, ...changes })}`;
  return `${signed}.${sign("sha256", Buffer.from(signed), key.privateKey).toString("base64url")}`;
}

const trust = (conditions: object, federated = provider) =>
  encodeURIComponent(
    JSON.stringify({
      Statement: {
        Effect: "Allow",
        Principal: { Federated: federated },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: conditions,
      },
    }),
  );
const roles: Record<string, string> = {
  csi: trust({
    StringEquals: { [`${issuer.slice(8)}:sub`]: subject, [`${issuer.slice(8)}:aud`]: "sts.amazonaws.com" },
  }),
  cdn: trust({ StringEquals: { [`${distribution.slice(8)}:sub`]: subject } }, behindDistribution),
  // A condition with an unsupported operator must not count as met.
  pattern: trust({ StringLike: { [`${issuer.slice(8)}:sub`]: "*" } }),
};
const keys = { keys: jsonWebKeys([pem(own.publicKey)]) };
const documentsOf = (url: string): Record<string, unknown> => ({
  ".well-known/openid-configuration": { issuer: url, jwks_uri: `${url}/openid/v1/jwks` },
  "openid/v1/jwks": keys,
});
const buckets: Record<string, Record<string, unknown>> = {
  "backups-1": {},
  "issuer-1": documentsOf(issuer),
  "issuer-2": documentsOf(distribution),
};
const answers: Record<string, (input: Record<string, string>) => unknown> = {
  ListOpenIDConnectProviders: () => ({ OpenIDConnectProviderList: [{ Arn: provider }, { Arn: behindDistribution }] }),
  GetOpenIDConnectProvider: () => ({ ClientIDList: ["sts.amazonaws.com"] }),
  GetRole: ({ RoleName = "" }) => {
    if (roles[RoleName] === undefined) throw new Error("NoSuchEntity");
    return { Role: { AssumeRolePolicyDocument: roles[RoleName] } };
  },
  ListBuckets: () => ({ Buckets: Object.keys(buckets).map((Name) => ({ Name })) }),
  GetObject: ({ Bucket = "", Key = "" }) => {
    const document = buckets[Bucket]?.[Key];
    if (document === undefined) throw new Error("NoSuchKey");
    return { Body: { transformToString: () => Promise.resolve(JSON.stringify(document)) } };
  },
};
const client = {
  send: async (command: { constructor: { name: string }; input: Record<string, string> }) =>
    Promise.resolve(answers[command.constructor.name.replace(/Command$/, "")]?.(command.input)),
};
const aws = { iam: client, s3: client } as unknown as AwsClients;

const assume = (WebIdentityToken: string, role = "csi", action = "AssumeRoleWithWebIdentity") =>
  refuseWebIdentity(
    { service: "", action, form: new URLSearchParams({ RoleArn: `arn:aws:iam::1:role/${role}`, WebIdentityToken }) },
    aws,
  );

test("allows a service account its own role, and all other calls", async () => {
  expect(await assume(token())).toBeUndefined();
  expect(await assume("", "csi", "GetCallerIdentity")).toBeUndefined();
});

test("finds the bucket behind a distribution by the issuer in its document", async () => {
  expect(await assume(token({ iss: distribution }), "cdn")).toBeUndefined();
});

test.each([
  ["text that is not a token", "abc", "csi", 400, "InvalidIdentityToken"],
  ["a token signed with another key", token({}, foreign), "csi", 400, "signature is not valid"],
  ["an expired token", token({ exp: Date.now() / 1000 - 1 }), "csi", 400, "ExpiredTokenException"],
  ["a token for the API server", token({ aud: ["kubernetes"] }), "csi", 400, "Incorrect token audience"],
  ["a token of another issuer", token({ iss: "https://other.example" }), "csi", 400, "No OpenIDConnect provider"],
  ["another service account", token({ sub: "system:serviceaccount:a:b" }), "csi", 403, "AccessDenied"],
  ["an unknown role", token(), "none", 403, "AccessDenied"],
  ["a trust policy with an unsupported condition", token(), "pattern", 403, "AccessDenied"],
])("refuses %s", async (_what, text, role, status, message) => {
  const reply = await assume(text, role);
  expect(reply?.status).toBe(status);
  expect(reply?.body).toContain(message);
});
