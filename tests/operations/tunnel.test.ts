import { once } from "node:events";
import { createConnection } from "node:net";

import type { EC2Client } from "@aws-sdk/client-ec2";

import { findControlPlaneInstance, findFreePort, openSession, sessionCommand } from "../../operations/tunnel/session";

/** An AWS that knows these instances, and what it was asked. */
function aws(instances: readonly object[]) {
  const asked: unknown[] = [];
  const send = (command: { input: unknown }) => {
    asked.push(command.input);
    return Promise.resolve({ Reservations: [{ Instances: instances }] });
  };
  return { ec2: { send } as unknown as EC2Client, asked };
}

describe("the machine that a tunnel leads to", () => {
  test("is the cluster's longest-lived control plane that runs", async () => {
    const { ec2, asked } = aws([
      { InstanceId: "i-young", LaunchTime: new Date(2000) },
      { InstanceId: "i-old", LaunchTime: new Date(1000) },
    ]);
    expect(await findControlPlaneInstance(ec2, "blue")).toBe("i-old");
    expect(asked).toEqual([
      {
        Filters: [
          { Name: "tag:holdfast:cluster", Values: ["blue"] },
          { Name: "tag:holdfast:role", Values: ["control-plane"] },
          { Name: "instance-state-name", Values: ["running"] },
        ],
      },
    ]);
  });

  test("has to be there", async () => {
    await expect(findControlPlaneInstance(aws([]).ec2, "blue")).rejects.toThrow(/no control plane of blue runs/);
  });
});

test("the session forwards a local port to the API's", () => {
  expect(sessionCommand({ instanceId: "i-1", region: "eu-central-1", localPort: 4000 }).join(" ")).toBe(
    "aws ssm start-session --region eu-central-1 --target i-1 --document-name AWS-StartPortForwardingSession " +
      "--parameters portNumber=6443,localPortNumber=4000",
  );
});

describe("a session", () => {
  // Whoever only tries whether the port is open hangs up without reading: an error that would end the program.
  const listening = (port: number): readonly string[] => [
    process.execPath,
    "-e",
    `const server = require("net").createServer((s) => s.on("error", () => {}).end("here"));
    setTimeout(() => server.listen(${port}, "127.0.0.1"), 100);`,
  ];

  test("is open when its port is", async () => {
    const port = await findFreePort();
    const session = await openSession(listening(port), port);
    const socket = createConnection(port, "127.0.0.1");
    const [data] = (await once(socket, "data")) as [Buffer];
    expect(data.toString()).toBe("here");
    socket.destroy();
    session.kill();
    await once(session, "exit");
  });

  test("that ends at once is told of in its own words", async () => {
    const command = [process.execPath, "-e", `console.error("SessionManagerPlugin is not found"); process.exit(255)`];
    await expect(openSession(command, await findFreePort())).rejects.toThrow(
      /status 255.*SessionManagerPlugin is not found/,
    );
  });

  test("needs a program", async () => {
    await expect(openSession(["holdfast-no-such-program"], await findFreePort())).rejects.toThrow(/not installed/);
  });
});
