/** Client of a rehearsal's supervisor. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { roleTag } from "../../../components/aws/tags.plan";
import { InstanceRegistry } from "../../../rehearsal/aws/ec2/instance";
import { RehearsalClient } from "../../../rehearsal/supervisor/client";
import { Control, type ControlOptions } from "../../../rehearsal/supervisor/control";
import { serveControl } from "../../../rehearsal/supervisor/controlServer";
import { statePaths } from "../../../rehearsal/supervisor/statePaths";
import { StatusTracker } from "../../../rehearsal/supervisor/statusTracker";

const state = mkdtempSync(join(tmpdir(), "holdfast-client-"));
const before = process.env["HOLDFAST_STATE"];
process.env["HOLDFAST_STATE"] = state;
let stopServer: () => void = () => undefined;
afterAll(() => {
  stopServer();
  if (before === undefined) delete process.env["HOLDFAST_STATE"];
  else process.env["HOLDFAST_STATE"] = before;
  rmSync(state, { recursive: true });
});

test("opens a connection per request, because the supervisor may close idle ones", async () => {
  const client = RehearsalClient.of("asked");
  const { socket } = client.paths;
  mkdirSync(dirname(socket), { recursive: true });
  let connections = 0;
  const supervisor = createServer((_, response) => response.end("{}"));
  supervisor.on("connection", () => (connections += 1));
  await new Promise<void>((resolve) => supervisor.listen(socket, resolve));
  for (const desired of [1, 2, 3]) await client.setDesiredCapacity("group", desired);
  await new Promise((resolve) => supervisor.close(resolve));
  expect(connections).toBe(3);
});

test("without a supervisor, the error says how to start a rehearsal", async () => {
  await expect(RehearsalClient.of("absent").setDesiredCapacity("group", 1)).rejects.toThrow(
    "rehearsal absent is not running: start it with npx holdfast rehearse",
  );
});

test("runs operations of the supervisor, which answers with results or error messages", async () => {
  const exec = jest.fn((argv: string[], options: object) =>
    Promise.resolve({ code: 0, stdout: argv.join(" "), options }),
  );
  const instances = new InstanceRegistry();
  instances.add({ id: "i-1", name: "etcd-a", machine: { exec } } as never);
  const tracker = { rehearsal: { instances } } as unknown as ControlOptions["tracker"];
  const client = RehearsalClient.of("served");
  mkdirSync(dirname(client.paths.socket), { recursive: true });
  const server = await serveControl(new Control({ tracker } as ControlOptions), client.paths.socket);
  stopServer = () => server.close();
  expect(await client.exec("etcd", ["ls", "/"], undefined)).toEqual({ code: 0, stdout: "ls /", options: {} });
  await expect(client.shellCommand("etcd-b")).rejects.toThrow("unknown machine etcd-b; choose from etcd-a");
});

test("tells the times of machines, also of those that have not started", async () => {
  const tracker = new StatusTracker(statePaths("timed"), {} as never);
  const instances = new InstanceRegistry();
  const part = { subnet: { zone: "eu-central-1a" }, tags: { [roleTag]: "worker" } };
  instances.add({ ...part, id: "i-1", name: "worker-a", startedAt: 1_000, problem: "no disk" } as never);
  instances.add({ ...part, id: "i-2", name: "worker-b" } as never);
  tracker.rehearsal = { instances } as never;
  const client = RehearsalClient.of("timed");
  mkdirSync(dirname(client.paths.socket), { recursive: true });
  const server = await serveControl(new Control({ tracker } as unknown as ControlOptions), client.paths.socket);
  const times = await client.bootTimes();
  server.close();
  expect(times).toEqual([
    { name: "worker-a", role: "worker", zone: "eu-central-1a", startedAt: 1_000, attempts: [], problem: "no disk" },
    { name: "worker-b", role: "worker", zone: "eu-central-1a", attempts: [] },
  ]);
});
