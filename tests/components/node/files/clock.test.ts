/** How far a member's clock is off AWS's, and what its figures are when that cannot be told. */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";

import { FakeAws } from "./awsSupport";
import { FakeMachine, machines } from "../nodeSupport";

const cluster = { etcd: { metricsNamespace: "Test", clientUrls: ["https://127.0.0.1:2379"] } };
/** Seconds since the epoch at which AWS answers. */
const there = 1_800_000_000;

let aws: FakeAws;
let machine: FakeMachine;

beforeEach(async () => {
  aws = await FakeAws.start();
  aws.unsigned = () => ({ status: 404, headers: { date: new Date(there * 1000).toUTCString() } });
  machine = new FakeMachine(machines.etcd, cluster, aws.environment);
});
afterEach(() => aws.stop());

/** The machine's clock reads one after the other, and stays at the last. */
const clockReads = (...seconds: readonly number[]): void => {
  machine.write("times", seconds.map((one) => `${one}\n`).join(""));
  machine.stub(
    "date",
    `[[ $* == *-d* ]] && exec /usr/bin/date "$@"
    head -n 1 "$HOME/times"; [ "$(wc -l <"$HOME/times")" -le 1 ] || sed -i 1d "$HOME/times"`,
  );
};

const offset = async (environment: Readonly<Record<string, string>> = {}): Promise<string> => {
  const script = '. "$HOLDFAST/lib/clock.sh"; found=$(clock_offset); echo "[$found]"';
  const { code, output } = await machine.run(script, environment);
  expect(code).toBe(0);
  return output;
};

test.each([
  ["right", there, there, "0"],
  ["a second ahead, or read a second later", there + 1, there + 1, "1"],
  ["ahead", there + 90, there + 90, "90"],
  ["behind", there - 90, there - 90, "-90"],
  ["ahead by a year", there + 31_536_000, there + 31_536_000, "31536000"],
  ["right, with an answer that took three seconds", there - 2, there + 1, "0"],
  ["ahead, with a slow answer: no more than is certain", there + 60, there + 63, "60"],
  ["behind, with a slow answer: no more than is certain", there - 63, there - 60, "-60"],
])("a clock that is %s", async (_what, before, after, expected) => {
  clockReads(before, after);
  expect(await offset()).toBe(`[${expected}]\n`);
});

test.each<[string, Record<string, string>]>([
  ["no date", { date: "" }],
  ["a date that is none", { date: "yesterday, or so" }],
])("AWS says %s: nothing, and no failure", async (_what, headers) => {
  aws.unsigned = () => ({ headers });
  expect(await offset()).toBe("[]\n");
});

test("AWS out of reach: nothing, and no failure", async () => {
  expect(await offset({ AWS_ENDPOINT_URL: "http://127.0.0.1:9" })).toBe("[]\n");
});

test("a clock so far off that AWS's certificate is not valid is still told", async () => {
  const [key, cert] = [machine.path("key"), machine.path("crt")];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  execFileSync("openssl", ["req", "-x509", ...curve, "-subj", "/CN=nobody", "-keyout", key, "-out", cert], {
    stdio: "ignore",
  });
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_request, response) => {
    response.writeHead(404, { date: new Date(there * 1000).toUTCString() }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  clockReads(0);
  const AWS_ENDPOINT_URL = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const said = await offset({ AWS_ENDPOINT_URL });
  server.closeAllConnections();
  server.close();
  expect(said).toBe(`[-${there}]\n`);
});

describe("the figures of a member", () => {
  beforeEach(() => {
    machine.stub("systemctl", "exit 1");
    machine.stub("etcdctl", "exit 0");
    machine.write("metrics", "etcd_server_has_leader 1\netcd_server_is_leader 0\n");
    aws.answer = () => ({ body: "<PutMetricDataResponse/>" });
  });

  /** Runs the script; what it has published, by name. */
  const published = async (): Promise<Record<string, string>> => {
    const environment = { HOLDFAST_ETCD_METRICS: `file://${machine.path("metrics")}` };
    const { code, output } = await machine.run(["bin/etcd-metrics"], environment);
    expect([code, output]).toEqual([0, ""]);
    const figures: Record<string, string> = {};
    for (const form of aws.calls.map(({ body }) => new URLSearchParams(body))) {
      for (let item = 1; form.has(`MetricData.member.${item}.MetricName`); item++) {
        const field = (name: string): string => form.get(`MetricData.member.${item}.${name}`) ?? "";
        const member = field("Dimensions.member.2.Value");
        figures[field("MetricName")] = `${field("Value")} ${field("Unit")} of ${member}`;
      }
    }
    return figures;
  };

  test.each([
    [90, "90 Seconds of b"],
    [-90, "90 Seconds of b"],
    [0, "0 Seconds of b"],
  ])("tell of a clock that is %i s off", async (seconds, figure) => {
    const now = Math.floor(Date.now() / 1000);
    const here = `/usr/bin/date -d @${now + seconds}`;
    machine.stub("date", `[ "$*" != +%s ] && exec /usr/bin/date "$@"; exec ${here} +%s`);
    aws.unsigned = () => ({ headers: { date: new Date(now * 1000).toUTCString() } });
    expect(await published()).toMatchObject({ ClockOffsetSeconds: figure, EtcdHasLeader: "1 Count of b" });
  });

  test("are published without it, and without a word, while AWS does not answer the question", async () => {
    aws.unsigned = () => new Promise(() => undefined);
    const figures = await published();
    expect(figures).toMatchObject({ EtcdHasLeader: "1 Count of b", EtcdAlarms: "0 Count of b" });
    expect(Object.keys(figures)).not.toContain("ClockOffsetSeconds");
  });
});
