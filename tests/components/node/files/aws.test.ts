import { existsSync, readFileSync } from "node:fs";
import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { EC2Client } from "@aws-sdk/client-ec2";
import { Route53Client } from "@aws-sdk/client-route-53";
import { SSMClient } from "@aws-sdk/client-ssm";
import { knownRegions } from "../../../../components/settings/regions";
import { Certificates } from "../../pki/certificates";
import { FakeAws, secretTexts } from "./awsSupport";
import { FakeMachine, machines } from "../nodeSupport";

jest.setTimeout(30_000);

let aws: FakeAws;
let machine: FakeMachine;
beforeEach(async () => {
  aws = await FakeAws.start();
  machine = new FakeMachine(machines.controlPlane, {}, aws.environment);
});
afterEach(() => aws.stop());

describe("signed requests", () => {
  test.each([
    ["ssm", "ssm/eu-central-1", `ssm_call GetParameters '{"Names":["/a b"]}'`, "POST", "/"],
    ["ec2", "ec2/eu-central-1", "ec2_call DescribeVolumes 'VolumeId.1=vol-1 &x'", "POST", "/"],
    [
      "route53",
      "route53/us-east-1",
      `aws_request route53 "$(aws_endpoint route53)/2013-04-01/hostedzone/Z1/rrset" -X POST --data-binary '<a/>'`,
      "POST",
      "/2013-04-01/hostedzone/Z1/rrset",
    ],
    ["s3 read", "s3/eu-central-1", `aws_request s3 "$(s3_url bucket blue/created)"`, "GET", "/bucket/blue/created"],
    [
      "s3 write",
      "s3/eu-central-1",
      `aws_request s3 "$(s3_url bucket blue/created)" -X PUT -H 'If-None-Match: *' --data-binary '{"a": 1}'`,
      "PUT",
      "/bucket/blue/created",
    ],
    [
      "s3 write with metadata, a checksum and a condition",
      "s3/eu-central-1",
      `aws_request s3 "$(s3_url bucket blue/backups/all/x.db.gz)" -T "$HOME/file" -H 'If-None-Match: *' -H 'x-amz-checksum-sha256: YQ==' \\
        -H 'content-type: application/gzip' -H 'x-amz-meta-sha256: 0' -H 'x-amz-meta-size: 1' -H 'x-amz-meta-taken: 2026-11-29T01:00:00Z'`,
      "PUT",
      "/bucket/blue/backups/all/x.db.gz",
    ],
  ])("%s", async (_, scope, script, method, path) => {
    aws.answer = () => ({ body: "first\nsecond\n" });
    const { output, stdout } = await machine.run(
      `echo content >"$HOME/file"; aws_login; ${script}; echo "[$AWS_STATUS|$AWS_BODY]"`,
    );
    expect(aws.refused).toEqual([]);
    expect(aws.calls).toMatchObject([{ scope, method, path }]);
    expect(stdout).toBe("[200|first\nsecond\n]\n");
    for (const secret of secretTexts) expect(output).not.toContain(secret);
  });

  test("form values are encoded", async () => {
    aws.answer = () => ({});
    await machine.run("aws_login; ec2_call AttachVolume 'VolumeId=a&b=c' Device=/dev/sdf");
    expect(Object.fromEntries(new URLSearchParams(aws.calls[0]?.body))).toEqual({
      Action: "AttachVolume",
      Version: "2016-11-15",
      VolumeId: "a&b=c",
      Device: "/dev/sdf",
    });
  });

  test("credentials are in no process arguments", async () => {
    machine.stub("curl", `printf '%s\\n' "$@" >>"$HOME/arguments"; exec /usr/bin/curl "$@"`);
    aws.answer = () => ({});
    await machine.run("aws_login; ssm_call X '{}'");
    expect(machine.read("arguments")).toContain("--aws-sigv4");
    for (const secret of secretTexts) expect(machine.read("arguments")).not.toContain(secret);
  });

  test.each([
    ["the first request", ""],
    ["a later request", "ssm_call GetParameters {} || true;"],
  ])("an unreachable AWS is logged, and no earlier response remains: %s", async (_case, before) => {
    aws.answer = () => ({ status: 400, body: "of another request" });
    const { code, stdout, output } = await machine.run(`aws_login; ${before} export AWS_ENDPOINT_URL=http://127.0.0.1:9
      aws_request s3 "$(s3_url bucket blue/created)" || { log_failure "reading the marker"; echo "[$AWS_BODY]"; }`);
    expect(code).toBe(0);
    expect(output).toContain("reading the marker: no answer\n");
    expect(stdout).toBe("[]\n");
  });

  test.each([
    ["a token", "exit 7"],
    ["a role", `[[ $* != *security-credentials* ]] || exit 22; echo token`],
  ])("no request without %s of the metadata service", async (_case, curl) => {
    machine.stub("curl", curl);
    const script = '{ aws_login && ssm_call GetParameters {}; } || log_failure "SSM GetParameters"';
    const { code, output } = await machine.run(script);
    expect([code, output]).toEqual([0, "holdfast: bash: SSM GetParameters: no answer\n"]);
  });

  test("a failure is logged with the start of the response", async () => {
    aws.answer = () => ({ status: 400, body: `{"__type":"ParameterNotFound"}${"x".repeat(1000)}` });
    const { code, output } = await machine.run(`aws_login; ssm_fetch /a || exit 3`);
    expect(code).toBe(3);
    expect(output).toMatch(/SSM GetParameters: HTTP 400 \{"__type":"ParameterNotFound"\}x{270}\n/);
  });
});

