import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import {
  type AwsReply,
  autoScalingReply,
  type CallRecord,
  ec2Error,
  startAwsApi,
} from "../../../../rehearsal/aws/api/awsApi";
import { type AwsCall, changes, listParameter, readCall } from "../../../../rehearsal/aws/api/awsCall";

const signed = (service: string): string =>
  `AWS4-HMAC-SHA256 Credential=ASIA1/20261121/eu-central-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
const form = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };

describe("what a request asks for", () => {
  test.each([
    [
      "a form",
      { ...form, authorization: signed("ec2") },
      "POST",
      "/",
      "Action=AttachVolume&VolumeId=vol-1",
      "ec2",
      "AttachVolume",
    ],
    [
      "a target header",
      { "x-amz-target": "AmazonSSM.PutParameter", authorization: signed("ssm") },
      "POST",
      "/",
      "",
      "ssm",
      "PutParameter",
    ],
    ["REST", { authorization: signed("s3") }, "PUT", "/bucket/key?versionId=1", "", "s3", "PUT /bucket/key"],
    ["an unsigned request", {}, "GET", "/", "", "", "GET /"],
  ])("%s", (_what, headers, method, url, body, service, action) => {
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
  ])("%s changes something: %s", (action, expected) => {
    expect(changes({ service: "", action, form: new URLSearchParams() })).toBe(expected);
  });

  test("lists are read in both spellings, and no other parameter for them", () => {
    const parameters = new URLSearchParams(
      "InstanceId.1=i-1&InstanceId.2=i-2&MachineReconciler.member.1=g&InstanceIdX.1=no&X.InstanceId.1=no",
    );
    expect(listParameter(parameters, "InstanceId")).toEqual(["i-1", "i-2"]);
    expect(listParameter(parameters, "MachineReconciler")).toEqual(["g"]);
  });
});

describe("the proxy", () => {
  const seen: { method: string; url: string; headers: IncomingMessage["headers"]; body: Buffer }[] = [];
  const changed: string[] = [];
  const records: CallRecord[] = [];
  let own: (call: AwsCall) => AwsReply | undefined = () => undefined;
  let away: string | undefined;
  let reword: ((body: string) => string) | undefined;
  let behind: Server;
  let proxy: Server;
  let url: string;
  beforeAll(async () => {
    behind = createServer((request, response) => {
      void buffer(request).then((body) => {
        seen.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers, body });
        const refuse = request.url === "/refuse";
        response.writeHead(refuse ? 403 : 200, { "x-amz-request-id": "r1", "content-type": "text/xml" });
        response.end(`<ok>${body.length}</ok>`);
      });
    });
    behind.listen(0, "127.0.0.1");
    await once(behind, "listening");
    proxy = await startAwsApi({
      host: "127.0.0.1",
      port: 0,
      moto: { host: "127.0.0.1", port: (behind.address() as AddressInfo).port },
      answer: (call) => Promise.resolve(own(call)),
      reword: () => reword,
      unreachable: ({ service }) => service === away,
      changed: ({ action }) => changed.push(action),
      record: (call) => records.push(call),
    });
    url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    for (const server of [proxy, behind]) {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    }
  });
  beforeEach(() => {
    own = () => undefined;
    away = undefined;
    reword = undefined;
    for (const list of [seen, changed, records]) list.length = 0;
  });

  const post = (body: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(url, { method: "POST", body, headers: { ...form, authorization: signed("ec2"), ...headers } });

  test("passes a call unchanged, and tells afterwards that something changed", async () => {
    const answer = await post("Action=AttachVolume&VolumeId=vol-1");
    expect([answer.status, answer.headers.get("x-amz-request-id"), await answer.text()]).toEqual([
      200,
      "r1",
      "<ok>34</ok>",
    ]);
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

  test("tells nothing of what only looks, or was refused", async () => {
    await post("Action=DescribeVolumes");
    expect((await fetch(`${url}/refuse`, { method: "PUT", body: "x" })).status).toBe(403);
    expect(changed).toEqual([]);
    expect(records.map(({ status }) => status)).toEqual([200, 403]);
  });

  test("answers in moto's place where it has to", async () => {
    own = ({ action }) => (action === "AttachVolume" ? ec2Error("VolumeInUse", "vol-1 is attached") : undefined);
    const refused = await post("Action=AttachVolume&VolumeId=vol-1");
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain("<Code>VolumeInUse</Code>");
    own = ({ action }) => autoScalingReply(action);
    const done = await post("Action=CompleteLifecycleAction&InstanceId=i-1", { authorization: signed("autoscaling") });
    expect(await done.text()).toContain("<CompleteLifecycleActionResult></CompleteLifecycleActionResult>");
    expect(seen).toEqual([]);
    expect(changed).toEqual(["CompleteLifecycleAction"]);
  });

  test("words moto's answer anew where it has to, whatever its length", async () => {
    reword = (body) => `${body}, as ä AWS says`;
    const answer = await post("Action=DescribeLoadBalancers");
    expect([answer.status, answer.headers.get("x-amz-request-id")]).toEqual([200, "r1"]);
    expect(await answer.text()).toBe("<ok>28</ok>, as ä AWS says");
    expect(records).toMatchObject([{ action: "DescribeLoadBalancers", status: 200 }]);
  });

  test("a service that is unreachable answers nothing at all, and neither moto nor the rehearsal hears of the call", async () => {
    away = "s3";
    const put = { method: "PUT", body: "backup", headers: { authorization: signed("s3") } };
    await expect(fetch(`${url}/bucket/key`, put)).rejects.toThrow("fetch failed");
    expect([seen.length, changed.length, records.length]).toEqual([0, 0, 0]);
    expect((await post("Action=AttachVolume&VolumeId=vol-1")).status).toBe(200);
  });

  test("an AWS that is gone is a bad gateway, not a hang", async () => {
    const lonely = await startAwsApi({
      host: "127.0.0.1",
      port: 0,
      moto: { host: "127.0.0.1", port: 1 },
      answer: () => Promise.resolve(undefined),
      changed: () => undefined,
      record: () => undefined,
    });
    const answer = await fetch(`http://127.0.0.1:${(lonely.address() as AddressInfo).port}/`);
    expect(answer.status).toBe(502);
    lonely.closeAllConnections();
    lonely.close();
  });
});
