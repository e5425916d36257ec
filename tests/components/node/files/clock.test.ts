/** Clock offset from AWS, and the metrics of a member with and without it. */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, connect } from "node:net";

import { FakeAws } from "./awsSupport";
import { FakeMachine, machines } from "../nodeSupport";

/** Unix time of AWS's clock. */
const there = 1_800_000_000;

let aws: FakeAws;
let machine: FakeMachine;

beforeEach(async () => {
  aws = await FakeAws.start();
  aws.unsigned = () => ({ status: 404, headers: { date: new Date(there * 1000).toUTCString() } });
  machine = new FakeMachine(machines.etcd, {}, aws.environment);
});
afterEach(() => aws.stop());

/** Successive readings of the machine's clock; the last one repeats. */
const clockReads = (...seconds: readonly number[]): void => {
  machine.write("times", seconds.map((one) => `${one}\n`).join(""));
  machine.stub(
    "date",
    `[[ $* == *-d* ]] && exec /usr/bin/date "$@"
    head -n 1 "$HOME/times"; [ "$(wc -l <"$HOME/times")" -le 1 ] || sed -i 1d "$HOME/times"`,
  );
};

const offset = async (environment: Readonly<Record<string, string>> = {}): Promise<string> => {
  const script = 'found=$(clock_offset); echo "[$found]"';
  const { code, output } = await machine.run(script, environment);
  expect(code).toBe(0);
  return output;
};

test.each([
  ["correct", there, there, "0"],
  ["a second ahead", there + 1, there + 1, "1"],
  ["ahead", there + 90, there + 90, "90"],
  ["behind", there - 90, there - 90, "-90"],
  ["ahead by a year", there + 31_536_000, there + 31_536_000, "31536000"],
  ["correct, with an answer after three seconds", there - 2, there + 1, "0"],
  ["ahead, with a slow answer (lower bound)", there + 60, there + 63, "60"],
  ["behind, with a slow answer (lower bound)", there - 63, there - 60, "-60"],
])("a clock that is %s", async (_what, before, after, expected) => {
  clockReads(before, after);
  expect(await offset()).toBe(`[${expected}]\n`);
});

test.each<[string, Record<string, string>]>([
  ["without a date", { date: "" }],
  ["with an invalid date", { date: "yesterday, or so" }],
])("empty for an answer %s", async (_case, headers) => {
  aws.unsigned = () => ({ headers });
  expect(await offset()).toBe("[]\n");
});

test("empty if AWS is not reachable", async () => {
  expect(await offset({ AWS_ENDPOINT_URL: "http://127.0.0.1:9" })).toBe("[]\n");
});

/** Runs an action while AWS answers over TLS. */
async function overTls<Result>(action: (url: string) => Promise<Result>): Promise<Result> {
  const [key, cert] = [machine.path("key"), machine.path("crt")];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  execFileSync("openssl", ["req", "-x509", ...curve, "-subj", "/CN=aws", "-keyout", key, "-out", cert], {
    stdio: "ignore",
  });
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_request, response) => {
    response.writeHead(404, { date: new Date(there * 1000).toUTCString() }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  try {
    return await action(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test("a clock so far off that AWS's certificate is invalid is still measured", async () => {
  clockReads(0);
  expect(await overTls((url) => offset({ AWS_ENDPOINT_URL: url }))).toBe(`[-${there}]\n`);
});

test("the date of a proxy does not count", async () => {
  clockReads(0);
  const proxy = createHttpServer().on("connect", ({ url = "" }, client) => {
    const { hostname, port } = new URL(`http://${url}`);
    const upstream = connect(Number(port), hostname, () => {
      client.write("HTTP/1.1 200 OK\r\nDate: Sat, 01 Jan 2000 00:00:00 GMT\r\n\r\n");
      upstream.pipe(client).pipe(upstream);
    });
    // The end of the test resets both.
    for (const socket of [client, upstream]) socket.on("error", () => socket.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  proxy.unref();
  const https_proxy = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const measured = await overTls((url) => offset({ AWS_ENDPOINT_URL: url, https_proxy, no_proxy: "" }));
  proxy.closeAllConnections();
  proxy.close();
  expect(measured).toBe(`[-${there}]\n`);
});

describe("etcd-metrics", () => {
  beforeEach(() => {
    machine.stub("systemctl", "exit 1");
    machine.stub("etcdctl", "exit 0");
    machine.write("metrics", "etcd_server_has_leader 1\netcd_server_is_leader 0\n");
    aws.answer = () => ({ body: "<PutMetricDataResponse/>" });
  });

  /** Published metrics by name. */
  const published = async (): Promise<Record<string, string>> => {
    const environment = { HOLDFAST_ETCD_METRICS: `file://${machine.path("metrics")}` };
    const { code, output } = await machine.run(["bin/etcd-metrics"], environment);
    expect([code, output]).toEqual([0, ""]);
    const metrics: Record<string, string> = {};
    for (const form of aws.calls.map(({ body }) => new URLSearchParams(body))) {
      for (let item = 1; form.has(`MetricData.member.${item}.MetricName`); item++) {
        const field = (name: string): string => form.get(`MetricData.member.${item}.${name}`) ?? "";
        const member = field("Dimensions.member.2.Value");
        metrics[field("MetricName")] = `${field("Value")} ${field("Unit")} of ${member}`;
      }
    }
    return metrics;
  };

  test.each([
    [90, "90 Seconds of b"],
    [-90, "90 Seconds of b"],
    [0, "0 Seconds of b"],
  ])("publishes a clock that is %i s off", async (seconds, metric) => {
    const now = Math.floor(Date.now() / 1000);
    const here = `/usr/bin/date -d @${now + seconds}`;
    machine.stub("date", `[ "$*" != +%s ] && exec /usr/bin/date "$@"; exec ${here} +%s`);
    aws.unsigned = () => ({ headers: { date: new Date(now * 1000).toUTCString() } });
    expect(await published()).toMatchObject({ ClockOffsetSeconds: metric, EtcdHasLeader: "1 Count of b" });
  });

  test("publishes the other metrics, and logs nothing, if the clock offset is unknown", async () => {
    aws.unsigned = () => new Promise(() => undefined);
    const metrics = await published();
    expect(metrics).toMatchObject({ EtcdHasLeader: "1 Count of b", EtcdAlarms: "0 Count of b" });
    expect(Object.keys(metrics)).not.toContain("ClockOffsetSeconds");
  });
});
