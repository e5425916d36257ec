/** Answers of AWS services without KMS. */
import { failWithoutKeys } from "../../../../rehearsal/aws/iam/unreachableKeys";
import type { ReceivedRequest, ResourceFacts } from "../../../../rehearsal/aws/iam/requests/types";

const key = "arn:aws:kms:eu-central-1:123456789012:key/k";
const facts: ResourceFacts = {
  ...{ partition: "aws", accountId: "123456789012" },
  ec2Tags: () => Promise.resolve({}),
  group: () => Promise.resolve(undefined),
  balancerTags: () => Promise.resolve({}),
  volumeKey: (id) => Promise.resolve(id === "vol-encrypted" ? key : undefined),
  parameterKeys: (names) =>
    Promise.resolve(new Map(names.filter((name) => name === "/secret").map((name) => [name, key]))),
  bucketKey: (bucket) => (bucket === "encrypted" ? key : undefined),
  keyArn: (id) => id,
  objectExists: () => Promise.resolve(true),
};

const signed = (service: string, request: Partial<ReceivedRequest>): ReceivedRequest => ({
  ...{ method: "POST", url: "/", body: undefined, ...request },
  headers: {
    authorization: `AWS4-HMAC-SHA256 Credential=ASIA1/20261121/eu-central-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
    ...request.headers,
  },
});
const getParameters = (name: string, WithDecryption: boolean): ReceivedRequest =>
  signed("ssm", {
    headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": "AmazonSSM.GetParameters" },
    body: Buffer.from(JSON.stringify({ Names: [name], WithDecryption })),
  });
const attach = (volume: string): ReceivedRequest =>
  signed("ec2", {
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: Buffer.from(`Action=AttachVolume&VolumeId=${volume}&InstanceId=i-1`),
  });
const getObject = (bucket: string): ReceivedRequest => signed("s3", { method: "GET", url: `/${bucket}/object` });

test.each([
  ["a SecureString", getParameters("/secret", true), "InternalServerError"],
  ["an encrypted volume", attach("vol-encrypted"), "InternalError"],
  ["an object of an encrypted bucket", getObject("encrypted"), "InternalError"],
])("%s needs its key: status 500", async (_name, request, code) => {
  const answer = await failWithoutKeys(request, facts);
  expect(answer?.status).toBe(500);
  expect(answer?.body).toContain(code);
  expect(answer?.body).toContain("KMS does not answer");
});

test.each([
  ["a parameter in plain text", getParameters("/plain", true)],
  ["a SecureString without decryption", getParameters("/secret", false)],
  ["a volume that is not encrypted", attach("vol-plain")],
  ["an object of another bucket", getObject("plain")],
  ["an unsigned request", { method: "GET", url: "/encrypted/object", headers: {}, body: undefined }],
])("%s needs no key", async (_name, request) => {
  expect(await failWithoutKeys(request, facts)).toBeUndefined();
});
