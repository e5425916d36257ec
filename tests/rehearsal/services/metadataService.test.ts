import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { Server } from "node:http";
import { startMetadataService } from "../../../rehearsal/services/metadataService";
import { type InstanceFacts, lookUp, metadataTree } from "../../../rehearsal/services/metadataTree";

const facts: InstanceFacts = {
  id: "i-0123456789abcdef0",
  address: "10.0.0.11",
  mac: "02:00:00:00:00:0b",
  privateDnsName: "ip-10-0-0-11.eu-central-1.compute.internal",
  instanceType: "m6i.large",
  imageId: "ami-1",
  architecture: "x86_64",
  region: "eu-central-1",
  zone: "eu-central-1b",
  accountId: "123456789012",
  vpcId: "vpc-1",
  vpcCidr: "10.0.0.0/16",
  subnetId: "subnet-1",
  subnetCidr: "10.0.0.0/20",
  securityGroups: { "sg-1": "workers", "sg-2": "extra" },
  targetLifecycleState: "InService",
  role: {
    name: "node",
    credentials: {
      AccessKeyId: "ASIA1",
      SecretAccessKey: "secret",
      Token: "token",
      Expiration: "2026-11-21T12:00:00Z",
      LastUpdated: "2026-11-21T06:00:00Z",
    },
  },
  userData: "#cloud-config\n",
};
const read = (path: string, of: InstanceFacts = facts): string | undefined =>
  lookUp(
    metadataTree(of),
    path.split("/").filter((segment) => segment !== ""),
  );

describe("metadata of an instance", () => {
  const card = "network/interfaces/macs/02:00:00:00:00:0b";
  test.each([
    ["user-data", "#cloud-config\n"],
    ["meta-data/instance-id", "i-0123456789abcdef0"],
    ["meta-data/local-ipv4", "10.0.0.11"],
    ["meta-data/local-hostname", "ip-10-0-0-11.eu-central-1.compute.internal"],
    ["meta-data/mac", "02:00:00:00:00:0b"],
    ["meta-data/placement/region", "eu-central-1"],
    ["meta-data/placement/availability-zone", "eu-central-1b"],
    ["meta-data/placement", "availability-zone\nregion"],
    ["meta-data/network/interfaces/macs", "02:00:00:00:00:0b/"],
    [`meta-data/${card}/vpc-id`, "vpc-1"],
    [`meta-data/${card}/subnet-id`, "subnet-1"],
    [`meta-data/${card}/subnet-ipv4-cidr-block`, "10.0.0.0/20"],
    [`meta-data/${card}/security-group-ids`, "sg-1\nsg-2"],
    ["meta-data/iam/security-credentials/", "node"],
    ["meta-data/autoscaling/target-lifecycle-state", "InService"],
    ["meta-data/security-groups", "workers\nextra"],
    ["", "dynamic/\nmeta-data/\nuser-data"],
  ])("%s", (path, expected) => {
    expect(read(path)).toBe(expected);
  });

  test.each([
    "meta-data/spot/instance-action",
    "meta-data/tags/instance",
    "meta-data/nothing",
    "user-data/x",
    "meta-data/mac/x",
  ])("%s is absent", (path) => {
    expect(read(path)).toBeUndefined();
  });

  test("credentials have the format that SDKs read", () => {
    expect(JSON.parse(read("meta-data/iam/security-credentials/node") ?? "")).toEqual({
      Code: "Success",
      Type: "AWS-HMAC",
      ...facts.role?.credentials,
    });
  });

  test("the identity document has region and zone", () => {
    expect(JSON.parse(read("dynamic/instance-identity/document") ?? "")).toMatchObject({
      instanceId: facts.id,
      region: "eu-central-1",
      availabilityZone: "eu-central-1b",
      privateIp: "10.0.0.11",
    });
  });

  test("contains announcements and tags", () => {
    const told: InstanceFacts = {
      ...facts,
      targetLifecycleState: "Terminated",
      spotInterruption: { action: "terminate", time: "2026-11-21T12:02:00Z" },
      tags: { Name: "worker", "holdfast:role": "worker" },
    };
    expect(read("meta-data/autoscaling/target-lifecycle-state", told)).toBe("Terminated");
    expect(JSON.parse(read("meta-data/spot/instance-action", told) ?? "")).toEqual(told.spotInterruption);
    expect(read("meta-data/tags/instance", told)).toBe("Name\nholdfast:role");
    expect(read("meta-data/tags/instance/holdfast:role", told)).toBe("worker");
  });

  test("inherited properties are not paths", () => {
    expect(read("meta-data/constructor")).toBeUndefined();
  });
});

describe("the metadata service", () => {
  let server: Server;
  let url: string;
  let known = true;
  beforeAll(async () => {
    server = await startMetadataService({
      host: "127.0.0.1",
      port: 0,
      instanceAt: (address) => Promise.resolve(known && address === "127.0.0.1" ? facts : undefined),
    });
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  beforeEach(() => {
    known = true;
  });

  const token = (ttl: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${url}/latest/api/token`, {
      method: "PUT",
      headers: { "X-aws-ec2-metadata-token-ttl-seconds": ttl, ...headers },
    });

  test("issues a token with its TTL, and answers requests with it", async () => {
    const granted = await token("60");
    expect(granted.headers.get("X-Aws-Ec2-Metadata-Token-Ttl-Seconds")).toBe("60");
    const headers = { "X-aws-ec2-metadata-token": await granted.text() };
    const answer = await fetch(`${url}/latest/meta-data/instance-id`, { headers });
    expect([answer.status, await answer.text()]).toEqual([200, facts.id]);
    const dated = await fetch(`${url}/2021-03-23/meta-data/placement/region`, { headers });
    expect(await dated.text()).toBe("eu-central-1");
    expect((await fetch(`${url}/latest/meta-data/nothing`, { headers })).status).toBe(404);
    expect((await fetch(`${url}/latest/user-data`, { headers, method: "POST" })).status).toBe(405);
  });

  test.each([
    ["no token", {}],
    ["a wrong token", { "X-aws-ec2-metadata-token": "guess" }],
  ])("answers 401 with %s", async (_case, headers) => {
    expect((await fetch(`${url}/latest/meta-data/`, { headers: headers as Record<string, string> })).status).toBe(401);
  });

  test.each([["0"], ["21601"], ["soon"], [""]])("refuses a TTL of %j", async (ttl) => {
    expect((await token(ttl)).status).toBe(400);
  });

  test("issues no token for a forwarded request", async () => {
    expect((await token("60", { "X-Forwarded-For": "10.0.0.5" })).status).toBe(403);
  });

  test("a token expires", async () => {
    const headers = { "X-aws-ec2-metadata-token": await (await token("1")).text() };
    expect((await fetch(`${url}/latest/user-data`, { headers })).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 1050));
    expect((await fetch(`${url}/latest/user-data`, { headers })).status).toBe(401);
  });

  test("refuses addresses without an instance", async () => {
    known = false;
    expect((await token("60")).status).toBe(403);
  });
});
