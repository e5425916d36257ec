import { once } from "node:events";
import { createConnection } from "node:net";

import type { EC2Client } from "@aws-sdk/client-ec2";

import {
  NotConnectedError,
  findFreePort,
  listControlPlaneInstances,
  openSession,
  sessionCommand,
} from "../../../operations/tunnel/session";

/** Fake EC2 client with these instances; records its requests. */
function fakeEc2(instances: readonly object[]) {
  const requests: unknown[] = [];
  const send = (command: { input: unknown }) => {
    requests.push(command.input);
    return Promise.resolve({ Reservations: [{ Instances: instances }] });
  };
  return { ec2: { send } as unknown as EC2Client, requests };
}

describe("instances of a tunnel", () => {
  test("are the running control-plane instances, oldest first", async () => {
    const { ec2, requests } = fakeEc2([
      { InstanceId: "i-young", LaunchTime: new Date(2000) },
      { InstanceId: "i-old", LaunchTime: new Date(1000) },
    ]);
    expect(await listControlPlaneInstances(ec2, "blue")).toEqual(["i-old", "i-young"]);
    expect(requests).toEqual([
      {
        Filters: [
          { Name: "tag:holdfast:cluster", Values: ["blue"] },
          { Name: "tag:holdfast:role", Values: ["control-plane"] },
          { Name: "instance-state-name", Values: ["running"] },
        ],
      },
    ]);
  });

  test("may be none", async () => {
    expect(await listControlPlaneInstances(fakeEc2([]).ec2, "blue")).toEqual([]);
  });
});

test("the session forwards a local port to the load balancer of the API, through the instance", () => {
  const session = { instanceId: "i-1", region: "eu-central-1", host: "api.blue.internal", localPort: 4000 };
  expect(sessionCommand(session).join(" ")).toBe(
    "aws ssm start-session --region eu-central-1 --target i-1 " +
      "--document-name AWS-StartPortForwardingSessionToRemoteHost " +
      "--parameters host=api.blue.internal,portNumber=6443,localPortNumber=4000",
  );
});

const node = (script: string): readonly string[] => [process.execPath, "-e", script];

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe("a session", () => {
  // The probe of the port disconnects without reading, which raises an error in the server.
  const listening = (port: number, greeting = `"here"`): string =>
    `const server = require("net").createServer((s) => s.on("error", () => {}).end(${greeting}));
    setTimeout(() => server.listen(${port}, "127.0.0.1"), 100);`;

  async function greet(port: number): Promise<string> {
    const socket = createConnection(port, "127.0.0.1");
    const [data] = (await once(socket, "data")) as [Buffer];
    socket.destroy();
    return data.toString();
  }

  test("resolves when its port is open", async () => {
    const port = await findFreePort();
    const session = await openSession(node(listening(port)), port);
    expect([session.port, await greet(port)]).toEqual([port, "here"]);
    await session.stop();
    await expect(greet(port)).rejects.toThrow(/ECONNREFUSED/);
  });

  test("stops with its child processes: the AWS CLI ignores SIGINT, and leaves the plugin behind when it is killed", async () => {
    const port = await findFreePort();
    const plugin = listening(port, "String(process.pid)");
    const cli = `process.on("SIGINT", () => {}); require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(plugin)}]);
      setInterval(() => {}, 1000);`;
    const session = await openSession(node(cli), port);
    const pid = Number(await greet(port));
    expect(isAlive(pid)).toBe(true);
    await session.stop();
    expect(isAlive(pid)).toBe(false);
  });

  test("reports its end with its last output", async () => {
    const port = await findFreePort();
    const script = `${listening(port)} setTimeout(() => { console.log("\\nExiting session.\\n"); process.exit(0) }, 1500);`;
    const session = await openSession(node(script), port);
    expect(await session.ended).toBe("the session ended (status 0): Exiting session.");
    await session.stop();
  });

  test("rejects with its output if it ends at once", async () => {
    const command = node(`console.error("SessionManagerPlugin is not found"); process.exit(255)`);
    await expect(openSession(command, await findFreePort())).rejects.toThrow(
      /status 255.*SessionManagerPlugin is not found/,
    );
  });

  test("rejects with a NotConnectedError while the agent of the instance is not connected", async () => {
    // Message of AWS CLI 1.45 and 2.x for the error that the API reference of StartSession lists.
    const message =
      "An error occurred (TargetNotConnected) when calling the StartSession operation: i-1 is not connected.";
    const command = node(`console.error(${JSON.stringify(`\n${message}`)}); process.exit(254)`);
    await expect(openSession(command, await findFreePort())).rejects.toThrow(NotConnectedError);
  });

  test("rejects if the AWS CLI is missing", async () => {
    await expect(openSession(["holdfast-no-such-program"], await findFreePort())).rejects.toThrow(/not installed/);
  });

  test("ends when the attempt is aborted", async () => {
    const attempt = new AbortController();
    const opening = openSession(node("setInterval(() => {}, 1000)"), await findFreePort(), attempt.signal);
    attempt.abort();
    await expect(opening).rejects.toThrow(/aborted/);
  });
});
