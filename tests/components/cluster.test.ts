import { Cluster } from "../../components/cluster";
import type { ClusterSpec } from "../../components/clusterSpec";
import type { Member } from "../../components/etcd/members.plan";
import { Secret, deploy } from "../mocks";
import type { Deployment } from "../mocks";
import { specOf, withoutInternet } from "../specs";

type Whole = Deployment<unknown>;

const pool = { instanceTypes: ["m7i.large"], min: 1, max: 3 };
const settings = { name: "blue", workers: { general: pool } };
const external = { topology: "external", members: 3, instanceType: "m7g.large" };

async function deployCluster(spec: ClusterSpec, retainedVolumes: readonly Member[] = []): Promise<Whole> {
  return deploy(() => {
    const cluster = new Cluster(spec.name, { spec, retainedVolumes });
    return { apiUrl: cluster.apiUrl, publicApiUrl: cluster.publicApiUrl };
  });
}

/** `<type> <name>` of the resources that differ between two deployments. */
function differences(before: Whole, after: Whole): string[] {
  const texts = ({ resources }: Whole) =>
    new Map(
      resources.map((resource) => [`${resource.type.split(":").at(-1)} ${resource.name}`, JSON.stringify(resource)]),
    );
  const [old, now] = [texts(before), texts(after)];
  return [...new Set([...old.keys(), ...now.keys()])].filter((key) => old.get(key) !== now.get(key)).sort();
}

function groups(whole: Whole) {
  return Object.values(whole.ofType("aws:autoscaling/group:Group"));
}

test.each([
  ["stacked", { topology: "stacked" }, []],
  // Their API servers list the members of external etcd.
  ["external", external, ["a", "b", "c"]],
])("another number of %s members replaces no machine of etcd and no worker", async (topology, etcd, replaced) => {
  const withMembers = (count: number): ClusterSpec => {
    const members =
      topology === "stacked" ? { controlPlane: { members: count } } : { etcd: { ...etcd, members: count } };
    return specOf({ ...settings, etcd, ...members });
  };
  const three = await deployCluster(withMembers(3));
  const one = await deployCluster(withMembers(1), [{ name: "c", zone: "eu-central-1c" }]);
  const shared = /:(LaunchTemplate|Group|Parameter|BucketObjectv2|Volume)$/;
  const changed = one.resources.filter(
    ({ type, name, inputs }) =>
      shared.test(type) && JSON.stringify(inputs) !== JSON.stringify(three.get(name, type.split(":").at(-1)).inputs),
  );
  expect(changed.map(({ name }) => name)).toEqual([
    "blue-members",
    ...replaced.flatMap((letter) =>
      ["template", "configuration"].map((part) => `blue-control-plane-${letter}-${part}`),
    ),
  ]);
  expect(Object.keys(one.ofType("aws:ebs/volume:Volume"))).toEqual(["blue-etcd-volume-a", "blue-etcd-volume-c"]);
});

