import { webIdentitySession } from "../../../../rehearsal/aws/iam/roleSessions";

const answer = `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>
  <AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>
  <Expiration>2026-11-29T05:00:00.000Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;
const account = { partition: "aws", accountId: "123456789012" };
const claims = {
  iss: "https://issuer.example.com",
  sub: "system:serviceaccount:kube-system:csi",
  aud: ["sts.amazonaws.com"],
};
const token = `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`;

function call(action: string) {
  const form = new URLSearchParams({
    Action: action,
    RoleArn: "arn:aws:iam::123456789012:role/csi",
    RoleSessionName: "pod",
    WebIdentityToken: token,
  });
  return { service: "", action, form };
}

test("a pod's session has the credentials of the answer and the claims of the token", () => {
  expect(webIdentitySession(call("AssumeRoleWithWebIdentity"), answer, account)).toEqual({
    role: "csi",
    name: "pod",
    credentials: {
      accessKeyId: "ASIA1",
      secretAccessKey: "secret",
      sessionToken: "token",
      expires: Date.parse("2026-11-29T05:00:00Z"),
    },
    assumedBy: { type: "federated", name: "arn:aws:iam::123456789012:oidc-provider/issuer.example.com" },
    action: "sts:AssumeRoleWithWebIdentity",
    context: {
      "issuer.example.com:sub": "system:serviceaccount:kube-system:csi",
      "issuer.example.com:aud": ["sts.amazonaws.com"],
    },
  });
});

test("other calls, and refusals, have no session", () => {
  expect(webIdentitySession(call("AssumeRole"), answer, account)).toBeUndefined();
  expect(webIdentitySession(call("AssumeRoleWithWebIdentity"), "<ErrorResponse/>", account)).toBeUndefined();
});
