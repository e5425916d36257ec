import { Cluster } from "../../components/cluster";
import type { ClusterSpec } from "../../components/clusterSpec";
import { Secret, deploy } from "../mocks";
import type { Deployment } from "../mocks";
import { specOf } from "../specs";

type Whole = Deployment<unknown>;

const pool = { instanceTypes: ["m7i.large"], min: 1, max: 3 };
const settings = { name: "blue", workers: { general: pool } };
const external = { topology: "external", members: 3, instanceType: "m7g.large" };

async function deployCluster(spec: ClusterSpec): Promise<Whole> {
  return deploy(() => {
    const cluster = new Cluster(spec.name, { spec });
    return { apiUrl: cluster.apiUrl, publicApiUrl: cluster.publicApiUrl };
  });
}

/** `<type> <name>` of what differs between two deployments, or is in one of them only. */
function differences(before: Whole, after: Whole): string[] {
  const texts = ({ resources }: Whole) =>
    new Map(
      resources.map((resource) => [`${resource.type.split(":").at(-1)} ${resource.name}`, JSON.stringify(resource)]),
    );
  const [old, now] = [texts(before), texts(after)];
  return [...new Set([...old.keys(), ...now.keys()])].filter((key) => old.get(key) !== now.get(key)).sort();
}

/** Auto Scaling groups: what boots machines. */
function groups(whole: Whole) {
  return Object.values(whole.ofType("aws:autoscaling/group:Group"));
}

