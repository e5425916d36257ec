/** What the cloud controller does on AWS for Services of type LoadBalancer, and what is told of it before a destroy. */
import { kubernetesClusterTag } from "../../components/aws/tags.plan";
import type { Leftover } from "../../operations/leftovers/leftover";
import { echoImage } from "../../rehearsal/assets";
import { callQueryApi, elementTexts } from "../../rehearsal/drills/aws";
import { secondsSince } from "../../rehearsal/drills/durations";
import { type RehearsedCluster, waitUntil } from "../../rehearsal/drills/rehearsedCluster";
import type { Plan } from "../../plan/planStack";
import { allowedActions, calledActions } from "./awsCalls";
import { inspect } from "./inspect";
import { log } from "./log";

const minute = 60_000;
const annotation = "service.beta.kubernetes.io/aws-load-balancer";

interface Service {
  readonly spec: { readonly ports: readonly { readonly nodePort: number }[] };
  readonly status: { readonly loadBalancer: { readonly ingress?: readonly { readonly hostname: string }[] } };
}

/** Leaves the cluster as it was, without Services of its own. */
export function loadBalancerTests(booted: () => { readonly cluster: RehearsedCluster; readonly plan: Plan }): void {
  const left = async () => inspect("leftovers", booted().cluster.client.paths.id);

  /** Asks for a Service; its load balancer's name in DNS, and the port of the nodes. */
  async function publish(name: string, annotations: Readonly<Record<string, string>>) {
    const { cluster } = booted();
    const ports = [{ port: 80, targetPort: 8080 }];
    const spec = { type: "LoadBalancer", selector: { app: "front" }, ports };
    const body = JSON.stringify({ apiVersion: "v1", kind: "Service", metadata: { name, annotations }, spec });
    const path = "/api/v1/namespaces/default/services";
    expect(await cluster.client.kubernetes({ method: "POST", path, body })).toMatchObject({ status: 201 });
    const asked = Date.now();
    let found: { hostname: string; nodePort: number } | undefined;
    await waitUntil(`an address of Service ${name}`, 2 * minute, async () => {
      const service = JSON.parse(await cluster.kubectl("get", "service", name, "-o", "json")) as Service;
      const hostname = service.status.loadBalancer.ingress?.[0]?.hostname;
      if (hostname !== undefined) found = { hostname, nodePort: service.spec.ports[0]?.nodePort ?? 0 };
      return found !== undefined;
    });
    log(`Service ${name} has a load balancer after ${secondsSince(asked)} s`);
    return found as unknown as { hostname: string; nodePort: number };
  }

  /** Opens another port of a Service, and has its load balancer tagged; waits until the port is among those that AWS tells. */
  async function extend(name: string, nodePort: number, portsNow: () => Promise<readonly string[]>): Promise<void> {
    // The first keeps its node port: moto does not follow a listener that is pointed at another target group.
    const ports = [
      { name: "first", port: 80, targetPort: 8080, nodePort },
      { name: "second", port: 443, targetPort: 8080 },
    ];
    const metadata = { annotations: { [`${annotation}-additional-resource-tags`]: "team=shop" } };
    const patch = JSON.stringify({ metadata, spec: { ports } });
    await booted().cluster.kubectl("patch", "service", name, "--type=merge", "-p", patch);
    await waitUntil(`port 443 of Service ${name}`, 2 * minute, async () => (await portsNow()).includes("443"));
  }

  /** Deletes a Service and waits for what was made for it to be gone. */
  async function withdraw(name: string): Promise<void> {
    const { cluster } = booted();
    await cluster.kubectl("delete", "service", name, "--wait=false");
    await waitUntil(`Service ${name} to be gone`, 2 * minute, async () => {
      const names = (await cluster.list("services")).map(({ metadata }) => metadata.name);
      return !names.includes(name);
    });
    expect(await left()).toEqual({ code: 0, found: [] });
  }

  const kindsOf = (found: readonly Leftover[]): readonly string[] => found.map(({ kind }) => kind);
  const tag = (): string => kubernetesClusterTag(booted().plan.spec.name);
  const subnetsFor = async (role: "elb" | "internal-elb"): Promise<string[]> => {
    const filter = { "Filter.1.Name": `tag:kubernetes.io/role/${role}`, "Filter.1.Value.1": "1" };
    return elementTexts(await callQueryApi(booted().cluster, "ec2", "DescribeSubnets", filter), "subnetId").sort();
  };
  const workersGroup = async (): Promise<string> => {
    const filter = { "Filter.1.Name": "tag:Name", "Filter.1.Value.1": `${booted().plan.spec.name}-workers` };
    return callQueryApi(booted().cluster, "ec2", "DescribeSecurityGroups", filter);
  };

  describe("a Service of type LoadBalancer", () => {
    beforeAll(async () => {
      const { cluster } = booted();
      await cluster.kubectl("create", "deployment", "front", `--image=${echoImage}`, "--replicas=2", "--port=8080");
      await cluster.kubectl("rollout", "status", "deployment/front", "--timeout=120s", "--request-timeout=0");
    }, 3 * minute);
    afterAll(async () => {
      await booted().cluster.kubectl("delete", "deployment", "front");
    }, minute);

    it("starts from a cluster of which nothing would be left", async () => {
      expect(await left()).toEqual({ code: 0, found: [] });
    });

    it.each([
      ["in the public subnets", "front", {}, "elb", "internet-facing"],
      [
        "in the private ones, where it asks for that",
        "inside",
        { [`${annotation}-internal`]: "true" },
        "internal-elb",
        "internal",
      ],
    ] as const)(
      "gets a classic load balancer %s, and gives it back",
      async (_where, name, annotations, role, scheme) => {
        const { cluster } = booted();
        const { hostname, nodePort } = await publish(name, annotations);

        const told = await left();
        expect([told.code, kindsOf(told.found)]).toEqual([1, ["classic load balancer", "security group"]]);
        const [balancer, group] = told.found;
        for (const one of [balancer, group]) {
          expect(one).toMatchObject({
            createdFor: `Service default/${name}`,
            blocksVpcDeletion: true,
            tags: { [tag()]: "owned" },
          });
        }
        expect(balancer?.securityGroups).toEqual([group?.id]);
        const workers = await workersGroup();
        expect(group?.referencedBy).toEqual([{ groupId: elementTexts(workers, "groupId")[0], protocol: "-1" }]);

        const asked = { "LoadBalancerNames.member.1": balancer?.name ?? "" };
        const description = await callQueryApi(cluster, "elb", "DescribeLoadBalancers", asked);
        expect(membersOf(description, "Subnets").sort()).toEqual(await subnetsFor(role));
        expect(elementTexts(description, "InstanceId")).toEqual([cluster.worker.id]);
        for (const [what, value] of [
          ["DNSName", hostname],
          ["Scheme", scheme],
          ["InstancePort", String(nodePort)],
          ["Target", `TCP:${nodePort}`],
        ] as const) {
          expect([what, elementTexts(description, what)[0]]).toEqual([what, value]);
        }

        await extend(name, nodePort, async () =>
          elementTexts(await callQueryApi(cluster, "elb", "DescribeLoadBalancers", asked), "LoadBalancerPort"),
        );
        expect((await left()).found[0]?.tags).toMatchObject({ [tag()]: "owned", team: "shop" });

        await withdraw(name);
        expect(await workersGroup()).not.toContain(group?.id);
      },
      6 * minute,
    );

    it(
      "gets a network load balancer where it asks for one, and gives it back",
      async () => {
        const { cluster } = booted();
        const { hostname, nodePort } = await publish("wide", { [`${annotation}-type`]: "nlb" });

        const told = await left();
        // Of this kind the workers' group lets everybody in to the Service's port: it has no group of its own.
        expect([told.code, kindsOf(told.found)]).toEqual([1, ["network load balancer", "target group"]]);
        const [balancer, targets] = told.found;
        for (const one of [balancer, targets]) {
          expect(one).toMatchObject({ createdFor: "Service default/wide", tags: { [tag()]: "owned" } });
        }

        const asked = { "LoadBalancerArns.member.1": balancer?.id ?? "" };
        const description = await callQueryApi(cluster, "elbv2", "DescribeLoadBalancers", asked);
        expect(elementTexts(description, "SubnetId").sort()).toEqual(await subnetsFor("elb"));
        expect(elementTexts(description, "DNSName")).toEqual([hostname]);
        const health = await callQueryApi(cluster, "elbv2", "DescribeTargetHealth", {
          TargetGroupArn: targets?.id ?? "",
        });
        expect([elementTexts(health, "Id"), elementTexts(health, "Port")]).toEqual([
          [cluster.worker.id],
          [String(nodePort)],
        ]);
        expect(elementTexts(await workersGroup(), "fromPort")).toContain(String(nodePort));

        const listeners = { LoadBalancerArn: balancer?.id ?? "" };
        await extend("wide", nodePort, async () =>
          elementTexts(await callQueryApi(cluster, "elbv2", "DescribeListeners", listeners), "Port"),
        );
        expect(kindsOf((await left()).found)).toEqual(["network load balancer", "target group", "target group"]);

        await withdraw("wide");
        expect(elementTexts(await workersGroup(), "fromPort")).not.toContain(String(nodePort));
      },
      6 * minute,
    );

    it("took nothing that the policies of the control plane do not name", () => {
      const { cluster, plan } = booted();
      const [called, allowed] = [calledActions(cluster), allowedActions(plan)];
      for (const name of ["AddTags", "ConfigureHealthCheck", "CreateLoadBalancerListeners", "RegisterTargets"]) {
        expect(called).toContain(`elasticloadbalancing:${name}`);
      }
      expect([...called].filter((action) => !allowed.has(action))).toEqual([]);
    });
  });
}

/** Texts of the list in an element. */
function membersOf(xml: string, name: string): string[] {
  return elementTexts(new RegExp(`<${name}>([^]*?)</${name}>`).exec(xml)?.[1] ?? "", "member");
}
