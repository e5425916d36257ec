/** Signatures of curl and of AWS SDKs: right ones pass, others get AWS's error of each protocol. */
import { DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { planStack } from "../../../../plan/planStack";
import { administratorCredentials } from "../../../../rehearsal/aws/administrator";
import { Front, region } from "./front";

let front: Front;

beforeAll(async () => {
  front = await Front.start(await planStack("staging"), "enforce");
});

afterAll(() => front.stop());

beforeEach(() => {
  front.become("staging-control-plane-a-machine");
  front.arrived.length = 0;
});

const bucket = (part: string): string => front.find("aws:s3/bucket:Bucket", part).id ?? "";

describe("signatures", () => {
  const describeVpcs = (endpoint: Partial<typeof front.credentials>) =>
    new EC2Client({ endpoint: front.url, region, credentials: { ...front.credentials, ...endpoint } }).send(
      new DescribeVpcsCommand({}),
    );

  test("curl with another secret", async () => {
    front.become("staging-control-plane-a-machine", { SecretAccessKey: "another" });
    const { status, body } = await front.shell("ec2_call DescribeVolumes");
    expect([status, body]).toEqual(["403", expect.stringContaining("<Code>SignatureDoesNotMatch</Code>")]);
    const ssm = await front.shell(`ssm_call GetParameters '{"Names":["/a"]}'`);
    expect([ssm.status, ssm.body]).toEqual(["400", expect.stringContaining('"InvalidSignatureException"')]);
    const s3 = await front.shell(`aws_request s3 "$(s3_url bucket key)"`);
    expect([s3.status, s3.body]).toEqual(["403", expect.stringContaining("<Code>SignatureDoesNotMatch</Code>")]);
  });

  test("an unknown key, a missing token, and no signature", async () => {
    await expect(describeVpcs({ accessKeyId: "ASIAUNKNOWN" })).rejects.toThrow("access key ASIAUNKNOWN does not exist");
    await expect(describeVpcs({ sessionToken: "" })).rejects.toThrow("the AWS SDK signs the request otherwise");
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const unsigned = await fetch(front.url, { method: "POST", headers: form, body: "Action=DescribeVpcs" });
    expect([unsigned.status, await unsigned.text()]).toEqual([
      403,
      expect.stringContaining("MissingAuthenticationToken"),
    ]);
    expect(front.arrived).toEqual([]);
  });

  test("a clock that is an hour off", async () => {
    const client = new EC2Client({
      endpoint: front.url,
      region,
      credentials: front.credentials,
      systemClockOffset: 3_600_000,
      maxAttempts: 1,
    });
    await expect(client.send(new DescribeVpcsCommand({}))).rejects.toThrow("signed at");
  });

  test("the administrator may do everything that resource policies do not forbid", async () => {
    const credentials = administratorCredentials;
    const s3 = new S3Client({ endpoint: front.url, region, credentials, forcePathStyle: true });
    await s3.send(new ListObjectsV2Command({ Bucket: bucket("backups-files"), Prefix: "a+b/ä" }));
    await s3.send(new PutObjectCommand({ Bucket: bucket("backups-files"), Key: "a b/ü+c.txt", Body: "x" }));
    const ssm = new SSMClient({ endpoint: front.url, region, credentials });
    await ssm.send(new GetParameterCommand({ Name: "/holdfast/staging/pki/ca/key", WithDecryption: true }));
    expect(front.arrived.length).toBe(3);
  });
});
