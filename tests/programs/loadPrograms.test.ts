/** Programs of the request load: a server that stops gracefully, and its client. Needs neither root nor a cluster. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer as createHttpServer, get, type IncomingMessage } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { findFreePort } from "../../operations/tunnel/session";
import { preparePrograms } from "../../rehearsal/assets";
import type { LoadRequest } from "../../rehearsal/drills/load/requestLoad";
import { waitUntil } from "../../rehearsal/drills/rehearsedCluster";

const collectorScript = join(__dirname, "../../rehearsal/drills/load/collectorProcess.mjs");
let programs = "";
const started: ChildProcess[] = [];
const servers: Server[] = [];

beforeAll(async () => {
  ({ images: programs } = await preparePrograms(["images"], () => undefined));
});
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
  for (const server of servers.splice(0)) server.close();
});

function start(command: string, ...args: readonly string[]): ChildProcess {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  started.push(child);
  return child;
}

async function fetchAnswer(port: number): Promise<IncomingMessage> {
  const sent = get({ port, host: "127.0.0.1", agent: false });
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  answer.resume();
  return answer;
}

async function startEcho(linger: string): Promise<{ child: ChildProcess; port: number }> {
  const port = await findFreePort();
  const child = start(join(programs, "echo"), `-listen=127.0.0.1:${port}`, `-linger=${linger}`);
  await waitUntil("the server", 10_000, async () => (await fetchAnswer(port)).statusCode === 200);
  return { child, port };
}

describe("server", () => {
  it("answers after SIGTERM for the time of -linger, asks to close the connection, and ends with status 0", async () => {
    const { child, port } = await startEcho("2s");
    const exited = once(child, "exit");
    const signaled = Date.now();
    child.kill("SIGTERM");
    await sleep(1_000);
    const answer = await fetchAnswer(port);
    expect([answer.statusCode, answer.headers.connection]).toEqual([200, "close"]);
    expect(await exited).toEqual([0, null]);
    expect(Date.now() - signaled).toBeGreaterThanOrEqual(1_990);
  });

  it("ends at once with -linger 0", async () => {
    const { child } = await startEcho("0s");
    const exited = once(child, "exit");
    const signaled = Date.now();
    child.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
    expect(Date.now() - signaled).toBeLessThan(1_000);
  });
});

interface Report {
  readonly client: string;
  readonly number: number;
  readonly requests: readonly LoadRequest[];
}

/** Starts a collector, and a client of these Services. */
async function startLoad(
  services: Readonly<Record<string, number>>,
  ...options: readonly string[]
): Promise<{ client: ChildProcess; ready: number; requests: LoadRequest[]; reports: Report[] }> {
  const [port, ready] = [await findFreePort(), await findFreePort()];
  const requests: LoadRequest[] = [];
  const reports: Report[] = [];
  const collector = start(process.execPath, collectorScript, "127.0.0.1", String(port));
  createInterface({ input: collector.stdout as NodeJS.ReadableStream }).on("line", (line) => {
    const report = JSON.parse(line) as Report;
    reports.push(report);
    requests.push(...report.requests);
  });
  const targets = Object.entries(services).map(([name, service]) => `${name}=http://127.0.0.1:${service}/`);
  const own = [`-collector=http://127.0.0.1:${port}/`, `-listen=127.0.0.1:${ready}`, "-timeout=300ms"];
  const client = start(join(programs, "load"), ...own, ...options, ...targets);
  return { client, ready, requests, reports };
}

