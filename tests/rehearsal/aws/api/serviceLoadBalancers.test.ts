import { overrideCall, type OverrideServices } from "../../../../rehearsal/aws/api/callOverrides";
import type { AwsClients } from "../../../../rehearsal/aws/awsClients";
import { responseRewriter, ServiceLoadBalancers } from "../../../../rehearsal/aws/api/serviceLoadBalancers";

interface Sent {
  readonly command: string;
  readonly input: unknown;
}

/** moto with these load balancers, and security groups whose rules refer to the group in question. Records changes. */
function fakeMoto(have: { classic?: object[]; network?: object[]; referrers?: string[] }) {
  const sent: Sent[] = [];
  const client = (answers: Record<string, object>) => ({
    send: ({ constructor: { name }, input }: { constructor: { name: string }; input: unknown }) => {
      const command = name.replace(/Command$/, "");
      if (!command.startsWith("Describe")) sent.push({ command, input });
      return Promise.resolve(answers[command] ?? {});
    },
  });
  const SecurityGroups = (have.referrers ?? []).map((GroupId) => ({ GroupId }));
  const balancers = new ServiceLoadBalancers({
    classicLoadBalancing: client({ DescribeLoadBalancers: { LoadBalancerDescriptions: have.classic ?? [] } }),
    loadBalancing: client({ DescribeLoadBalancers: { LoadBalancers: have.network ?? [] } }),
    ec2: client({ DescribeSecurityGroups: { SecurityGroups } }),
  } as unknown as AwsClients);
  return { sent, services: { balancers } as OverrideServices };
}

const call = (service: string, form: Record<string, string>) => ({
  service,
  action: form["Action"] ?? "",
  form: new URLSearchParams(form),
});

describe("description of a classic load balancer", () => {
  const listening = { ListenerDescriptions: [{ Listener: { InstancePort: 31_234 } }] };
  const describeClassic = call("elasticloadbalancing", { Action: "DescribeLoadBalancers", Version: "2012-06-01" });

  test("adds AWS's default health check", async () => {
    const { sent, services } = fakeMoto({ classic: [{ LoadBalancerName: "a1b2", ...listening }] });
    expect(await overrideCall(describeClassic, services)).toBeUndefined();
    const HealthCheck = { Target: "TCP:31234", Interval: 30, Timeout: 5, HealthyThreshold: 10, UnhealthyThreshold: 2 };
    expect(sent).toEqual([{ command: "ConfigureHealthCheck", input: { LoadBalancerName: "a1b2", HealthCheck } }]);
  });

  test("keeps an existing health check", async () => {
    const HealthCheck = { Target: "TCP:32000" };
    const { sent, services } = fakeMoto({ classic: [{ LoadBalancerName: "a1b2", HealthCheck, ...listening }] });
    await overrideCall(describeClassic, services);
    expect(sent).toEqual([]);
  });

  test("changes nothing through the other API version", async () => {
    const { sent, services } = fakeMoto({ classic: [{ LoadBalancerName: "a1b2", ...listening }] });
    const v2 = call("elasticloadbalancing", { Action: "DescribeLoadBalancers", Version: "2015-12-01" });
    expect(await overrideCall(v2, services)).toBeUndefined();
    expect(sent).toEqual([]);
  });
});

describe("deletion of a security group", () => {
  const remove = call("ec2", { Action: "DeleteSecurityGroup", GroupId: "sg-elb" });

  test.each([
    ["while a classic load balancer is in it", { classic: [{ SecurityGroups: ["sg-elb"] }] }],
    ["while a network load balancer is in it", { network: [{ SecurityGroups: ["sg-other", "sg-elb"] }] }],
    ["while a rule of another group refers to it", { referrers: ["sg-workers"] }],
  ])("is refused %s", async (_when, have) => {
    const answer = await overrideCall(remove, fakeMoto(have).services);
    expect(answer?.status).toBe(400);
    expect(answer?.body).toContain("<Code>DependencyViolation</Code>");
  });

  test("is possible if only the group itself refers to it", async () => {
    const have = { classic: [{ SecurityGroups: ["sg-other"] }], network: [{}], referrers: ["sg-elb"] };
    expect(await overrideCall(remove, fakeMoto(have).services)).toBeUndefined();
  });
});

describe("DNS names", () => {
  const balancer = (name: string, type: string) =>
    `<member><DNSName>${name}.eu-central-1.elb.amazonaws.com</DNSName><Scheme>internal</Scheme><Type>${type}</Type></member>`;
  const described = call("elasticloadbalancing", { Action: "DescribeLoadBalancers", Version: "2015-12-01" });

  test("of network load balancers follow AWS's pattern, those of others are unchanged", () => {
    const found = [balancer("web-1", "application"), balancer("blue-api-1", "network"), balancer("wide-1", "network")];
    expect(responseRewriter(described)?.(found.join(""))).toBe(
      found
        .join("")
        .replace("blue-api-1.eu-central-1.elb.", "blue-api-1.elb.eu-central-1.")
        .replace("wide-1.eu-central-1.elb.", "wide-1.elb.eu-central-1."),
    );
  });

  test("in other answers are unchanged", () => {
    const classic = call("elasticloadbalancing", { Action: "DescribeLoadBalancers", Version: "2012-06-01" });
    const tags = call("elasticloadbalancing", { Action: "DescribeTags", Version: "2015-12-01" });
    expect([classic, tags].map(responseRewriter)).toEqual([undefined, undefined]);
  });
});
