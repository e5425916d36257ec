import { fetchAwsAccount } from "../../../components/aws/awsAccount";
import { InterfaceEndpoints } from "../../../components/network/interfaceEndpoints";
import { deploy, region } from "../../mocks";

const deployEndpoints = (where: string) =>
  deploy(() => {
    new InterfaceEndpoints("blue-endpoints", {
      cluster: "blue",
      awsAccount: fetchAwsAccount(where, {}),
      vpcId: "vpc-1",
      subnetIds: { "eu-central-1a": "subnet-a", "eu-central-1b": "subnet-b" },
      securityGroupId: "sg-1",
    });
  });

test("endpoints have an address in every zone, under the service's own DNS name", async () => {
  const { get } = await deployEndpoints(region);
  expect(get("blue-endpoints-ecr-api").inputs).toMatchObject({
    serviceName: "com.amazonaws.eu-central-1.ecr.api",
    privateDnsEnabled: true,
    subnetIds: ["subnet-a", "subnet-b"],
    securityGroupIds: ["sg-1"],
  });
});

test("the Node Termination Handler reaches its queue without NAT", async () => {
  const { get } = await deployEndpoints(region);
  expect(get("blue-endpoints-sqs").inputs["serviceName"]).toBe("com.amazonaws.eu-central-1.sqs");
});

test("China has other names for some services", async () => {
  const { get } = await deployEndpoints("cn-north-1");
  const serviceName = (service: string) => get(`blue-endpoints-${service}`).inputs["serviceName"];
  for (const service of ["autoscaling", "ec2", "monitoring", "sqs", "sts"]) {
    expect(serviceName(service)).toBe(`cn.com.amazonaws.cn-north-1.${service}`);
  }
  expect(serviceName("ecr-dkr")).toBe("cn.com.amazonaws.cn-north-1.ecr.dkr");
  expect(serviceName("ssm")).toBe("com.amazonaws.cn-north-1.ssm");
});

test.each([
  ["eu-central-1", "us-east-1"],
  ["us-east-1", undefined],
])("Route 53's endpoint in %s has service region %s", async (where, serviceRegion) => {
  const { get } = await deployEndpoints(where);
  expect(get("blue-endpoints-route53").inputs["serviceRegion"]).toBe(serviceRegion);
});

test("Route 53 has no endpoint outside the commercial partition", async () => {
  const { resources } = await deployEndpoints("us-gov-west-1");
  expect(resources.map(({ name }) => name)).not.toContain("blue-endpoints-route53");
  expect(resources.map(({ name }) => name)).toContain("blue-endpoints-sts");
});