describe("cluster", () => {
  let blue: Whole;
  beforeAll(async () => {
    blue = await deployCluster(specOf(settings));
  });

  test("has its parts in the order in which each needs those before it", () => {
    const parts = blue.resources.filter(({ parent }) => parent === "blue").map(({ type, name }) => `${type} ${name}`);
    expect(parts).toEqual([
      "holdfast:index:Network blue-network",
      "holdfast:index:Firewall blue-firewall",
      "holdfast:index:Pki blue-pki",
      "holdfast:index:ApiEndpoint blue-api",
      "holdfast:index:AccessLogs blue-access-logs",
      "holdfast:index:Issuer blue-issuer",
      "holdfast:index:NodeBundle blue-node",
      "holdfast:index:EncryptionKeys blue-encryption",
      "holdfast:index:AuditLog blue-audit",
      "holdfast:index:DiskEncryption blue-disks",
      "holdfast:index:AlarmTopic blue-alarms",
      "holdfast:index:Etcd blue-etcd",
      "holdfast:index:ControlPlane blue-control-plane",
      "holdfast:index:Workers blue-workers",
      "holdfast:index:ClusterAccess blue-access",
      "holdfast:index:Addons blue-addons",
      "holdfast:index:Tenancy blue-tenancy",
      "holdfast:index:Roles blue-roles",
    ]);
  });

  test("gives every resource but the cluster a parent, and every name the cluster's", () => {
    const orphans = blue.resources.filter(({ parent }) => parent === undefined);
    expect(orphans.map(({ type, name }) => `${type} ${name}`)).toEqual(["holdfast:index:Cluster blue"]);
    for (const { name } of blue.resources) expect(name).toMatch(/^blue(-|$)/);
  });

  test("boots machines after their way to AWS, their rules, their parameters and the API's name", () => {
    expect(groups(blue).map(({ name }) => name)).toHaveLength(4);
    for (const { options } of groups(blue)) {
      expect(options.dependsOn).toEqual(
        expect.arrayContaining(["blue-network", "blue-firewall", "blue-pki", "blue-api", "blue-node"]),
      );
    }
  });

  test("marks all that it makes as the cluster's", () => {
    const tagged = blue.resources.filter(
      ({ inputs }) => typeof inputs["tags"] === "object" && !Array.isArray(inputs["tags"]),
    );
    expect(tagged.length).toBeGreaterThan(50);
    for (const { name, inputs } of tagged) {
      expect([name, inputs["tags"]]).toEqual([name, expect.objectContaining({ "holdfast:cluster": "blue" })]);
    }
  });

  test("puts no private key in the clear", () => {
    const plain = JSON.stringify(blue.resources, (_, value: unknown) => (value instanceof Secret ? "[secret]" : value));
    const userData = blue.resources.map(({ inputs }) => inputs["userData"]).filter((text) => typeof text === "string");
    expect(userData).toHaveLength(4);
    for (const text of [plain, ...userData.map((encoded) => Buffer.from(encoded, "base64").toString())]) {
      expect(text).not.toMatch(/private key of|PRIVATE KEY/);
    }
  });

  test("gives each kind of machine its own security group, and only that", async () => {
    const { ofType } = await deployCluster(specOf({ ...settings, etcd: external }));
    const templates = Object.values(ofType("aws:ec2/launchTemplate:LaunchTemplate")).map(({ name, inputs }) => {
      const [card] = (inputs["networkInterfaces"] ?? []) as { securityGroups?: string[] }[];
      return [name, card?.securityGroups ?? inputs["vpcSecurityGroupIds"]];
    });
    expect(Object.fromEntries(templates)).toEqual({
      ...member("etcd", "etcd"),
      ...member("control-plane", "controlPlane"),
      "blue-workers-general-template": ["blue-firewall-workers-id"],
    });
  });

  test("in production, keeps what cannot be made again", () => {
    const kept = blue.resources.filter(({ options }) => options.retainOnDelete);
    const kinds = [...new Set(kept.map(({ type }) => type.split(":").at(-1)))].sort();
    expect(kinds).toEqual(["Bucket", "Key", "LogGroup", "Parameter", "PrivateKey", "SelfSignedCert", "Volume"]);
    for (const { options } of kept) expect(options.protect).toBe(true);
  });

  test("where nothing is protected, leaves nothing behind", async () => {
    const { resources } = await deployCluster(specOf({ ...settings, protect: false }));
    expect(resources.filter(({ options }) => options.protect || options.retainOnDelete)).toEqual([]);
  });

  test("a pool that is added changes nothing of what there is", async () => {
    const more = await deployCluster(specOf({ ...settings, workers: { a: pool, general: pool } }));
    const changed = differences(blue, more).filter((one) => !/blue-workers-a|-a-drain$/.test(one));
    expect(changed).toEqual([]);
  });

  test("has addresses for people: inside, and outside on request", async () => {
    expect(blue.outputs).toEqual({ apiUrl: "https://api.blue.holdfast.internal:6443", publicApiUrl: undefined });
    const facing = { name: "k8s.example.com", hostedZoneId: "Z0123456789ABCDEFGHIJ", allowedCidrs: ["203.0.113.0/24"] };
    const open = await deployCluster(specOf({ ...settings, api: { public: facing } }));
    expect(open.outputs).toMatchObject({ publicApiUrl: "https://k8s.example.com:6443" });
    expect(open.get("blue-api-public", "LoadBalancer").inputs).toMatchObject({
      subnets: ["a", "b", "c"].map((zone) => `blue-network-public-eu-central-1${zone}-id`),
      securityGroups: ["blue-firewall-publicApiLoadBalancer-id"],
    });
    for (const { name, inputs } of groups(open).filter((group) => group.name.includes("control-plane"))) {
      expect([name, inputs["targetGroupArns"]]).toEqual([
        name,
        ["arn:aws:lb:eu-central-1:123456789012:blue-api", "arn:aws:lb:eu-central-1:123456789012:blue-api-public"],
      ]);
    }
  });

  test("without NAT, machines boot after the endpoints that lead to AWS", async () => {
    const isolated = await deployCluster(
      specOf({
        ...settings,
        network: { nat: "none", interfaceEndpoints: true },
        nodes: { assets: { baseUrl: "https://mirror.example.com" } },
      }),
    );
    for (const { options } of groups(isolated)) expect(options.dependsOn).toContain("blue-endpoints");
    expect(isolated.get("blue-endpoints-ssm").inputs["securityGroupIds"]).toEqual(["blue-firewall-endpoints-id"]);
  });
});

function member(part: string, role: string): Record<string, string[]> {
  return Object.fromEntries(
    ["a", "b", "c"].map((letter) => [`blue-${part}-${letter}-template`, [`blue-firewall-${role}-id`]]),
  );
}
