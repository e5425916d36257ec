import type { AwsClients } from "../../../../rehearsal/aws/awsClients";
import {
  createResources,
  creationOrder,
  resourceHandlers,
  skippedTypes,
} from "../../../../rehearsal/aws/resources/createResources";
import type { CloudResource } from "../../../../rehearsal/aws/resources/resourceHandler";
import { encoded, planned } from "./support";

/** Clients that answer commands by name and record their inputs. */
function recordingAws(answers: Record<string, unknown>) {
  const sent: { command: string; input: Record<string, unknown> }[] = [];
  const client = {
    send: (command: { constructor: { name: string }; input: Record<string, unknown> }) => {
      const name = command.constructor.name.replace(/Command$/, "");
      sent.push({ command: name, input: command.input });
      return Promise.resolve(answers[name] ?? {});
    },
  };
  const aws = new Proxy({}, { get: () => client }) as unknown as AwsClients;
  return { aws, sent };
}

const volume = planned("aws:ebs/volume:Volume", "volume", {
  id: "vol-plan0001",
  inputs: { availabilityZone: "eu-central-1a", size: 20, encrypted: true },
  outputs: { arn: "arn:aws:ec2:eu-central-1:1:volume/vol-plan0001" },
});
const template = planned("aws:ec2/launchTemplate:LaunchTemplate", "template", {
  id: "lt-plan0001",
  inputs: {
    name: "c-etcd-a",
    userData: encoded("volume: vol-plan0001"),
    networkInterfaces: [{ securityGroups: ["sg-1"] }],
  },
});
const context = (aws: AwsClients) => ({
  aws,
  region: "eu-central-1",
  bundles: { "bundle/1.tar.gz": Buffer.from("bundle") },
});

describe("creation of resources", () => {
  test("replaces planned ids in later resources, including user data", async () => {
    const { aws, sent } = recordingAws({
      CreateVolume: { VolumeId: "vol-real" },
      CreateLaunchTemplate: { LaunchTemplate: { LaunchTemplateId: "lt-real" } },
    });
    const created = await createResources([volume, template], context(aws));
    expect(sent.map(({ command }) => command)).toEqual(["CreateVolume", "CreateLaunchTemplate"]);
    expect(sent[1]?.input).toMatchObject({
      LaunchTemplateName: "c-etcd-a",
      LaunchTemplateData: { UserData: encoded("volume: vol-real"), SecurityGroups: ["sg-1"] },
    });
    expect(created.map(({ id }) => id)).toEqual(["vol-real", "lt-real"]);
    expect(created[0]?.outputs.arn).toBe("arn:aws:ec2:eu-central-1:1:volume/vol-real");
    expect(created[1]?.inputs.userData).toBe(encoded("volume: vol-real"));
  });

  test("uploads the node bundle byte for byte", async () => {
    const { aws, sent } = recordingAws({});
    const object = planned("aws:s3/bucketObjectv2:BucketObjectv2", "bundle", {
      inputs: { bucket: "nodes", key: "bundle/1.tar.gz", contentBase64: "aGk=" },
    });
    await createResources([object], context(aws));
    expect(sent[0]?.input).toMatchObject({ Bucket: "nodes", Key: "bundle/1.tar.gz", Body: Buffer.from("bundle") });
  });

  test("refuses a type without a handler before creating anything", async () => {
    const { aws, sent } = recordingAws({});
    const odd = planned("aws:braket/quantumTask:QuantumTask", "odd");
    await expect(createResources([volume, odd], context(aws))).rejects.toThrow(
      "no handler for resource type aws:braket/quantumTask:QuantumTask",
    );
    expect(sent).toEqual([]);
  });

  test("names the resource in errors", async () => {
    const { aws } = recordingAws({});
    const refusing = new Proxy(aws, { get: () => ({ send: () => Promise.reject(new Error("InvalidZone.NotFound")) }) });
    await expect(createResources([volume], context(refusing))).rejects.toThrow(
      "aws:ebs/volume:Volume volume: Error: InvalidZone.NotFound",
    );
  });

  test("skips resources of other providers and without effect", async () => {
    const { aws, sent } = recordingAws({});
    const created = await createResources(
      [planned("tls:index/privateKey:PrivateKey", "key"), planned("aws:ec2/eip:Eip", "address")],
      context(aws),
    );
    expect(sent).toEqual([]);
    expect(created.map(({ name }) => name)).toEqual(["address"]);
  });

  test("skips no type that has a handler", () => {
    expect(Object.keys(resourceHandlers).filter((type) => type in skippedTypes)).toEqual([]);
  });
});

describe("creation order", () => {
  const after = (name: string, ...dependencies: CloudResource[]): CloudResource =>
    planned("aws:ebs/volume:Volume", name, { dependsOn: dependencies.map(({ urn }) => urn) });

  test("is the plan's, except for dependencies on later resources", () => {
    const last = after("last");
    const first = after("first", last);
    expect(creationOrder([after("a"), first, after("b"), last]).map(({ name }) => name)).toEqual([
      "a",
      "last",
      "first",
      "b",
    ]);
  });

  test("ignores unknown dependencies and refuses circular ones", () => {
    const lonely = planned("aws:ebs/volume:Volume", "lonely", { dependsOn: ["urn:gone"] });
    expect(creationOrder([lonely])).toEqual([lonely]);
    const one = planned("aws:ebs/volume:Volume", "one", { dependsOn: ["urn:aws:ebs/volume:Volume::two"] });
    const two = planned("aws:ebs/volume:Volume", "two", { dependsOn: [one.urn] });
    expect(() => creationOrder([one, two])).toThrow("urn:aws:ebs/volume:Volume::one depends on itself");
  });
});
