/** A way to the API for who is outside the VPC: a port of this machine that leads to a control plane's, by Session Manager. */

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { DescribeInstancesCommand } from "@aws-sdk/client-ec2";
import type { EC2Client } from "@aws-sdk/client-ec2";

import { apiPort } from "../../components/api/address.plan";
import { clusterTag, roleTag } from "../../components/aws/tags.plan";

/** Milliseconds that Session Manager may take to open the port. */
const openingMs = 30_000;

/** Instance id of a running control plane; the longest-lived, as it is the least likely to be on its way in. */
export async function findControlPlaneInstance(ec2: EC2Client, cluster: string): Promise<string> {
  const { Reservations = [] } = await ec2.send(
    new DescribeInstancesCommand({
      Filters: [
        { Name: `tag:${clusterTag}`, Values: [cluster] },
        { Name: `tag:${roleTag}`, Values: ["control-plane"] },
        { Name: "instance-state-name", Values: ["running"] },
      ],
    }),
  );
  const instances = Reservations.flatMap(({ Instances = [] }) => Instances).toSorted(
    (a, b) => Number(a.LaunchTime ?? 0) - Number(b.LaunchTime ?? 0),
  );
  const id = instances[0]?.InstanceId;
  if (id === undefined) throw new Error(`no control plane of ${cluster} runs in this account and region`);
  return id;
}

/** Command line that forwards a port; needs the AWS CLI and its Session Manager plugin. */
export function sessionCommand(session: {
  readonly instanceId: string;
  readonly region: string;
  readonly localPort: number;
}): readonly string[] {
  const { instanceId, region, localPort } = session;
  return [
    ...["aws", "ssm", "start-session", "--region", region, "--target", instanceId],
    ...["--document-name", "AWS-StartPortForwardingSession"],
    ...["--parameters", `portNumber=${apiPort},localPortNumber=${localPort}`],
  ];
}

/** A port that nothing listens on just now. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/**
 * Starts the session; resolves when the port is open.
 * @throws Error with what the session said, if it ends before.
 */
export async function openSession(command: readonly string[], localPort: number): Promise<ChildProcess> {
  const [program = "", ...args] = command;
  const session = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  session.stdout.on("data", (data: Buffer) => (said += data.toString()));
  session.stderr.on("data", (data: Buffer) => (said += data.toString()));
  const ended = new Promise<never>((_resolve, reject) => {
    session.once("error", (error: NodeJS.ErrnoException) => {
      const absent = error.code === "ENOENT";
      reject(absent ? new Error("the AWS CLI is not installed, or not on PATH") : error);
    });
    session.once("exit", (code) => {
      reject(new Error(`the session ended (status ${code ?? "?"}): ${said.trim()}`));
    });
  });
  // Once it is open, its end is the caller's business.
  ended.catch(() => undefined);
  await Promise.race([ended, untilOpen(localPort)]);
  return session;
}

async function untilOpen(port: number): Promise<void> {
  const deadline = Date.now() + openingMs;
  while (!(await accepts(port))) {
    if (Date.now() > deadline) throw new Error(`the session did not open port ${port} within ${openingMs / 1000} s`);
    await sleep(200);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => {
      resolve(false);
    });
  });
}
