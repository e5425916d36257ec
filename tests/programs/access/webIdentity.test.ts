/** IAM roles for ServiceAccounts: token of a real API server, published issuer, and the verification by STS. */
import { readFileSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Issuer } from "../../../components/access/serviceAccounts/issuer";
import { ServiceAccountRole } from "../../../components/access/serviceAccounts/serviceAccountRole";
import { fetchAwsAccount } from "../../../components/aws/awsAccount";
import { findFreePort } from "../../../operations/tunnel/session";
import { prepareAssets } from "../../../rehearsal/assets";
import { startAwsApi } from "../../../rehearsal/aws/api/awsApi";
import { awsClients } from "../../../rehearsal/aws/awsClients";
import { startMoto } from "../../../rehearsal/aws/moto";
import { createResources, resourceHandlers } from "../../../rehearsal/aws/resources/createResources";
import type { CloudResource } from "../../../rehearsal/aws/resources/resourceHandler";
import type { Service } from "../../../rehearsal/services/service";
import { refuseWebIdentity } from "../../../rehearsal/aws/api/webIdentity";
import { account, deploy, region } from "../../mocks";
import { ApiServer } from "./apiServer";

let server: ApiServer;
let moto: Service;
let proxy: Server;
let roleArn = "";

/** Resources of the components, with names from Pulumi mocks. */
async function declared(publicKey: string): Promise<readonly CloudResource[]> {
  const { resources } = await deploy(() => {
    const { url, providerArn } = new Issuer("blue-issuer", {
      cluster: "blue",
      awsAccount: fetchAwsAccount(region, {}),
      host: "s3",
      publicKeys: [publicKey],
      accessLogsBucket: "logs",
      protect: false,
    });
    new ServiceAccountRole("blue-csi", {
      cluster: "blue",
      awsAccount: fetchAwsAccount(region, {}),
      issuer: { url, providerArn },
      namespace: "kube-system",
      serviceAccount: "csi",
      policy: [{ Sid: "DescribeVolumes", Effect: "Allow", Action: ["ec2:DescribeVolumes"], Resource: "*" }],
    });
  });
  return resources
    .filter(({ type }) => type in resourceHandlers)
    .map(({ type, name, inputs }) => ({
      type,
      name,
      inputs,
      urn: `${type}::${name}`,
      id: `${name}-id`,
      dependsOn: [],
      outputs: {
        arn: `arn:aws:${type.split(/[:/]/)[1] ?? ""}:${region}:${account}:${name}`,
        name: type.startsWith("aws:iam/") ? `${name}-name` : undefined,
      },
    }));
}

beforeAll(async () => {
  const { tools } = await prepareAssets({ kubernetesVersion: "1.36.3", report: () => undefined });
  server = await ApiServer.create("https://blue-issuer-documents-id.s3.example");
  const port = await findFreePort();
  const endpoint = `http://127.0.0.1:${port}`;
  moto = await startMoto(tools.motoServer, server.path("moto"), port);
  const aws = awsClients(endpoint, region);
  proxy = await startAwsApi({
    host: "127.0.0.1",
    port: 0,
    moto: { host: "127.0.0.1", port },
    override: (call) => refuseWebIdentity(call, aws),
    onChange: () => undefined,
    record: () => undefined,
  });
  const made = await createResources(await declared(readFileSync(server.path("kubernetes/pki/sa.pub"), "utf8")), {
    aws,
    region,
    bundles: {},
  });
  roleArn = String(made.find(({ type }) => type === "aws:iam/role:Role")?.outputs["arn"]);
  await server.configure({});
  await server.create(
    ...["csi", "other"].map((name) => ({
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name, namespace: "kube-system" },
    })),
  );
}, 1_800_000);

afterAll(async () => {
  proxy.close();
  await moto.stop();
  await server.destroy();
});

async function token(serviceAccount: string, audience?: string): Promise<string> {
  const { body } = await server.request(
    server.admin,
    "POST",
    `/api/v1/namespaces/kube-system/serviceaccounts/${serviceAccount}/token`,
    {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { audiences: audience === undefined ? undefined : [audience] },
    },
  );
  return (body as { status: { token: string } }).status.token;
}

/** AssumeRoleWithWebIdentity, as an AWS SDK calls it with the environment of `podIdentity`. */
async function assume(WebIdentityToken: string): Promise<{ status: number; text: string }> {
  const { port } = proxy.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/`, {
    method: "POST",
    body: new URLSearchParams({
      Action: "AssumeRoleWithWebIdentity",
      Version: "2011-06-15",
      RoleArn: roleArn,
      RoleSessionName: "pod",
      WebIdentityToken,
    }),
  });
  return { status: response.status, text: await response.text() };
}

test("the ServiceAccount can assume its role", async () => {
  const { status, text } = await assume(await token("csi", "sts.amazonaws.com"));
  expect({ status, text }).toMatchObject({ status: 200, text: expect.stringContaining("<AccessKeyId>") as unknown });
});

test("another ServiceAccount cannot", async () => {
  expect(await assume(await token("other", "sts.amazonaws.com"))).toMatchObject({ status: 403 });
});

test("a token for the API server is refused", async () => {
  const { status, text } = await assume(await token("csi"));
  expect(status).toBe(400);
  expect(text).toContain("Incorrect token audience");
});
