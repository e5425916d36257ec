import { once } from "node:events";
import { createConnection } from "node:net";

import type { EC2Client } from "@aws-sdk/client-ec2";

import { findControlPlaneInstance, findFreePort, openSession, sessionCommand } from "../../operations/tunnel/session";

/** Fake EC2 client with these instances; records its requests. */
function fakeEc2(instances: readonly object[]) {
  const requests: unknown[] = [];
  const send = (command: { input: unknown }) => {
    requests.push(command.input);
    return Promise.resolve({ Reservations: [{ Instances: instances }] });
  };
  return { ec2: { send } as unknown as EC2Client, requests };
}

describe("instance of a tunnel", () => {
  test("is the oldest running control-plane instance", async () => {
    const { ec2, requests } = fakeEc2([
      { InstanceId: "i-young", LaunchTime: new Date(2000) },
      { InstanceId: "i-old", LaunchTime: new Date(1000) },
    ]);
    expect(await findControlPlaneInstance(ec2, "blue")).toBe("i-old");
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

  test("must exist", async () => {
    await expect(findControlPlaneInstance(fakeEc2([]).ec2, "blue")).rejects.toThrow(
      /no control-plane instance of blue runs/,
    );
  });
});

test("the session forwards a local port to the API port", () => {
  expect(sessionCommand({ instanceId: "i-1", region: "eu-central-1", localPort: 4000 }).join(" ")).toBe(
    "aws ssm start-session --region eu-central-1 --target i-1 --document-name AWS-StartPortForwardingSession " +
      "--parameters portNumber=6443,localPortNumber=4000",
  );
});

describe("a session", () => {
  // The probe of the port disconnects without reading, which raises an error in the server.
  const listening = (port: number): readonly string[] => [
    process.execPath,
    "-e",
    `const server = require("net").createServer((s) => s.on("error", () => {}).end("here"));
    setTimeout(() => server.listen(${port}, "127.0.0.1"), 100);`,
  ];

  test("resolves when its port is open", async () => {
    const port = await findFreePort();
    const session = await openSession(listening(port), port);
    const socket = createConnection(port, "127.0.0.1");
    const [data] = (await once(socket, "data")) as [Buffer];
    expect(data.toString()).toBe("here");
    socket.destroy();
    session.kill();
    await once(session, "exit");
  });

  test("rejects with its output if it ends at once", async () => {
    const command = [process.execPath, "-e", `console.error("SessionManagerPlugin is not found"); process.exit(255)`];
    await expect(openSession(command, await findFreePort())).rejects.toThrow(
      /status 255.*SessionManagerPlugin is not found/,
    );
  });

  test("rejects if the AWS CLI is missing", async () => {
    await expect(openSession(["holdfast-no-such-program"], await findFreePort())).rejects.toThrow(/not installed/);
  });
});
