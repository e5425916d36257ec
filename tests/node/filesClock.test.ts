/** How far a machine's clock is off AWS's. */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";

import { FakeAws } from "./awsSupport";
import { FakeMachine, machines } from "./nodeSupport";

/** Seconds since the epoch at which AWS answers. */
const there = 1_800_000_000;

let aws: FakeAws;
let machine: FakeMachine;

beforeEach(async () => {
  aws = await FakeAws.start();
  aws.unsigned = () => ({ status: 404, headers: { date: new Date(there * 1000).toUTCString() } });
  machine = new FakeMachine(machines.etcd, {}, aws.environment);
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
  clockReads(0);
  const AWS_ENDPOINT_URL = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await offset({ AWS_ENDPOINT_URL })).toBe(`[-${there}]\n`);
  server.closeAllConnections();
  server.close();
});
