import { createHash, generateKeyPairSync } from "node:crypto";
import type { KeyObject } from "node:crypto";

import { Issuer } from "../../../components/access/serviceAccounts/issuer";
import { verifyPublicAccess } from "../../../components/access/serviceAccounts/verifyPublicAccess";
import { jsonWebKeys, keySet } from "../../../components/access/serviceAccounts/jwks.plan";
import { podIdentity } from "../../../components/access/serviceAccounts/podIdentity.plan";
import { ServiceAccountRole } from "../../../components/access/serviceAccounts/serviceAccountRole";
import { fetchAwsAccount } from "../../../components/aws/awsAccount";
import { account, deploy, publicKeyOf, region } from "../../mocks";
import type { Deployment } from "../../mocks";

const ed25519 = generateKeyPairSync("ed25519").publicKey;
const pem = (key: KeyObject): string => key.export({ type: "spki", format: "pem" }).toString();
const rsa = (): string => pem(generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey);
const ec = (namedCurve: string): string => pem(generateKeyPairSync("ec", { namedCurve }).publicKey);
const der = (text: string) => Buffer.from(text.replace(/-----[^-]+-----|\s/g, ""), "base64");

describe("published keys", () => {
  test.each([
    ["RS256", "RSA", rsa()],
    ["ES256", "EC", ec("P-256")],
    ["ES512", "EC", ec("P-521")],
  ])("%s: same key id and fields as in the API server", (alg, kty, key) => {
    expect(jsonWebKeys([key])).toEqual([
      expect.objectContaining({ use: "sig", alg, kty, kid: createHash("sha256").update(der(key)).digest("base64url") }),
    ]);
    expect(keySet([key])).not.toMatch(/"(d|p|q)":/);
  });

  test("both keys of a rotation, without duplicates", () => {
    const [old, next] = [rsa(), rsa()];
    expect(jsonWebKeys([next, old, next]).map(({ kid }) => kid)).toEqual(
      [next, old].map((key) => createHash("sha256").update(der(key)).digest("base64url")),
    );
  });

  test("unsupported keys are refused", () => {
    expect(() => jsonWebKeys([pem(ed25519)])).toThrow(RangeError);
    expect(() => jsonWebKeys(["not a key"])).toThrow();
  });
});

/** Deploys the issuer of a cluster. */
const deployIssuer = (
  host: "s3" | "cloudfront",
  publicKeys: readonly string[],
): Promise<Deployment<{ url: unknown }>> =>
  deploy(() => {
    const { url } = new Issuer("blue-issuer", {
      cluster: "blue",
      awsAccount: fetchAwsAccount(region, {}),
      host,
      publicKeys,
      accessLogsBucket: "logs",
      protect: true,
    });
    return { url };
  });

