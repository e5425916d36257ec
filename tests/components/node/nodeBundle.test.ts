import { buildBundle } from "../../../components/node/bundle.plan";
import { awsAccount } from "../../../components/aws/account";
import { NodeBundle } from "../../../components/node/nodeBundle";
import { threeZones } from "../../machineSupport";
import { deploy, region } from "../../mocks";

describe("the published node bundle", () => {
  test("is one object, named after its content, in a bucket whose protection came first", async () => {
    const spec = threeZones();
    const { key, sha256, content } = buildBundle(spec);
    const { get, outputs } = await deploy(() => {
      const bundle = new NodeBundle("bundle", { spec, account: awsAccount(region, {}), accessLogsBucket: "logs" });
      return { bucket: bundle.bucketName, key: bundle.key, sha256: bundle.sha256 };
    });
    expect(outputs).toEqual({ bucket: "bundle-files-id", key, sha256 });
    expect(key).toBe(`bundle/${sha256}.tar.gz`);
    expect(get("bundle-archive")).toMatchObject({
      type: "aws:s3/bucketObjectv2:BucketObjectv2",
      inputs: {
        bucket: "bundle-files-id",
        key,
        contentBase64: content.toString("base64"),
        contentType: "application/gzip",
        checksumAlgorithm: "SHA256",
      },
      options: { dependsOn: ["bundle-files"] },
    });
  });

  test("is encrypted under a key that is used through S3 alone, and goes with the stack", async () => {
    const { get } = await deploy(() => {
      new NodeBundle("bundle", { spec: threeZones(), account: awsAccount(region, {}), accessLogsBucket: "logs" });
    });
    const policy = get("bundle-key", "Key").inputs["policy"] as string;
    expect(policy).toContain(`"kms:ViaService":"s3.${region}.amazonaws.com"`);
    expect(get("bundle-files", "Bucket")).toMatchObject({
      inputs: { forceDestroy: true },
      options: { protect: false },
    });
    expect(get("bundle-files-logging").inputs).toMatchObject({ targetBucket: "logs", targetPrefix: "bundle/" });
  });
});
