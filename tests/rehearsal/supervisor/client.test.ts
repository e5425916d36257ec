/** How programs ask a rehearsal's supervisor. */
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

test("no question goes by a connection that the supervisor may be about to close", async () => {
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

test("where nobody listens, it is said how a rehearsal is started", async () => {
  await expect(RehearsalClient.of("nobody").setDesiredCapacity("group", 1)).rejects.toThrow(
    "rehearsal nobody does not run: npm run rehearse starts it",
  );
});