describe("issuer", () => {
  let deployment: Deployment<{ url: unknown }>;
  beforeAll(async () => {
    deployment = await deployIssuer("s3", [publicKeyOf("new"), publicKeyOf("old")]);
  });
  const bucketArn = `arn:aws:s3:${region}:${account}:blue-issuer-documents`;
  const url = "https://blue-issuer-documents-id.s3.example";

  test("publishes discovery document and keys", () => {
    const { get, outputs } = deployment;
    expect(outputs.url).toBe(url);
    expect(get("blue-issuer-openid-configuration").inputs).toMatchObject({
      bucket: "blue-issuer-documents-id",
      key: ".well-known/openid-configuration",
      contentType: "application/json",
    });
    expect(JSON.parse(get("blue-issuer-openid-configuration").inputs["content"] as string)).toEqual({
      issuer: url,
      jwks_uri: `${url}/openid/v1/jwks`,
      authorization_endpoint: "urn:kubernetes:programmatic_authorization",
      response_types_supported: ["id_token"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["ES256"],
      claims_supported: ["sub", "iss"],
    });
    expect(get("blue-issuer-jwks").inputs).toMatchObject({
      key: "openid/v1/jwks",
      content: keySet([publicKeyOf("new")]),
    });
  });

  test("only these two objects are public", () => {
    const { get } = deployment;
    const policy = JSON.parse(get("blue-issuer-documents-policy").inputs["policy"] as string) as {
      Statement: { Effect: string }[];
    };
    expect(policy.Statement.filter(({ Effect }) => Effect === "Allow")).toEqual([
      {
        Sid: "PublicRead",
        Effect: "Allow",
        Principal: "*",
        Action: "s3:GetObject",
        Resource: [`${bucketArn}/.well-known/openid-configuration`, `${bucketArn}/openid/v1/jwks`],
      },
    ]);
    expect(get("blue-issuer-documents-public-access").inputs).toMatchObject({
      blockPublicAcls: true,
      ignorePublicAcls: true,
      blockPublicPolicy: false,
      restrictPublicBuckets: false,
    });
    expect(get("blue-issuer-documents", "Bucket").options).toMatchObject({ protect: true, retainOnDelete: true });
  });

  test("the IAM provider accepts tokens for AWS, and is created after the keys", () => {
    const { get } = deployment;
    expect(get("blue-issuer-provider")).toMatchObject({
      inputs: { url, clientIdLists: ["sts.amazonaws.com"] },
      options: { dependsOn: ["blue-issuer-openid-configuration", "blue-issuer-jwks"] },
    });
  });
});

describe("issuer behind CloudFront", () => {
  let deployment: Deployment<{ url: unknown }>;
  beforeAll(async () => {
    deployment = await deployIssuer("cloudfront", [publicKeyOf("new")]);
  });

  test("the distribution's name is the issuer in documents and IAM", () => {
    const { get, outputs } = deployment;
    const url = "https://blue-issuer-cdn.cloudfront.example";
    expect(outputs.url).toBe(url);
    expect(JSON.parse(get("blue-issuer-openid-configuration").inputs["content"] as string)).toMatchObject({
      issuer: url,
      jwks_uri: `${url}/openid/v1/jwks`,
    });
    expect(get("blue-issuer-provider").inputs).toMatchObject({ url });
  });

  test("the bucket blocks public access, and only CloudFront reads the two objects", () => {
    const { get } = deployment;
    expect(get("blue-issuer-documents-public-access").inputs).toMatchObject({
      blockPublicAcls: true,
      ignorePublicAcls: true,
      blockPublicPolicy: true,
      restrictPublicBuckets: true,
    });
    const policy = JSON.parse(get("blue-issuer-documents-policy").inputs["policy"] as string) as {
      Statement: { Effect: string }[];
    };
    const bucketArn = `arn:aws:s3:${region}:${account}:blue-issuer-documents`;
    expect(policy.Statement.filter(({ Effect }) => Effect === "Allow")).toEqual([
      {
        Sid: "CloudFrontRead",
        Effect: "Allow",
        Principal: { Service: "cloudfront.amazonaws.com" },
        Action: "s3:GetObject",
        Resource: [`${bucketArn}/.well-known/openid-configuration`, `${bucketArn}/openid/v1/jwks`],
        Condition: { ArnLike: { "aws:SourceArn": `arn:aws:cloudfront::${account}:distribution/*` } },
      },
    ]);
  });

  test("the distribution signs its requests, serves HTTPS only, and is kept with the bucket", () => {
    const { get } = deployment;
    expect(get("blue-issuer-cdn").inputs).toMatchObject({
      origins: [
        { domainName: "blue-issuer-documents-id.s3.example", originAccessControlId: "blue-issuer-cdn-access-id" },
      ],
      defaultCacheBehavior: { viewerProtocolPolicy: "https-only", allowedMethods: ["GET", "HEAD"] },
    });
    expect(get("blue-issuer-cdn-access").inputs).toMatchObject({ signingBehavior: "always", signingProtocol: "sigv4" });
    expect(get("blue-issuer-cdn").options).toMatchObject({ protect: true, retainOnDelete: true });
  });
});

describe("S3 Block Public Access of the account", () => {
  const token = "aws:s3/getAccountPublicAccessBlock:getAccountPublicAccessBlock";
  const account = (blocked: object) => ({ [token]: () => ({ blockPublicPolicy: false, ...blocked }) });

  test.each([{ blockPublicPolicy: true }, { restrictPublicBuckets: true }])(
    "with %j, a public bucket ends the program before it registers a resource",
    async (blocked) => {
      const failed = deploy(() => verifyPublicAccess("s3", {}), account(blocked));
      await expect(failed).rejects.toThrow(/cluster\.access\.serviceAccountIssuer\n[^]*write cloudfront/);
    },
  );

  test("does not matter for a private bucket, and an account without it has none", async () => {
    await deploy(() => verifyPublicAccess("cloudfront", {}), account({ blockPublicPolicy: true }));
    await deploy(() => verifyPublicAccess("s3", {}), account({ blockPublicAcls: true }));
    const missing = () => {
      throw new Error("couldn't find resource");
    };
    await deploy(() => verifyPublicAccess("s3", {}), { [token]: missing });
  });
});

describe("role of a ServiceAccount", () => {
  let deployment: Deployment<{ roleArn: unknown; env: unknown }>;
  beforeAll(async () => {
    deployment = await deploy(() => {
      const role = new ServiceAccountRole("blue-csi", {
        cluster: "blue",
        awsAccount: fetchAwsAccount(region, {}),
        issuer: { providerArn: "arn:provider", url: "https://issuer.example/blue" },
        namespace: "kube-system",
        serviceAccount: "ebs-csi",
        policy: [{ Sid: "DescribeVolumes", Effect: "Allow", Action: ["ec2:DescribeVolumes"], Resource: "*" }],
      });
      return { roleArn: role.roleArn, env: role.identity.env };
    });
  });

  test("only this ServiceAccount can assume it, with a token for AWS", () => {
    const { get } = deployment;
    expect(JSON.parse(get("blue-csi", "Role").inputs["assumeRolePolicy"] as string)).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "AssumeByServiceAccount",
          Effect: "Allow",
          Principal: { Federated: "arn:provider" },
          Action: "sts:AssumeRoleWithWebIdentity",
          Condition: {
            StringEquals: {
              "issuer.example/blue:sub": "system:serviceaccount:kube-system:ebs-csi",
              "issuer.example/blue:aud": "sts.amazonaws.com",
            },
          },
        },
      ],
    });
    expect(JSON.parse(get("blue-csi-policy").inputs["policy"] as string)).toMatchObject({
      Statement: [{ Action: ["ec2:DescribeVolumes"] }],
    });
  });

  test("its pods get the token and the variables of AWS SDKs", () => {
    const { outputs } = deployment;
    const roleArn = `arn:aws:iam:${region}:${account}:blue-csi`;
    expect(outputs.roleArn).toBe(roleArn);
    const { env, volumes, volumeMounts } = podIdentity(roleArn, region);
    expect(outputs.env).toEqual(env);
    expect(Object.fromEntries(env.map(({ name, value }) => [name, value]))).toEqual({
      AWS_ROLE_ARN: roleArn,
      AWS_WEB_IDENTITY_TOKEN_FILE: `${volumeMounts[0]?.mountPath ?? ""}/token`,
      AWS_REGION: region,
      AWS_STS_REGIONAL_ENDPOINTS: "regional",
    });
    expect(volumes[0]).toMatchObject({
      name: volumeMounts[0]?.name,
      projected: { sources: [{ serviceAccountToken: { audience: "sts.amazonaws.com", path: "token" } }] },
    });
  });
});
