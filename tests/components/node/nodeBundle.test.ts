import { buildBundle } from "../../../components/node/bundle.plan";
import { fetchAwsAccount } from "../../../components/aws/awsAccount";
import { NodeBundle } from "../../../components/node/nodeBundle";
import { threeZones } from "../../machineSupport";
import { deploy, region } from "../../mocks";

test("the bundle is one object, named after its content, in an encrypted bucket that is deleted with the stack", async () => {
  const spec = threeZones();
  const { key, sha256, content } = buildBundle(spec);
  const { get, outputs } = await deploy(() => {
    const bundle = new NodeBundle("bundle", {
      spec,
      awsAccount: fetchAwsAccount(region, {}),
      accessLogsBucket: "logs",
    });
    return { bucket: bundle.bucketName, key: bundle.key, sha256: bundle.sha256 };
  });
  expect(outputs).toEqual({ bucket: "bundle-files-id", key, sha256 });
  expect(get("bundle-archive")).toMatchObject({
    type: "aws:s3/bucketObjectv2:BucketObjectv2",
    inputs: { bucket: "bundle-files-id", key, contentBase64: content.toString("base64") },
    options: { dependsOn: ["bundle-files"] },
  });
  const policy = get("bundle-key", "Key").inputs["policy"] as string;
  expect(policy).toContain(`"kms:ViaService":"s3.${region}.amazonaws.com"`);
  expect(get("bundle-files", "Bucket")).toMatchObject({ inputs: { forceDestroy: true }, options: { protect: false } });
  expect(get("bundle-files-logging").inputs).toMatchObject({ targetBucket: "logs", targetPrefix: "bundle/" });
});
