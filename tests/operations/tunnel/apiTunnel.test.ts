/** Tunnel over sessions that are real servers on loopback. */
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

import { ApiTunnel } from "../../../operations/tunnel/apiTunnel";
import { NotConnectedError, type Session } from "../../../operations/tunnel/session";

const timing = { retry: 10, check: 20, repeat: 60_000, start: 200 };

/** Cluster whose instances the test changes. */
class FakeCluster {
  instances: string[] = [];
  /** Errors of the next sessions, by instance. */
  readonly refused = new Map<string, Error>();
  readonly opened: string[] = [];
  readonly reports: string[] = [];
  /** Ends the session that is open. */
  end: (reason: string) => void = () => undefined;
  sessions = 0;
  queries = 0;
  readonly tunnel = new ApiTunnel(
    {
      cluster: "blue",
      listInstances: () => {
        this.queries++;
        return Promise.resolve(this.instances);
      },
      open: (instanceId) => this.open(instanceId),
    },
    (line) => this.reports.push(line),
    timing,
  );

  async reported(line: string): Promise<void> {
    while (!this.reports.includes(line)) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  private async open(instanceId: string): Promise<Session> {
    const error = this.refused.get(instanceId);
    if (error !== undefined) throw error;
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    this.opened.push(instanceId);
    this.sessions++;
    const ended = new Promise<string>((resolve) => (this.end = resolve));
    const stop = async (): Promise<void> => {
      if (server.listening) await new Promise((resolve) => server.close(resolve));
      this.sessions--;
    };
    return { port: (server.address() as AddressInfo).port, ended, stop };
  }
}

const notConnected = new NotConnectedError("TargetNotConnected");
let cluster: FakeCluster;
beforeEach(() => (cluster = new FakeCluster()));
afterEach(async () => {
  await cluster.tunnel.close();
  expect(cluster.sessions).toBe(0);
});

test("before the first instance runs, the start does not wait, and the tunnel opens as soon as one is connected", async () => {
  await cluster.tunnel.start();
  await expect(cluster.tunnel.port(0)).rejects.toThrow(/^no control-plane instance of blue runs .*; the tunnel opens/);
  cluster.refused.set("i-1", notConnected);
  cluster.instances = ["i-1"];
  await cluster.reported("i-1 runs, but its SSM agent is not connected to Session Manager yet");
  await expect(cluster.tunnel.port(0)).rejects.toThrow(/^i-1 runs, but/);
  const waiting = cluster.tunnel.port(60_000);
  cluster.refused.clear();
  expect(await waiting).toBeGreaterThan(0);
  expect(cluster.reports).toEqual([
    expect.stringMatching(/^no control-plane instance of blue runs/),
    "i-1 runs, but its SSM agent is not connected to Session Manager yet",
    "open through i-1",
  ]);
});

test("with running instances, the start waits until the tunnel is open", async () => {
  cluster.instances = ["i-old", "i-young"];
  cluster.refused.set("i-old", notConnected);
  await cluster.tunnel.start();
  expect(cluster.opened).toEqual(["i-young"]);
  expect(await cluster.tunnel.port(0)).toBeGreaterThan(0);
});

test("with running instances that never connect, the start ends: the command may be the repair", async () => {
  cluster.instances = ["i-1"];
  cluster.refused.set("i-1", notConnected);
  await cluster.tunnel.start();
  await expect(cluster.tunnel.port(0)).rejects.toThrow(/i-1 runs, but/);
});

test("closing ends the start, without further queries", async () => {
  cluster.instances = ["i-1"];
  cluster.refused.set("i-1", notConnected);
  const start = cluster.tunnel.start();
  await cluster.reported("i-1 runs, but its SSM agent is not connected to Session Manager yet");
  const { queries } = cluster;
  await cluster.tunnel.close();
  await start;
  expect(cluster.queries).toBeLessThanOrEqual(queries + 1);
});

test("an error of AWS at the start fails at once", async () => {
  cluster.instances = ["i-1"];
  cluster.refused.set("i-1", new Error("AccessDeniedException"));
  await expect(cluster.tunnel.start()).rejects.toThrow("AccessDeniedException");
});

test("an error of AWS later is reported and retried", async () => {
  await cluster.tunnel.start();
  cluster.refused.set("i-1", new Error("ThrottlingException"));
  cluster.instances = ["i-1"];
  await cluster.reported("cannot open a session through i-1: ThrottlingException");
  await expect(cluster.tunnel.port(0)).rejects.toThrow("ThrottlingException");
  cluster.refused.clear();
  expect(await cluster.tunnel.port(60_000)).toBeGreaterThan(0);
  expect(cluster.reports.slice(1)).toEqual([
    "cannot open a session through i-1: ThrottlingException",
    "open through i-1",
  ]);
});

test("the tunnel reconnects when its session ends, and connections wait for it", async () => {
  cluster.instances = ["i-1"];
  await cluster.tunnel.start();
  const before = await cluster.tunnel.port(0);
  cluster.end("the session ended (status 0): timed out due to inactivity");
  let port = before;
  while (port === before) port = await cluster.tunnel.port(60_000);
  expect(cluster.reports).toEqual([
    "open through i-1",
    "the session ended (status 0): timed out due to inactivity; reconnecting",
    "open through i-1",
  ]);
});

test("the tunnel moves to another instance when its own is terminated, even if the session stays open", async () => {
  cluster.instances = ["i-old", "i-young"];
  await cluster.tunnel.start();
  cluster.instances = ["i-young"];
  await cluster.reported("open through i-young");
  expect(await cluster.tunnel.port(60_000)).toBeGreaterThan(0);
  expect(cluster.opened).toEqual(["i-old", "i-young"]);
  expect(cluster.reports).toContain("i-old no longer runs; reconnecting");
});

test("a closed tunnel refuses connections that wait", async () => {
  await cluster.tunnel.start();
  const waiting = expect(cluster.tunnel.port(60_000)).rejects.toThrow("the tunnel is closed");
  await cluster.tunnel.close();
  await waiting;
});