describe("client", () => {
  it("reports every request, and after SIGTERM the last ones", async () => {
    // Counts independently of the client.
    let received = 0;
    const server = createHttpServer((_request, response) => {
      received += 1;
      response.end("ok");
    });
    servers.push(server);
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    const { client, ready, requests, reports } = await startLoad({ web: port }, "-rate=50");
    await waitUntil("reports", 10_000, () => Promise.resolve(requests.length > 100));
    expect((await fetchAnswer(ready)).statusCode).toBe(200);
    const exited = once(client, "exit");
    client.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
    await sleep(200);
    // The first request of the server only shows that it answers.
    expect(requests).toHaveLength(received - 1);
    expect(requests.every(({ service, ok }) => service === "web" && ok)).toBe(true);
    expect(reports.map(({ number }) => number)).toEqual(reports.map((_, index) => index + 1));
    const [first, last] = [requests[0]?.at ?? 0, requests.at(-1)?.at ?? 0];
    expect((1000 * requests.length) / (last - first)).toBeGreaterThan(40);
  });

  it("reuses connections only to the Service of -keep-alive", async () => {
    const connections: Record<string, number> = { kept: 0, fresh: 0 };
    const ports: Record<string, number> = {};
    for (const name of ["kept", "fresh"]) {
      const server = createHttpServer((_request, response) => void response.end("ok"));
      servers.push(server);
      server.on("connection", () => (connections[name] = (connections[name] ?? 0) + 1));
      await once(server.listen(0, "127.0.0.1"), "listening");
      ports[name] = (server.address() as AddressInfo).port;
    }
    const { requests } = await startLoad(ports, "-rate=20", "-keep-alive=kept");
    await waitUntil("reports", 10_000, () => Promise.resolve(requests.length > 40));
    expect(connections.kept).toBeLessThan(5);
    expect(connections.fresh).toBeGreaterThan(20);
  });

  it("reports refused, unanswered and wrong answers as failures, at the same rate", async () => {
    let mode: "answer" | "silence" | "error" = "answer";
    const server = createHttpServer((_request, response) => {
      if (mode === "answer") response.end("ok");
      if (mode === "error") response.writeHead(503).end();
    });
    servers.push(server);
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { requests } = await startLoad({ web: (server.address() as AddressInfo).port }, "-rate=20");
    const reasons = (): Set<string | undefined> => new Set(requests.map(({ why }) => why));
    await waitUntil("an answer", 10_000, () => Promise.resolve(requests.length > 0));
    mode = "silence";
    await waitUntil("timeouts", 10_000, () => Promise.resolve(reasons().has("no answer in time")));
    mode = "error";
    await waitUntil("errors", 10_000, () => Promise.resolve(reasons().has("status 503")));
    server.close();
    server.closeAllConnections();
    await waitUntil("refusals", 10_000, () =>
      Promise.resolve([...reasons()].some((why) => why?.includes("connection refused") === true)),
    );
    const unanswered = requests.filter(({ why }) => why === "no answer in time");
    for (const { ms } of unanswered) expect(ms).toBeGreaterThanOrEqual(300);
    // An outage does not slow the client down: ticks of 50 ms, not of the timeout.
    const gaps = requests.map(({ at }) => at).toSorted((one, other) => one - other);
    const longest = Math.max(...gaps.slice(1).map((at, index) => at - (gaps[index] ?? at)));
    expect(longest).toBeLessThan(250);
  });

  it("tells a missing connection from a missing answer", async () => {
    const port = await findFreePort();
    // A stopped process accepts no connection, and the kernel completes no more than the backlog.
    const program = `require("node:http").createServer((_, answer) => answer.end()).listen({ host: "127.0.0.1", port: ${port}, backlog: 1 })`;
    const server = start(process.execPath, "-e", program);
    const { requests } = await startLoad({ web: port }, "-rate=20");
    await waitUntil("an answer", 10_000, () => Promise.resolve(requests.length > 0));
    server.kill("SIGSTOP");
    await waitUntil("both reasons", 10_000, () => {
      const reasons = new Set(requests.map(({ why }) => why));
      return Promise.resolve(reasons.has("no answer in time") && reasons.has("no connection in time"));
    });
  });

  it("is not ready before every Service has answered, and records nothing until then", async () => {
    const { port } = await startEcho("0s");
    const later = await findFreePort();
    const { ready, requests } = await startLoad({ first: port, second: later }, "-rate=20");
    await waitUntil("the readiness probe", 5_000, async () => (await fetchAnswer(ready)).statusCode === 503);
    const second = start(join(programs, "echo"), `-listen=127.0.0.1:${later}`);
    await waitUntil("readiness", 10_000, async () => (await fetchAnswer(ready)).statusCode === 200);
    await waitUntil("reports", 10_000, () => Promise.resolve(requests.length > 10));
    expect(requests.filter(({ ok }) => !ok)).toEqual([]);
    second.kill("SIGKILL");
  });
});
