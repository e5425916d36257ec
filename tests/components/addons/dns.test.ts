import * as fc from "fast-check";

import { Dns } from "../../../components/addons/dns/dns";
import { corefile, dnsAddress, nodeLocalCorefile } from "../../../components/addons/dns/corefile.plan";
import { deploy } from "../../mocks";
import { specOf } from "../../specs";

const dnsOf = (dns: object = {}) => deploy(() => new Dns("dns", { spec: specOf({ name: "blue", addons: { dns } }) }));

describe("CoreDNS", () => {
  test("keeps kubeadm's names and address", async () => {
    const { get } = await dnsOf();
    expect(get("dns-coredns-service").inputs).toMatchObject({
      metadata: { name: "kube-dns", namespace: "kube-system" },
      spec: { clusterIP: "10.96.0.10", selector: { "k8s-app": "kube-dns" } },
    });
    expect(get("dns-coredns-deployment").inputs).toMatchObject({
      metadata: { name: "coredns", annotations: { "pulumi.com/patchForce": "true" } },
      spec: { selector: { matchLabels: { "k8s-app": "kube-dns" } } },
    });
  });

  test("is spread over zones and nodes, and evicted one pod at a time", async () => {
    const { get } = await dnsOf({ minReplicas: 3 });
    const labelSelector = { matchLabels: { "k8s-app": "kube-dns" } };
    const spread = (topologyKey: string) => ({
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector,
    });
    expect(get("dns-coredns-deployment").inputs.spec).toMatchObject({
      replicas: 3,
      template: {
        spec: {
          priorityClassName: "system-cluster-critical",
          topologySpreadConstraints: [spread("topology.kubernetes.io/zone"), spread("kubernetes.io/hostname")],
        },
      },
    });
    expect(get("dns-coredns-budget").inputs.spec).toEqual({ maxUnavailable: 1, selector: labelSelector });
  });

  test.each([
    ["small", "170Mi"],
    ["large", "340Mi"],
  ])("at scale %s has a memory limit of %s", async (scale, memory) => {
    const spec = specOf({
      name: "blue",
      scale,
      etcd: { volume: { sizeGiB: 50, iops: 16_000, throughputMiBps: 1000 } },
    });
    const { get } = await deploy(() => new Dns("dns", { spec }));
    expect(get("dns-coredns-deployment").inputs.spec).toMatchObject({
      template: { spec: { containers: [{ name: "coredns", resources: { limits: { memory } } }] } },
    });
  });

  test("leaves replicas to the autoscaler if there is one", async () => {
    const scaled = await dnsOf();
    expect(scaled.get("dns-coredns-deployment").options.ignoreChanges).toEqual(["spec.replicas"]);
    const fixed = await dnsOf({ autoscaling: { enabled: false } });
    expect(fixed.get("dns-coredns-deployment").options.ignoreChanges).toEqual([]);
    expect(fixed.resources.filter(({ name }) => name.startsWith("dns-autoscaler"))).toEqual([]);
  });

  test("forwards other names to the node's resolver", () => {
    expect(corefile).toContain("kubernetes cluster.local in-addr.arpa ip6.arpa {");
    expect(corefile).toContain("forward . /etc/resolv.conf {");
  });
});

describe("autoscaler", () => {
  test("has parameters from the settings", async () => {
    const { get } = await dnsOf({ minReplicas: 3, autoscaling: { nodesPerReplica: 8, maxReplicas: 12 } });
    const { data } = get("dns-autoscaler-parameters").inputs as { data: { linear: string } };
    expect(JSON.parse(data.linear)).toEqual({
      coresPerReplica: 256,
      nodesPerReplica: 8,
      min: 3,
      max: 12,
      preventSinglePointFailure: true,
      includeUnschedulableNodes: true,
    });
    const { spec } = get("dns-autoscaler-deployment").inputs as {
      spec: { template: { spec: { containers: { args: string[] }[] } } };
    };
    expect(spec.template.spec.containers[0]?.args).toEqual(
      expect.arrayContaining(["--configmap=dns-autoscaler", "--target=deployment/coredns"]),
    );
  });

  test("allows a single replica with minReplicas: 1", async () => {
    const { data } = (await dnsOf({ minReplicas: 1 })).get("dns-autoscaler-parameters").inputs as {
      data: { linear: string };
    };
    expect(JSON.parse(data.linear)).toMatchObject({ min: 1, preventSinglePointFailure: false });
  });
});

describe("node-local cache", () => {
  test("is optional", async () => {
    expect((await dnsOf()).resources.filter(({ name }) => name.startsWith("dns-cache"))).toEqual([]);
    const { get } = await dnsOf({ nodeLocalCache: { enabled: true } });
    const { spec } = get("dns-cache-daemon-set").inputs as {
      spec: { template: { spec: { hostNetwork: boolean; containers: { args: string[] }[] } } };
    };
    expect(spec.template.spec.hostNetwork).toBe(true);
    expect(spec.template.spec.containers[0]?.args).toEqual([
      ...["-localip", "169.254.20.10,10.96.0.10", "-conf", "/etc/written/Corefile"],
      ...["-upstreamsvc", "kube-dns-upstream", "-health-port", "8080"],
    ]);
  });

  test("forwards to CoreDNS over TCP, and listens on the DNS Service's address", () => {
    const text = nodeLocalCorefile("172.20.0.0/16");
    expect(text.match(/^\S+:53 \{$/gm)).toEqual(["cluster.local:53 {", "in-addr.arpa:53 {", "ip6.arpa:53 {", ".:53 {"]);
    expect(text.match(/bind 169\.254\.20\.10 172\.20\.0\.10$/gm)).toHaveLength(4);
    expect(text.match(/force_tcp/g)).toHaveLength(3);
    // A second health endpoint could not bind the port.
    expect(text.match(/health /g)).toHaveLength(1);
    let depth = 0;
    for (const character of text) {
      if (character === "{") depth += 1;
      if (character === "}") depth -= 1;
      expect(depth).toBeGreaterThanOrEqual(0);
    }
    expect(depth).toBe(0);
  });
});

test("the DNS Service has the tenth address of the Service range", () => {
  expect(dnsAddress("10.96.0.0/16")).toBe("10.96.0.10");
  expect(dnsAddress("172.20.0.0/20")).toBe("172.20.0.10");
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 12, max: 24 }), (octet, prefix) => {
      // Aligned to any of the prefixes.
      const base = prefix <= 16 ? `10.${octet & 0xf0}.0.0` : `10.${octet}.0.0`;
      expect(dnsAddress(`${base}/${prefix}`)).toBe(base.replace(/\.0$/, ".10"));
    }),
  );
});