describe("cluster", () => {
  let blue: Whole;
  beforeAll(async () => {
    blue = await deployCluster(specOf(settings));
  });

  test("groups change after the parameter of the wanted members", () => {
    expect(blue.get("blue-members").inputs).toMatchObject({
      name: "/holdfast/blue/members",
      insecureValue: '{"control-plane":["a","b","c"],"etcd":["a","b","c"]}',
    });
    for (const { options } of groups(blue)) expect(options.dependsOn).toContain("blue-members");
  });

  test("creates its components in dependency order", () => {
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
      "aws:ssm/parameter:Parameter blue-members",
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

  test("every resource has a parent and the cluster's name as prefix", () => {
    const orphans = blue.resources.filter(({ parent }) => parent === undefined);
    expect(orphans.map(({ type, name }) => `${type} ${name}`)).toEqual(["holdfast:index:Cluster blue"]);
    for (const { name } of blue.resources) expect(name).toMatch(/^blue(-|$)/);
  });

  test("instances boot after network, firewall rules, parameters and the API's load balancer", () => {
    expect(groups(blue).map(({ name }) => name)).toHaveLength(4);
    for (const { options } of groups(blue)) {
      expect(options.dependsOn).toEqual(
        expect.arrayContaining(["blue-network", "blue-firewall", "blue-pki", "blue-api", "blue-node"]),
      );
    }
  });

  test("every taggable resource has the cluster's tag", () => {
    const tagged = blue.resources.filter(
      ({ inputs }) => typeof inputs["tags"] === "object" && !Array.isArray(inputs["tags"]),
    );
    expect(tagged.length).toBeGreaterThan(50);
    for (const { name, inputs } of tagged) {
      expect([name, inputs["tags"]]).toEqual([name, expect.objectContaining({ "holdfast:cluster": "blue" })]);
    }
  });

  test("no private key is in plain text", () => {
    const plain = JSON.stringify(blue.resources, (_, value: unknown) => (value instanceof Secret ? "[secret]" : value));
    const userData = blue.resources.map(({ inputs }) => inputs["userData"]).filter((text) => typeof text === "string");
    expect(userData).toHaveLength(4);
    for (const text of [plain, ...userData.map((encoded) => Buffer.from(encoded, "base64").toString())]) {
      expect(text).not.toMatch(/private key of|PRIVATE KEY/);
    }
  });

  test("each machine role has its own security group only", async () => {
    const { ofType } = await deployCluster(specOf({ ...settings, etcd: external }));
    const templates = Object.values(ofType("aws:ec2/launchTemplate:LaunchTemplate")).map(({ name, inputs }) => {
      const [card] = (inputs["networkInterfaces"] ?? []) as { securityGroups?: string[] }[];
      return [name, card?.securityGroups ?? inputs["vpcSecurityGroupIds"]];
    });
    expect(Object.fromEntries(templates)).toEqual({
      ...member("etcd", "etcd"),
      ...member("control-plane", "control-plane"),
      "blue-workers-general-template": ["blue-firewall-worker-id"],
    });
  });

  test("with protect, irreplaceable resources are protected and retained", () => {
    const kept = blue.resources.filter(({ options }) => options.retainOnDelete);
    const kinds = [...new Set(kept.map(({ type }) => type.split(":").at(-1)))].sort();
    expect(kinds).toEqual(["Bucket", "Key", "LogGroup", "Parameter", "PrivateKey", "SelfSignedCert", "Volume"]);
    for (const { options } of kept) expect(options.protect).toBe(true);
  });

  test("without protect, nothing is retained", async () => {
    const { resources } = await deployCluster(specOf({ ...settings, protect: false }));
    expect(resources.filter(({ options }) => options.protect || options.retainOnDelete)).toEqual([]);
  });

  test("adding a pool changes no existing resource", async () => {
    const more = await deployCluster(specOf({ ...settings, workers: { a: pool, general: pool } }));
    const changed = differences(blue, more).filter((one) => !/blue-workers-a|-a-drain$/.test(one));
    expect(changed).toEqual([]);
  });

  test("a public API has its own URL and load balancer", async () => {
    expect(blue.outputs).toEqual({ apiUrl: "https://api.blue.holdfast.internal:6443", publicApiUrl: undefined });
    const publicApi = {
      name: "k8s.example.com",
      hostedZoneId: "Z0123456789ABCDEFGHIJ",
      allowedCidrs: ["203.0.113.0/24"],
    };
    const open = await deployCluster(specOf({ ...settings, api: { public: publicApi } }));
    expect(open.outputs).toMatchObject({ publicApiUrl: "https://k8s.example.com:6443" });
    expect(open.get("blue-api-public", "LoadBalancer").inputs).toMatchObject({
      subnets: ["a", "b", "c"].map((zone) => `blue-network-public-eu-central-1${zone}-id`),
      securityGroups: ["blue-firewall-public-api-load-balancer-id"],
    });
    for (const { name, inputs } of groups(open).filter((group) => group.name.includes("control-plane"))) {
      expect([name, inputs["targetGroupArns"]]).toEqual([
        name,
        ["arn:aws:lb:eu-central-1:123456789012:blue-api", "arn:aws:lb:eu-central-1:123456789012:blue-api-public"],
      ]);
    }
  });

  test("without NAT, instances boot after the interface endpoints", async () => {
    const isolated = await deployCluster(specOf({ ...settings, ...withoutInternet }));
    for (const { options } of groups(isolated)) expect(options.dependsOn).toContain("blue-endpoints");
    expect(isolated.get("blue-endpoints-ssm").inputs["securityGroupIds"]).toEqual(["blue-firewall-endpoints-id"]);
  });
});

function member(part: string, role: string): Record<string, string[]> {
  return Object.fromEntries(
    ["a", "b", "c"].map((letter) => [`blue-${part}-${letter}-template`, [`blue-firewall-${role}-id`]]),
  );
}
