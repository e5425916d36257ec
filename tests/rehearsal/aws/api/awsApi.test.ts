import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { type AwsReply, type CallRecord, startAwsApi } from "../../../../rehearsal/aws/api/awsApi";
import { type AwsCall, isMutating, readCall } from "../../../../rehearsal/aws/api/awsCall";
import { AwsRefusal } from "../../../../rehearsal/aws/api/awsRefusal";
import { refusalReply, successReply } from "../../../../rehearsal/aws/api/queryProtocol";

const signed = (service: string): string =>
  `AWS4-HMAC-SHA256 Credential=ASIA1/20261121/eu-central-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
const form = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };

describe("AWS calls", () => {
  const target = { "x-amz-target": "AmazonSSM.PutParameter", authorization: signed("ssm") };
  test.each([
    ["form", { ...form, authorization: signed("ec2") }, "POST /", "Action=AttachVolume", "ec2", "AttachVolume"],
    ["target header", target, "POST /", "", "ssm", "PutParameter"],
    ["REST", { authorization: signed("s3") }, "PUT /bucket/key?versionId=1", "", "s3", "PUT /bucket/key"],
    ["unsigned", {}, "GET /", "", "", "GET /"],
  ])("service and action of a %s request", (_kind, headers, line, body, service, action) => {
    const [method = "", url = ""] = line.split(" ");
    expect(readCall({ method, url, headers, body })).toMatchObject({ service, action });
  });
  test.each([
    ["AttachVolume", true],
    ["SetDesiredCapacity", true],
    ["PUT /bucket/key", true],
    ["POST /2013-04-01/hostedzone/Z1/rrset", true],
    ["DescribeVolumes", false],
    ["GetParameters", false],
    ["GET /bucket/key", false],
    ["Decrypt", false],
  ])("%s is mutating: %s", (action, expected) => {
    expect(isMutating({ service: "", action, form: new URLSearchParams() })).toBe(expected);
  });
});

describe("the proxy", () => {
  const seen: { method: string; url: string; headers: IncomingMessage["headers"]; body: Buffer }[] = [];
  const changed: string[] = [];
  const records: CallRecord[] = [];
  let override: (call: AwsCall) => AwsReply | undefined = () => undefined;
  let unreachable: string | undefined;
  let rewrite: ((body: string) => string) | undefined;
  let moto: Server;
  let proxy: Server;
  let url: string;
  beforeAll(async () => {
    moto = createServer((request, response) => {
      void buffer(request).then((body) => {
        seen.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers, body });
        const refuse = request.url === "/refuse";
        response.writeHead(refuse ? 403 : 200, { "x-amz-request-id": "r1", "content-type": "text/xml" });
        response.end(`<ok>${body.length}</ok>`);
      });
    });
    await once(moto.listen(0, "127.0.0.1"), "listening");
    proxy = await startAwsApi({
      host: "127.0.0.1",
      port: 0,
      moto: { host: "127.0.0.1", port: (moto.address() as AddressInfo).port },
      override: (call) => Promise.resolve(override(call)),
      rewriter: () => rewrite,
      isUnreachable: ({ service }) => service === unreachable,
      onChange: ({ action }) => changed.push(action),
      record: (call) => records.push(call),
    });
    url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    for (const server of [proxy, moto]) {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    }
  });
  beforeEach(() => {
    override = () => undefined;
    unreachable = undefined;
    rewrite = undefined;
    for (const list of [seen, changed, records]) list.length = 0;
  });

  const post = (body: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(url, { method: "POST", body, headers: { ...form, authorization: signed("ec2"), ...headers } });

  test("forwards a call unchanged and reports the change", async () => {
    const answer = await post("Action=AttachVolume&VolumeId=vol-1");
    expect([answer.status, answer.headers.get("x-amz-request-id")]).toEqual([200, "r1"]);
    expect(await answer.text()).toBe("<ok>34</ok>");
    expect(seen[0]).toMatchObject({ method: "POST", url: "/", headers: { authorization: signed("ec2") } });
    expect(seen[0]?.body.toString()).toBe("Action=AttachVolume&VolumeId=vol-1");
    expect(changed).toEqual(["AttachVolume"]);
    expect(records).toMatchObject([{ from: "127.0.0.1", service: "ec2", action: "AttachVolume", status: 200 }]);
  });

  test("streams large objects byte for byte", async () => {
    const body = Buffer.alloc(3_000_000, "0123456789");
    await fetch(`${url}/bucket/key`, { method: "PUT", body, headers: { authorization: signed("s3") } });
    expect(seen[0]?.body.equals(body)).toBe(true);
    expect(changed).toEqual(["PUT /bucket/key"]);
  });

  test("reports no change for read-only or refused calls", async () => {
    await post("Action=DescribeVolumes");
    expect((await fetch(`${url}/refuse`, { method: "PUT", body: "x" })).status).toBe(403);
    expect(changed).toEqual([]);
    expect(records.map(({ status }) => status)).toEqual([200, 403]);
  });

  test("overrides moto's answer", async () => {
    const refusal = refusalReply("ec2", new AwsRefusal("VolumeInUse", "vol-1 is attached"));
    override = ({ action }) => (action === "AttachVolume" ? refusal : undefined);
    const refused = await post("Action=AttachVolume&VolumeId=vol-1");
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain("<Code>VolumeInUse</Code>");
    override = ({ action }) => successReply("autoscaling", action, {});
    const done = await post("Action=CompleteLifecycleAction&InstanceId=i-1", { authorization: signed("autoscaling") });
    expect(await done.text()).toContain("<CompleteLifecycleActionResult></CompleteLifecycleActionResult>");
    expect(seen).toEqual([]);
    expect(changed).toEqual(["CompleteLifecycleAction"]);
  });

  test("rewrites moto's answer to another length", async () => {
    rewrite = (body) => `${body}, as ä AWS says`;
    const answer = await post("Action=DescribeLoadBalancers");
    expect([answer.status, answer.headers.get("x-amz-request-id")]).toEqual([200, "r1"]);
    expect(await answer.text()).toBe("<ok>28</ok>, as ä AWS says");
    expect(records).toMatchObject([{ action: "DescribeLoadBalancers", status: 200 }]);
  });

  test("closes connections to an unreachable service before moto or the rehearsal receive the call", async () => {
    unreachable = "s3";
    const put = { method: "PUT", body: "backup", headers: { authorization: signed("s3") } };
    await expect(fetch(`${url}/bucket/key`, put)).rejects.toThrow("fetch failed");
    expect([seen.length, changed.length, records.length]).toEqual([0, 0, 0]);
    expect((await post("Action=AttachVolume&VolumeId=vol-1")).status).toBe(200);
  });

  test("answers 502 without moto", async () => {
    const proxyAlone = await startAwsApi({
      host: "127.0.0.1",
      port: 0,
      moto: { host: "127.0.0.1", port: 1 },
      override: () => Promise.resolve(undefined),
      onChange: () => undefined,
      record: () => undefined,
    });
    const answer = await fetch(`http://127.0.0.1:${(proxyAlone.address() as AddressInfo).port}/`);
    expect(answer.status).toBe(502);
    proxyAlone.closeAllConnections();
    proxyAlone.close();
  });
});