test("endpoints and signing regions are those of the AWS SDK, in every region", async () => {
  const resolvers = {
    autoscaling: new AutoScalingClient({}).config.endpointProvider,
    ec2: new EC2Client({}).config.endpointProvider,
    monitoring: new CloudWatchClient({}).config.endpointProvider,
    route53: new Route53Client({}).config.endpointProvider,
    ssm: new SSMClient({}).config.endpointProvider,
  };
  const expected = knownRegions.flatMap((Region) =>
    Object.entries(resolvers).map(([service, resolve]) => {
      const { url, properties } = resolve({ Region });
      const [scheme] = (properties?.["authSchemes"] ?? []) as { signingRegion?: string }[];
      return `${service} ${url.origin} ${scheme?.signingRegion ?? Region}`;
    }),
  );
  const { stdout } = await machine.run(`unset AWS_ENDPOINT_URL
    for AWS_REGION in ${knownRegions.join(" ")}; do
      for service in ${Object.keys(resolvers).join(" ")}; do echo "$service $(aws_endpoint "$service") $(signing_region "$service")"; done
    done`);
  expect(stdout.trim().split("\n")).toEqual(expected);
});

test("bucket URLs are virtual-hosted on AWS", async () => {
  const { stdout } = await machine.run("unset AWS_ENDPOINT_URL; s3_url bucket bundle/a.tar.gz");
  expect(stdout.trim()).toBe("https://bucket.s3.eu-central-1.amazonaws.com/bundle/a.tar.gz");
});

describe("marker of a formed cluster", () => {
  const missing = "<Error><Code>NoSuchKey</Code></Error>";
  test.each([
    ["exists", { status: 200, body: "{}" }, "present", 0],
    ["does not exist", { status: 404, body: missing }, "absent", 0],
    ["cannot be read", { status: 403, body: "<Error><Code>AccessDenied</Code></Error>" }, "", 1],
    ["lacks its bucket", { status: 404, body: "<Error><Code>NoSuchBucket</Code></Error>" }, "", 1],
    ["is unavailable", { status: 503, body: "SlowDown" }, "", 1],
  ])("%s", async (_, answer, marker, code) => {
    aws.answer = () => answer;
    const { code: status, stdout } = await machine.run('if read_marker 1; then echo "$marker"; else exit 1; fi');
    expect([stdout.trim(), status]).toEqual([marker, code]);
    expect(aws.calls[0]?.path).toBe(`/${machines.controlPlane.backupsBucket}/blue/created`);
  });

  test.each([
    [200, 0, "marker of generation 1 written"],
    [412, 0, "marker of generation 1 exists"],
    [403, 1, "HTTP 403"],
  ])("write with HTTP %d", async (status, code, line) => {
    aws.answer = () => ({ status });
    machine.stub("etcdctl", "exit 0");
    machine.stub("systemctl", "exit 0");
    const result = await machine.run(["steps/etcd-marker"]);
    expect([result.code, result.output]).toEqual([code, expect.stringContaining(line)]);
    expect(aws.calls[0]?.headers["if-none-match"]).toBe("*");
  });
});

