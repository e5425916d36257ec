/** The recorder against a real API server with real etcd on loopback, through a proxy. Needs neither root nor machines. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { waitUntil } from "../../../rehearsal/drills/rehearsedCluster";
import { compareWithStored, failedAttempts, longestOutage, type Write } from "../../../rehearsal/drills/writes";
import { ApiServer } from "../access/apiServer";
import { ApiProxy } from "./apiProxy";
import { Checker } from "./histories";

let api: ApiServer;
let checker: Checker;
let proxy: ApiProxy;
const started: ChildProcess[] = [];

beforeAll(async () => {
  checker = await Checker.create();
  api = await ApiServer.create();
  await api.configure({});
}, 1_800_000);
beforeEach(async () => {
  proxy = await ApiProxy.start(api);
});
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
  proxy.stop();
});
afterAll(async () => {
  checker.destroy();
  await api.destroy();
});

/** Writes a kubeconfig with a new client certificate. */
function writeKubeconfig(name: string): string {
  const { certificate, key } = api.authority.issue(name, { name, groups: ["system:masters"] });
  const encode = (file: string): string => readFileSync(file).toString("base64");
  const cluster = {
    server: proxy.url,
    "certificate-authority-data": Buffer.from(api.authority.pem).toString("base64"),
    "tls-server-name": "localhost",
  };
  const user = { "client-certificate-data": encode(certificate), "client-key-data": encode(key) };
  const file = api.path("recorder.conf");
  writeFileSync(file, JSON.stringify({ clusters: [{ cluster }], users: [{ user }] }));
  return file;
}

async function startRecorder(
  namespace: string,
): Promise<{ child: ChildProcess; writes: Write[]; end: () => Promise<void> }> {
  await api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  const kubeconfig = writeKubeconfig("first-admin");
  const options = { kubeconfig, namespace, history: checker.records, seed: "1", keys: "3" };
  const flags = Object.entries(options).map(([flag, value]) => `-${flag}=${value}`);
  const child = spawn(checker.program, ["run", ...flags], { stdio: ["pipe", "pipe", "inherit"] });
  started.push(child);
  const writes: Write[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => writes.push(JSON.parse(line) as Write));
  await waitUntil("a write", 30_000, () => Promise.resolve(writes.some(({ ok }) => ok)));
  const end = async () => {
    const closed = once(child, "close");
    child.stdin.end();
    expect(await closed).toEqual([0, null]);
  };
  return { child, writes, end };
}

/** Names of the ConfigMaps in a namespace. */
async function storedIn(namespace: string): Promise<Set<string>> {
  const { body } = await api.request(api.admin, "GET", `/api/v1/namespaces/${namespace}/configmaps`);
  return new Set((body as { items: { metadata: { name: string } }[] }).items.map(({ metadata }) => metadata.name));
}

test("a restart of the API server causes failed writes, but no violation; a new kubeconfig is used", async () => {
  const { writes, end } = await startRecorder("restart");
  await sleep(3_000);
  await api.configure({});
  await sleep(3_000);
  expect([...proxy.clients]).toEqual(["first-admin"]);
  writeKubeconfig("second-admin");
  await sleep(3_000);
  await end();
  expect([...proxy.clients]).toEqual(["first-admin", "second-admin"]);
  const verdict = checker.checkFile(checker.records);
  expect(verdict.violations).toEqual([]);
  expect(verdict.operations).toBeGreaterThan(writes.length);
  expect(verdict.events).toBeGreaterThan(writes.filter(({ ok }) => ok).length / 2);
  const failed = failedAttempts(writes);
  expect(failed.length).toBeGreaterThan(0);
  // None of a write that another client's write forbids, and none with the port of a client.
  for (const { why } of failed) expect(why).not.toMatch(/^$|status 4|:\d{4}/);
  expect(longestOutage(writes)).toBeGreaterThan(500);
  // Every kind of operation occurs, and watchers resume.
  const lines = readFileSync(checker.records, "utf8");
  for (const action of ["read", "create", "update", "swap", "delete", "list", "list-all"])
    expect(lines).toContain(`"action":"${action}"`);
  for (const result of ["ok", "absent", "exists", "conflict"]) expect(lines).toContain(`"result":"${result}"`);
  expect(lines.match(/"type":"watch"/g)?.length).toBeGreaterThan(3);
  // No more writes than those of clients that pause for 100 ms.
  const seconds = (Math.max(...writes.map(({ at }) => at)) - Math.min(...writes.map(({ at }) => at))) / 1000;
  expect(writes.length / seconds).toBeLessThan(40);
  // All that are created once can be found at the end.
  expect(writes.filter(({ ok, name }) => ok && name !== undefined).length).toBeGreaterThan(writes.length / 3);
  expect(compareWithStored(writes, await storedIn("restart")).lost).toEqual([]);
});

test("a watcher whose revision has expired lists, and watches until it has seen the last write", async () => {
  const { end } = await startRecorder("expired");
  await sleep(2_000);
  proxy.expireWatches = true;
  // No watch lasts longer: each has met the refusal once.
  await sleep(20_000);
  const ended = end();
  await waitUntil("the last write", 30_000, async () => (await storedIn("expired")).has("end-0"));
  await sleep(2_000);
  proxy.expireWatches = false;
  await ended;
  expect(checker.checkFile(checker.records).violations).toEqual([]);
});

test("one falsified read is found", async () => {
  const { end } = await startRecorder("falsified");
  await sleep(2_000);
  proxy.falsifyNext = true;
  await waitUntil("the falsified read", 30_000, () => Promise.resolve(proxy.falsified !== undefined));
  await end();
  const key = proxy.falsified?.split("/").at(-1) ?? "";
  expect(checker.checkFile(checker.records).violations).toEqual([`${key} is not linearizable`]);
  expect(readFileSync(checker.page, "utf8")).toContain(`${key} is not linearizable`);
});

test("a killed recorder leaves a history that can be checked", async () => {
  const { child, writes } = await startRecorder("killed");
  await sleep(2_000);
  const closed = once(child, "close");
  child.kill("SIGKILL");
  await closed;
  const verdict = checker.checkFile(checker.records);
  expect(verdict.violations).toEqual([]);
  expect(verdict.operations).toBeGreaterThanOrEqual(writes.filter(({ ok }) => ok).length);
});
