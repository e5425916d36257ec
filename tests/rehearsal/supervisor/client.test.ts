/** Client of a rehearsal's supervisor. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { RehearsalClient } from "../../../rehearsal/supervisor/client";

const state = mkdtempSync(join(tmpdir(), "holdfast-client-"));
const before = process.env["HOLDFAST_STATE"];
process.env["HOLDFAST_STATE"] = state;
afterAll(() => {
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
    "rehearsal absent is not running: start it with npm run rehearse",
  );
});
