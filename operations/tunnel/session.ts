/** Session Manager session that forwards a local port to the API port of a control-plane instance. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { DescribeInstancesCommand, type EC2Client } from "@aws-sdk/client-ec2";

import { apiPort } from "../../components/api/address.plan";
import { clusterTag, roleTag } from "../../components/aws/tags.plan";

/** Time limit in ms until Session Manager opens the port. */
const openTimeoutMs = 30_000;

/** Id of the oldest running control-plane instance: a new one may still be booting. */
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
  if (id === undefined) throw new Error(`no control-plane instance of ${cluster} runs in this AWS account and region`);
  return id;
}

/** Command line of the session; requires the AWS CLI and its Session Manager plugin. */
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

/** Free local port. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/**
 * Starts the session and waits until its port is open.
 * @throws Error with the output of the session if it ends before.
 */
export async function openSession(command: readonly string[], localPort: number): Promise<ChildProcess> {
  const [program = "", ...args] = command;
  const session = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  session.stdout.on("data", (data: Buffer) => (output += data.toString()));
  session.stderr.on("data", (data: Buffer) => (output += data.toString()));
  const ended = new Promise<never>((_resolve, reject) => {
    session.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "ENOENT" ? new Error("the AWS CLI is not installed, or not on PATH") : error);
    });
    session.once("exit", (code) => {
      reject(new Error(`the session ended (status ${code ?? "?"}): ${output.trim()}`));
    });
  });
  // After the port is open, the caller handles the end of the session.
  ended.catch(() => undefined);
  await Promise.race([ended, waitForPort(localPort)]);
  return session;
}

async function waitForPort(port: number): Promise<void> {
  const deadline = Date.now() + openTimeoutMs;
  while (!(await accepts(port))) {
    if (Date.now() > deadline)
      throw new Error(`the session did not open port ${port} within ${openTimeoutMs / 1000} s`);
    await sleep(200);
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
