import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { namedHosts } from "../../../components/firewall/destinations.plan";
import { groupRules } from "../../../components/firewall/rules.plan";
import { specOf } from "../../specs";
import { destinations, external, isolated, lines, stacked } from "./firewallSpecs";

const plain = specOf({ name: "plain", etcd: external });

describe("destinations in the settings", () => {
  test("every destination in the settings is open to the machines that connect to it", () => {
    const open = lines(destinations).filter((line) => !lines(plain).includes(line));
    expect(open).toEqual([
      "worker -> control-plane tcp 9100",
      "worker -> 198.51.101.0/24 all",
      "control-plane -> 0.0.0.0/0 udp 123",
      "etcd -> 0.0.0.0/0 udp 123",
      "worker -> 198.51.100.0/24 udp 514",
      "control-plane -> 0.0.0.0/0 tcp 3128",
      "etcd -> 0.0.0.0/0 tcp 3128",
      "worker -> 0.0.0.0/0 tcp 3128",
      "control-plane -> 10.9.8.7/32 tcp 3129",
      "etcd -> 10.9.8.7/32 tcp 3129",
      "worker -> 10.9.8.7/32 tcp 3129",
      "worker -> 192.0.2.0/24 tcp 3306",
      "control-plane -> 0.0.0.0/0 tcp 5000",
      "worker -> 0.0.0.0/0 tcp 5000",
      "control-plane -> 10.1.2.3/32 tcp 5001",
      "worker -> 10.1.2.3/32 tcp 5001",
      "worker -> 192.0.2.0/24 tcp 5432",
      "control-plane -> 0.0.0.0/0 tcp 8181",
      "control-plane -> 0.0.0.0/0 tcp 8443",
      "etcd -> 0.0.0.0/0 tcp 8443",
      "worker -> 0.0.0.0/0 tcp 8443",
      "control-plane -> 0.0.0.0/0 tcp 8444",
      "control-plane -> 203.0.113.7/32 tcp 8445",
      "control-plane -> 0.0.0.0/0 tcp 8446",
      "worker -> 0.0.0.0/0 tcp 8447",
      "control-plane -> 0.0.0.0/0 tcp 9443",
    ]);
    const rule = groupRules(destinations).find(({ id }) => id === "worker-to-0.0.0.0/0-tcp-8443-out");
    expect(rule?.description).toBe("In the settings: mirror of software, network.egress");
  });

  test("every setting that holds a URL is a destination", () => {
    const root = join(__dirname, "../../../components");
    const declared = readdirSync(root, { recursive: true, encoding: "utf8" })
      .filter((file) => /settings\.ts$/i.test(file))
      .flatMap((file) => [
        ...readFileSync(join(root, file), "utf8").matchAll(/(\w+): (?:text|textMap|texts|named)\([^()]*rlRule\b/g),
      ])
      .map(([, key = ""]) => key);
    expect(declared.length).toBeGreaterThanOrEqual(9);
    const found = namedHosts(destinations).flatMap(({ path }) => path);
    for (const key of declared) expect(found).toContain(key);
  });

  test("API servers reach webhooks and aggregated APIs of pods on any port", () => {
    expect(lines(destinations)).toEqual(
      expect.arrayContaining(["control-plane -> control-plane all", "control-plane -> worker all"]),
    );
  });

  test("credentials of a registry open its port", () => {
    const registries = { internal: { server: "registry.example.com:5443", username: "x" } };
    expect(lines({ ...stacked, registries }).filter((line) => !lines(stacked).includes(line))).toEqual([
      "control-plane -> 0.0.0.0/0 tcp 5443",
      "worker -> 0.0.0.0/0 tcp 5443",
    ]);
  });

  test("without NAT, mirrors in ECR and S3 of the region need no rule beside the endpoints", () => {
    const spec = {
      ...isolated,
      nodes: {
        ...isolated.nodes,
        assets: { baseUrl: "https://mirror.s3.eu-central-1.amazonaws.com/assets", sha256: {} },
        registryMirrors: { "quay.io": "https://123456789012.dkr.ecr.eu-central-1.amazonaws.com/v2/quay" },
      },
    };
    expect(lines(spec).filter((line) => line.includes("0.0.0.0/0"))).toEqual([]);
  });

  test("without NAT, a proxy is the only destination outside the VPC beside S3's gateway endpoint", () => {
    const spec = specOf({
      name: "isolated",
      network: { nat: "none" },
      nodes: { proxy: { http: "http://10.9.8.7:3128" } },
    });
    const outside = lines(spec).filter((line) => !/(-> (control-plane|worker|api-load-balancer) )/.test(line));
    expect(outside.sort()).toEqual([
      "control-plane -> 10.9.8.7/32 tcp 3128",
      "control-plane -> prefix list of s3 tcp 443",
      "worker -> 10.9.8.7/32 tcp 3128",
      "worker -> prefix list of s3 tcp 443",
    ]);
  });

  test("mirrors of software and images open their ports once", () => {
    const spec = {
      ...stacked,
      nodes: {
        ...stacked.nodes,
        assets: { baseUrl: "https://mirror.example.com:8443", sha256: {} },
        registryMirrors: {
          "registry.k8s.io": "https://mirror.example.com:8443",
          "docker.io": "http://mirror.example.com",
        },
      },
    };
    expect(lines(spec).filter((line) => !lines(stacked).includes(line))).toEqual([
      "control-plane -> 0.0.0.0/0 tcp 8443",
      "worker -> 0.0.0.0/0 tcp 8443",
    ]);
  });
});
