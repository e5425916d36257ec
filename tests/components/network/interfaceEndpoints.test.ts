import { awsAccount } from "../../../components/aws/account";
import { InterfaceEndpoints } from "../../../components/network/interfaceEndpoints";
import { deploy, region } from "../../mocks";

describe("interface endpoints", () => {
  const deployEndpoints = (where: string) =>
    deploy(() => {
      new InterfaceEndpoints("blue-endpoints", {
        cluster: "blue",
        account: awsAccount(where, {}),
        vpcId: "vpc-1",
        subnetIds: { "eu-central-1a": "subnet-a", "eu-central-1b": "subnet-b" },
        securityGroupId: "sg-1",
      });
    });

  test("stand in every zone under the services' own names", async () => {
    const { get, ofType } = await deployEndpoints(region);
    expect(Object.values(ofType("aws:ec2/vpcEndpoint:VpcEndpoint")).map(({ inputs }) => inputs["serviceName"])).toEqual(
      [
        ...["autoscaling", "ec2", "ec2messages", "ecr.api", "ecr.dkr", "elasticloadbalancing", "kms", "logs"].map(
          (service) => `com.amazonaws.eu-central-1.${service}`,
        ),
        ...["monitoring", "ssm", "ssmmessages", "sts"].map((service) => `com.amazonaws.eu-central-1.${service}`),
        "com.amazonaws.route53",
      ],
    );
    expect(get("blue-endpoints-ecr-api").inputs).toEqual({
      vpcId: "vpc-1",
      vpcEndpointType: "Interface",
      serviceName: "com.amazonaws.eu-central-1.ecr.api",
      privateDnsEnabled: true,
      subnetIds: ["subnet-a", "subnet-b"],
      securityGroupIds: ["sg-1"],
      tags: { Name: "blue-ecr.api", "holdfast:cluster": "blue" },
    });
  });

  test.each([
    ["eu-central-1", "us-east-1"],
    ["us-east-1", undefined],
  ])("reach Route 53 from %s in region %s", async (where, serviceRegion) => {
    const { get } = await deployEndpoints(where);
    expect(get("blue-endpoints-route53").inputs["serviceRegion"]).toBe(serviceRegion);
  });

  test("have none for Route 53 outside the commercial partition", async () => {
    const { resources } = await deployEndpoints("us-gov-west-1");
    expect(resources.map(({ name }) => name)).not.toContain("blue-endpoints-route53");
    expect(resources.map(({ name }) => name)).toContain("blue-endpoints-sts");
  });
});
