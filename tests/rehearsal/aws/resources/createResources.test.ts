import type { AwsClients } from "../../../../rehearsal/aws/awsClients";
import {
  creationOrder,
  skippedTypes,
  createResources,
  resourceHandlers,
} from "../../../../rehearsal/aws/resources/createResources";
import type { CloudResource, GroupBounds } from "../../../../rehearsal/aws/resources/resourceHandler";
import { encoded, planned } from "./support";

/** Answers every command with what its name is given here, and keeps the inputs. */
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
  bundle: { key: "bundle/1.tar.gz", content: Buffer.from("bundle") },
  desiredCapacity: () => 0,
  bounds: (_group: string, planned: GroupBounds) => planned,
});

describe("a plan is made in the running AWS", () => {
  test("later resources refer to the ids that were given, in user data too", async () => {
    const { aws, sent } = recordingAws({
      CreateVolume: { VolumeId: "vol-real" },
      CreateLaunchTemplate: { LaunchTemplate: { LaunchTemplateId: "lt-real" } },
    });
    const made = await createResources([volume, template], context(aws));
    expect(sent.map(({ command }) => command)).toEqual(["CreateVolume", "CreateLaunchTemplate"]);
    expect(sent[1]?.input).toMatchObject({
      LaunchTemplateName: "c-etcd-a",
      LaunchTemplateData: { UserData: encoded("volume: vol-real"), SecurityGroups: ["sg-1"] },
    });
    expect(made.map(({ id }) => id)).toEqual(["vol-real", "lt-real"]);
    expect(made[0]?.outputs.arn).toBe("arn:aws:ec2:eu-central-1:1:volume/vol-real");
    expect(made[1]?.inputs.userData).toBe(encoded("volume: vol-real"));
  });

  test("the node bundle is uploaded byte for byte", async () => {
    const { aws, sent } = recordingAws({});
    const object = planned("aws:s3/bucketObjectv2:BucketObjectv2", "bundle", {
      inputs: { bucket: "nodes", key: "bundle/1.tar.gz", contentBase64: "aGk=" },
    });
    await createResources([object], context(aws));
    expect(sent[0]?.input).toMatchObject({ Bucket: "nodes", Key: "bundle/1.tar.gz", Body: Buffer.from("bundle") });
  });

  test("a type that nobody thought of is refused before anything is made", async () => {
    const { aws, sent } = recordingAws({});
    const odd = planned("aws:braket/quantumTask:QuantumTask", "odd");
    await expect(createResources([volume, odd], context(aws))).rejects.toThrow(
      "the rehearsal's AWS does not know aws:braket/quantumTask:QuantumTask",
    );
    expect(sent).toEqual([]);
  });

  test("a refusal names the resource", async () => {
    const { aws } = recordingAws({});
    const refusing = new Proxy(aws, { get: () => ({ send: () => Promise.reject(new Error("InvalidZone.NotFound")) }) });
    await expect(createResources([volume], context(refusing))).rejects.toThrow(
      "aws:ebs/volume:Volume volume: Error: InvalidZone.NotFound",
    );
  });

  test("other providers' resources and those without effect are left out of the calls", async () => {
    const { aws, sent } = recordingAws({});
    const made = await createResources(
      [planned("tls:index/privateKey:PrivateKey", "key"), planned("aws:ec2/eip:Eip", "address")],
      context(aws),
    );
    expect(sent).toEqual([]);
    expect(made.map(({ name }) => name)).toEqual(["address"]);
  });

  test("subnets are public by their way to the internet, as a cloud controller looks for it", async () => {
    const { aws, sent } = recordingAws({
      CreateInternetGateway: { InternetGateway: { InternetGatewayId: "igw-real" } },
      CreateRouteTable: { RouteTable: { RouteTableId: "rtb-real" } },
    });
    const route = (name: string, target: object) =>
      planned("aws:ec2/route:Route", name, {
        inputs: { routeTableId: "rtb-plan0001", destinationCidrBlock: "0.0.0.0/0", ...target },
      });
    await createResources(
      [
        planned("aws:ec2/internetGateway:InternetGateway", "internet", {
          id: "igw-plan0001",
          inputs: { vpcId: "vpc-1" },
        }),
        planned("aws:ec2/routeTable:RouteTable", "public", { id: "rtb-plan0001", inputs: { vpcId: "vpc-1" } }),
        route("out", { gatewayId: "igw-plan0001" }),
        route("through-nat", { natGatewayId: "nat-plan0001" }),
        planned("aws:ec2/routeTableAssociation:RouteTableAssociation", "public-a", {
          inputs: { subnetId: "subnet-1", routeTableId: "rtb-plan0001" },
        }),
      ],
      context(aws),
    );
    expect(sent.map(({ command, input }) => [command, input])).toEqual([
      ["CreateInternetGateway", {}],
      ["AttachInternetGateway", { InternetGatewayId: "igw-real", VpcId: "vpc-1" }],
      ["CreateRouteTable", { VpcId: "vpc-1" }],
      ["CreateRoute", { RouteTableId: "rtb-real", DestinationCidrBlock: "0.0.0.0/0", GatewayId: "igw-real" }],
      ["AssociateRouteTable", { RouteTableId: "rtb-real", SubnetId: "subnet-1" }],
    ]);
  });

  test("no type is both made and left out", () => {
    expect(Object.keys(resourceHandlers).filter((type) => type in skippedTypes)).toEqual([]);
  });
});

describe("creation order", () => {
  const after = (name: string, ...dependencies: CloudResource[]): CloudResource =>
    planned("aws:ebs/volume:Volume", name, { dependsOn: dependencies.map(({ urn }) => urn) });

  test("keeps the plan's, except where something depends on what comes later", () => {
    const last = after("last");
    const first = after("first", last);
    expect(creationOrder([after("a"), first, after("b"), last]).map(({ name }) => name)).toEqual([
      "a",
      "last",
      "first",
      "b",
    ]);
  });

  test("an unknown dependency is no reason to stop, a circle is", () => {
    const lonely = planned("aws:ebs/volume:Volume", "lonely", { dependsOn: ["urn:gone"] });
    expect(creationOrder([lonely])).toEqual([lonely]);
    const one = planned("aws:ebs/volume:Volume", "one", { dependsOn: ["urn:aws:ebs/volume:Volume::two"] });
    const two = planned("aws:ebs/volume:Volume", "two", { dependsOn: [one.urn] });
    expect(() => creationOrder([one, two])).toThrow("urn:aws:ebs/volume:Volume::one depends on itself");
  });
});
