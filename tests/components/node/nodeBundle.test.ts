import { buildBundles } from "../../../components/node/bundle.plan";
import { fetchAwsAccount } from "../../../components/aws/awsAccount";
import { NodeBundle } from "../../../components/node/nodeBundle";
import { threeZones } from "../../machineSupport";
import { deploy, region } from "../../mocks";

const pool = (kubernetesVersion?: string) => ({ min: 1, ...(kubernetesVersion && { kubernetesVersion }) });

test("bundles are objects, named after their content, in an encrypted bucket that is deleted with the stack", async () => {
  const spec = threeZones({ workers: { a: pool(), b: pool("1.35.8"), c: pool("1.35.8") } });
  const bundles = buildBundles(spec);
  expect(bundles.map(({ name }) => name)).toEqual(["members", "workers-1.35.8", `workers-${spec.kubernetesVersion}`]);
  const { get, outputs } = await deploy(() => {
    const bundle = new NodeBundle("bundle", {
      spec,
      awsAccount: fetchAwsAccount(region, {}),
      accessLogsBucket: "logs",
    });
    expect(() => bundle.ofWorkers("1.35.7")).toThrow("there is no node bundle workers-1.35.7");
    return { members: bundle.ofMembers(), old: bundle.ofWorkers("1.35.8") };
  });
  const [members, old] = bundles;
  expect(outputs).toMatchObject({
    members: { bucket: "bundle-files-id", key: members?.key, sha256: members?.sha256 },
    old: { bucket: "bundle-files-id", key: old?.key, sha256: old?.sha256 },
  });
  for (const { name, key, content } of bundles) {
    expect(get(`bundle-${name}`)).toMatchObject({
      type: "aws:s3/bucketObjectv2:BucketObjectv2",
      inputs: { bucket: "bundle-files-id", key, contentBase64: content.toString("base64") },
      options: { dependsOn: ["bundle-files"] },
    });
  }
  const policy = get("bundle-key", "Key").inputs["policy"] as string;
  expect(policy).toContain(`"kms:ViaService":"s3.${region}.amazonaws.com"`);
  expect(get("bundle-files", "Bucket")).toMatchObject({ inputs: { forceDestroy: true }, options: { protect: false } });
  expect(get("bundle-files-logging").inputs).toMatchObject({ targetBucket: "logs", targetPrefix: "bundle/" });
});
