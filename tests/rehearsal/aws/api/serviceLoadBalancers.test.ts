import { overrideCall, type OverrideServices } from "../../../../rehearsal/aws/api/callOverrides";
import type { AwsClients } from "../../../../rehearsal/aws/awsClients";
import { responseRewriter, ServiceBalancers } from "../../../../rehearsal/aws/api/serviceLoadBalancers";

interface Sent {
  readonly command: string;
  readonly input: unknown;
}

/** moto with what is given here by command, a list for each; `sent` is what it was told to change. */
function fakeMoto(have: { classic?: object[]; network?: object[]; namedBy?: string[] }) {
  const sent: Sent[] = [];
  const client = (answers: Record<string, object>) => ({
    send: ({ constructor: { name }, input }: { constructor: { name: string }; input: unknown }) => {
      const command = name.replace(/Command$/, "");
      if (!command.startsWith("Describe")) sent.push({ command, input });
      return Promise.resolve(answers[command] ?? {});
    },
  });
  const SecurityGroups = (have.namedBy ?? []).map((GroupId) => ({ GroupId }));
  const balancers = new ServiceBalancers({
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

describe("who looks at a classic load balancer", () => {
  const listening = { ListenerDescriptions: [{ Listener: { InstancePort: 31_234 } }] };
  const look = call("elasticloadbalancing", { Action: "DescribeLoadBalancers", Version: "2012-06-01" });

  test("finds the health check that AWS gives to a new one", async () => {
    const { sent, services } = fakeMoto({ classic: [{ LoadBalancerName: "a1b2", ...listening }] });
    expect(await overrideCall(look, services)).toBeUndefined();
    const HealthCheck = { Target: "TCP:31234", Interval: 30, Timeout: 5, HealthyThreshold: 10, UnhealthyThreshold: 2 };
    expect(sent).toEqual([{ command: "ConfigureHealthCheck", input: { LoadBalancerName: "a1b2", HealthCheck } }]);
  });

  test("finds the one that it has by now", async () => {
    const HealthCheck = { Target: "TCP:32000" };
    const { sent, services } = fakeMoto({ classic: [{ LoadBalancerName: "a1b2", HealthCheck, ...listening }] });
    await overrideCall(look, services);
    expect(sent).toEqual([]);
  });

  test("and the other kind's API is left alone", async () => {
    const { sent, services } = fakeMoto({ classic: [{ LoadBalancerName: "a1b2", ...listening }] });
    const v2 = call("elasticloadbalancing", { Action: "DescribeLoadBalancers", Version: "2015-12-01" });
    expect(await overrideCall(v2, services)).toBeUndefined();
    expect(sent).toEqual([]);
  });
});

describe("a security group cannot be deleted", () => {
  const remove = call("ec2", { Action: "DeleteSecurityGroup", GroupId: "sg-elb" });

  test.each([
    ["while a classic load balancer is in it", { classic: [{ SecurityGroups: ["sg-elb"] }] }],
    ["while a network load balancer is in it", { network: [{ SecurityGroups: ["sg-other", "sg-elb"] }] }],
    ["while a rule of another group names it", { namedBy: ["sg-workers"] }],
  ])("%s", async (_when, have) => {
    const answer = await overrideCall(remove, fakeMoto(have).services);
    expect(answer?.status).toBe(400);
    expect(answer?.body).toContain("<Code>DependencyViolation</Code>");
  });

  test("but it can when nothing but itself needs it", async () => {
    const have = { classic: [{ SecurityGroups: ["sg-other"] }], network: [{}], namedBy: ["sg-elb"] };
    expect(await overrideCall(remove, fakeMoto(have).services)).toBeUndefined();
  });
});

describe("names in DNS", () => {
  const balancer = (name: string, type: string) =>
    `<member><DNSName>${name}.eu-central-1.elb.amazonaws.com</DNSName><Scheme>internal</Scheme><Type>${type}</Type></member>`;
  const described = call("elasticloadbalancing", { Action: "DescribeLoadBalancers", Version: "2015-12-01" });

  test("of network load balancers are such as AWS gives them, and of others stay", () => {
    const found = [balancer("web-1", "application"), balancer("blue-api-1", "network"), balancer("wide-1", "network")];
    expect(responseRewriter(described)?.(found.join(""))).toBe(
      found
        .join("")
        .replace("blue-api-1.eu-central-1.elb.", "blue-api-1.elb.eu-central-1.")
        .replace("wide-1.eu-central-1.elb.", "wide-1.elb.eu-central-1."),
    );
  });

  test("of classic ones stay, and so does all else", () => {
    const classic = call("elasticloadbalancing", { Action: "DescribeLoadBalancers", Version: "2012-06-01" });
    expect(responseRewriter(classic)).toBeUndefined();
    expect(
      responseRewriter(call("elasticloadbalancing", { Action: "DescribeTags", Version: "2015-12-01" })),
    ).toBeUndefined();
  });
});