test("the DNS record is upserted; without AWS, the record of the last boot is sufficient", async () => {
  const ok = { status: 200, body: "<ChangeInfo/>" };
  aws.answer = () => ok;
  expect((await machine.run(["steps/etcd-dns"])).code).toBe(0);
  expect(aws.calls[0]?.body).toContain(
    "<Action>UPSERT</Action><ResourceRecordSet><Name>etcd-a.blue.internal</Name><Type>A</Type>",
  );
  expect(aws.calls[0]?.body).toContain("<Value>10.0.0.11</Value>");
  aws.answer = () => ({ status: 503 });
  expect(await machine.run(["steps/etcd-dns"])).toMatchObject({
    code: 0,
    output: expect.stringContaining("since the last boot") as string,
  });
  machine.write("state/dns", "etcd-a.blue.internal 10.0.0.99\n");
  expect((await machine.run(["steps/etcd-dns"])).code).toBe(1);
});

describe("secrets", () => {
  const files = ["etcd/ca.crt", "etcd/ca.key"];
  const made = (name: string) => new Certificates(machine.path("made")).root(name, { subject: "/CN=ca" });
  let values: Record<string, string>;
  beforeEach(() => {
    machine = new FakeMachine(machines.etcd, { secrets: { etcd: files } }, aws.environment);
    const { certificate: crt, key } = made("one");
    values = {
      "/holdfast/blue/pki/etcd/ca.crt": crt,
      "/holdfast/blue/pki/etcd/ca.key": key,
      "/holdfast/blue/pki/order": JSON.stringify({ kubernetes: { chain: "CHAIN" } }),
      "/holdfast/blue/members": JSON.stringify({ "control-plane": ["a"], etcd: ["a", "b", "c"] }),
    };
    aws.answer = ({ body }) => {
      const { Names } = JSON.parse(body) as { Names: string[] };
      const Parameters = Names.filter((Name) => values[Name] !== undefined).map((Name) => ({
        Name,
        Value: values[Name],
      }));
      const InvalidParameters = Names.filter((Name) => values[Name] === undefined);
      return { body: JSON.stringify({ Parameters, InvalidParameters }) };
    };
  });

  test("are installed with their modes, and not logged", async () => {
    const { code, output } = await machine.run(["steps/secrets"]);
    expect(code).toBe(0);
    expect(output).not.toContain("PRIVATE");
    const { stdout } = await machine.run(`cd "$KUBERNETES/pki"; stat -c '%n %a' *.* etcd/*; cat etcd/ca.key ca.chain`);
    expect(stdout).toBe(
      `ca.chain 644\netcd/ca.crt 644\netcd/ca.key 600\n${values["/holdfast/blue/pki/etcd/ca.key"] ?? ""}\nCHAIN\n`,
    );
  });

  test("are fetched only once", async () => {
    const first = values["/holdfast/blue/pki/etcd/ca.crt"] ?? "";
    const good = aws.answer;
    aws.answer = () => ({ status: 500 });
    expect((await machine.run(["steps/secrets"])).code).toBe(1);
    aws.answer = good;
    await machine.run(["steps/secrets"]);
    const { certificate: crt, key } = made("two");
    Object.assign(values, { "/holdfast/blue/pki/etcd/ca.crt": crt, "/holdfast/blue/pki/etcd/ca.key": key });
    const calls = aws.calls.length;
    expect((await machine.run(["steps/secrets"])).code).toBe(0);
    expect(aws.calls).toHaveLength(calls);
    expect(readFileSync(machine.path("kubernetes/pki/etcd/ca.crt"), "utf8").trim()).toBe(first.trim());
  });

  test("with a key that does not match its authority yet are refused", async () => {
    values["/holdfast/blue/pki/etcd/ca.key"] = made("two").key;
    const { code, output } = await machine.run(["steps/secrets"]);
    expect([code, output]).toEqual([
      1,
      expect.stringContaining("the key of etcd does not match its first authority yet"),
    ]);
    expect(existsSync(machine.path("kubernetes/pki/etcd/ca.key"))).toBe(false);
  });

  test("that are missing are named in the log", async () => {
    Reflect.deleteProperty(values, "/holdfast/blue/pki/etcd/ca.key");
    const { code, output } = await machine.run(["steps/secrets"]);
    expect([code, output]).toEqual([
      1,
      expect.stringContaining("no such SSM parameter: /holdfast/blue/pki/etcd/ca.key"),
    ]);
  });
});
