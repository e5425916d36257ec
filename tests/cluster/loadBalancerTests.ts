/** Load balancers that the cloud controller creates for Services, and their report by `holdfast leftovers`. */
import { kubernetesClusterTag } from "../../components/aws/tags.plan";
import type { Leftover } from "../../operations/leftovers/leftover";
import { echoImage } from "../../rehearsal/assets";
import { callQueryApi, elementTexts } from "../../rehearsal/drills/aws";
import { elapsed } from "../../rehearsal/drills/durations";
import { type RehearsedCluster, waitUntil } from "../../rehearsal/drills/rehearsedCluster";
import type { Plan } from "../../plan/planStack";
import { longTest } from "../long";
import { allowedActions, calledActions } from "./awsCalls";
import { inspect } from "./inspect";
import { log } from "./log";

const minute = 60_000;
const annotation = "service.beta.kubernetes.io/aws-load-balancer";

interface Service {
  readonly spec: { readonly ports: readonly { readonly nodePort: number }[] };
  readonly status: { readonly loadBalancer: { readonly ingress?: readonly { readonly hostname: string }[] } };
}

/** Deletes all Services that it creates. */
export function loadBalancerTests(booted: () => { readonly cluster: RehearsedCluster; readonly plan: Plan }): void {
  const inspectLeftovers = async () => inspect("leftovers", booted().cluster.client.paths.id);

  /** Creates a Service. @returns DNS name of its load balancer, and node port. */
  async function publish(name: string, annotations: Readonly<Record<string, string>>) {
    const { cluster } = booted();
    const ports = [{ port: 80, targetPort: 8080 }];
    const spec = { type: "LoadBalancer", selector: { app: "front" }, ports };
    const body = JSON.stringify({ apiVersion: "v1", kind: "Service", metadata: { name, annotations }, spec });
    const path = "/api/v1/namespaces/default/services";
    expect(await cluster.client.kubernetes({ method: "POST", path, body })).toMatchObject({ status: 201 });
    const created = Date.now();
    let found: { hostname: string; nodePort: number } | undefined;
    await waitUntil(`an address of Service ${name}`, 2 * minute, async () => {
      const service = JSON.parse(await cluster.kubectl("get", "service", name, "-o", "json")) as Service;
      const hostname = service.status.loadBalancer.ingress?.[0]?.hostname;
      if (hostname !== undefined) found = { hostname, nodePort: service.spec.ports[0]?.nodePort ?? 0 };
      return found !== undefined;
    });
    log(`Service ${name} has a load balancer after ${elapsed(created)}`);
    return found as unknown as { hostname: string; nodePort: number };
  }

  /** Adds a port and tags to a Service; waits until AWS lists the port. */
  async function extend(name: string, nodePort: number, listPorts: () => Promise<readonly string[]>): Promise<void> {
    // The first port keeps its node port: moto does not support a listener that moves to another target group.
    const ports = [
      { name: "first", port: 80, targetPort: 8080, nodePort },
      { name: "second", port: 443, targetPort: 8080 },
    ];
    const metadata = { annotations: { [`${annotation}-additional-resource-tags`]: "team=shop" } };
    const patch = JSON.stringify({ metadata, spec: { ports } });
    await booted().cluster.kubectl("patch", "service", name, "--type=merge", "-p", patch);
    await waitUntil(`port 443 of Service ${name}`, 2 * minute, async () => (await listPorts()).includes("443"));
  }

  /** Deletes a Service and waits until its AWS resources are gone. */
  async function withdraw(name: string): Promise<void> {
    const { cluster } = booted();
    await cluster.kubectl("delete", "service", name, "--wait=false");
    await waitUntil(`the removal of Service ${name}`, 2 * minute, async () => {
      const names = (await cluster.list("namespaces/default/services")).map(({ metadata }) => metadata.name);
      return !names.includes(name);
    });
    expect(await inspectLeftovers()).toEqual({ code: 0, found: [] });
  }

  const kindsOf = (found: readonly Leftover[]): readonly string[] => found.map(({ kind }) => kind);
  const tag = (): string => kubernetesClusterTag(booted().plan.spec.name);
  const subnetsFor = async (role: "elb" | "internal-elb"): Promise<string[]> => {
    const filter = { "Filter.1.Name": `tag:kubernetes.io/role/${role}`, "Filter.1.Value.1": "1" };
    return elementTexts(await callQueryApi(booted().cluster, "ec2", "DescribeSubnets", filter), "subnetId").sort();
  };
  const workersGroup = async (): Promise<string> => {
    const filter = { "Filter.1.Name": "tag:Name", "Filter.1.Value.1": `${booted().plan.spec.name}-worker` };
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

    it("starts without leftovers", async () => {
      expect(await inspectLeftovers()).toEqual({ code: 0, found: [] });
    });

    for (const [where, name, annotations, role, scheme] of [
      ["in the public subnets", "front", {}, "elb", "internet-facing"],
      [
        "in the private subnets on request",
        "inside",
        { [`${annotation}-internal`]: "true" },
        "internal-elb",
        "internal",
      ],
    ] as const) {
      const each = scheme === "internal" ? longTest : it;
      each(
        `gets a classic load balancer ${where}, and deletes it`,
        async () => {
          const { cluster } = booted();
          const { hostname, nodePort } = await publish(name, annotations);

          const reported = await inspectLeftovers();
          expect([reported.code, kindsOf(reported.found)]).toEqual([1, ["classic load balancer", "security group"]]);
          const [balancer, group] = reported.found;
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

          const request = { "LoadBalancerNames.member.1": balancer?.name ?? "" };
          const description = await callQueryApi(cluster, "elb", "DescribeLoadBalancers", request);
          expect(listItems(description, "Subnets").sort()).toEqual(await subnetsFor(role));
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
            elementTexts(await callQueryApi(cluster, "elb", "DescribeLoadBalancers", request), "LoadBalancerPort"),
          );
          expect((await inspectLeftovers()).found[0]?.tags).toMatchObject({ [tag()]: "owned", team: "shop" });

          await withdraw(name);
          expect(await workersGroup()).not.toContain(group?.id);
        },
        6 * minute,
      );
    }

    it(
      "gets a network load balancer on request, and deletes it",
      async () => {
        const { cluster } = booted();
        const { hostname, nodePort } = await publish("wide", { [`${annotation}-type`]: "nlb" });

        const reported = await inspectLeftovers();
        // A network load balancer has no security group; the workers' group admits all sources to the port.
        expect([reported.code, kindsOf(reported.found)]).toEqual([1, ["network load balancer", "target group"]]);
        const [balancer, targets] = reported.found;
        for (const one of [balancer, targets]) {
          expect(one).toMatchObject({ createdFor: "Service default/wide", tags: { [tag()]: "owned" } });
        }

        const request = { "LoadBalancerArns.member.1": balancer?.id ?? "" };
        const description = await callQueryApi(cluster, "elbv2", "DescribeLoadBalancers", request);
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
        expect(kindsOf((await inspectLeftovers()).found)).toEqual([
          "network load balancer",
          "target group",
          "target group",
        ]);

        await withdraw("wide");
        expect(elementTexts(await workersGroup(), "fromPort")).not.toContain(String(nodePort));
      },
      6 * minute,
    );

    it("needs no permissions beyond the policies of the control plane", () => {
      const { cluster, plan } = booted();
      const [called, allowed] = [calledActions(cluster), allowedActions(plan)];
      for (const name of ["AddTags", "ConfigureHealthCheck", "CreateLoadBalancerListeners", "RegisterTargets"]) {
        expect(called).toContain(`elasticloadbalancing:${name}`);
      }
      expect([...called].filter((action) => !allowed.has(action))).toEqual([]);
    });
  });
}

/** Members of a list in an XML element. */
function listItems(xml: string, name: string): string[] {
  return elementTexts(new RegExp(`<${name}>([^]*?)</${name}>`).exec(xml)?.[1] ?? "", "member");
}
