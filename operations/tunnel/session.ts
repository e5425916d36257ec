/** Session Manager session that forwards a local port to the load balancer of an API. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { DescribeInstancesCommand, type EC2Client } from "@aws-sdk/client-ec2";

import { apiPort } from "../../components/api/address.plan";
import { clusterTag, roleTag } from "../../components/aws/tags.plan";

/** Open session. */
export interface Session {
  /** Local port. */
  readonly port: number;
  /** Resolves when the session has ended, to its last output. */
  readonly ended: Promise<string>;
  /** Ends the session and its processes. */
  readonly stop: () => Promise<void>;
}

/** An instance runs, but its SSM agent has not connected to Session Manager yet. */
export class NotConnectedError extends Error {}

/** Time limit in ms until Session Manager opens the port. */
const openTimeoutMs = 30_000;

/** Time limit in ms for the plugin to end the session in Session Manager, before its processes are killed. */
const stopTimeoutMs = 3000;

/** Ids of the running control-plane instances, oldest first: a new one may still be booting. */
export async function listControlPlaneInstances(ec2: EC2Client, cluster: string): Promise<readonly string[]> {
  const { Reservations = [] } = await ec2.send(
    new DescribeInstancesCommand({
      Filters: [
        { Name: `tag:${clusterTag}`, Values: [cluster] },
        { Name: `tag:${roleTag}`, Values: ["control-plane"] },
        { Name: "instance-state-name", Values: ["running"] },
      ],
    }),
  );
  return Reservations.flatMap(({ Instances = [] }) => Instances)
    .toSorted((a, b) => Number(a.LaunchTime ?? 0) - Number(b.LaunchTime ?? 0))
    .flatMap(({ InstanceId }) => InstanceId ?? []);
}

/**
 * Command line of the session; requires the AWS CLI and its Session Manager plugin. The instance connects to the load balancer
 * instead of its own API server, so that the session also works while this one API server is replaced or fails:
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-sessions-start.html
 */
export function sessionCommand(session: {
  readonly instanceId: string;
  readonly region: string;
  /** DNS name of the API inside the VPC. */
  readonly host: string;
  readonly localPort: number;
}): readonly string[] {
  const { instanceId, region, host, localPort } = session;
  return [
    ...["aws", "ssm", "start-session", "--region", region, "--target", instanceId],
    ...["--document-name", "AWS-StartPortForwardingSessionToRemoteHost"],
    ...["--parameters", `host=${host},portNumber=${apiPort},localPortNumber=${localPort}`],
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
 * Starts the session and resolves when its port is open.
 * @param signal ends the attempt.
 * @throws NotConnectedError if the instance's agent is not connected yet.
 * @throws Error with the output of the session if it ends before.
 */
export async function openSession(command: readonly string[], port: number, signal?: AbortSignal): Promise<Session> {
  const [program = "", ...args] = command;
  // A process group of its own: Ctrl-C must not end the session before the command that uses it, and the AWS CLI leaves the
  // plugin behind if only the CLI is killed.
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], detached: true });
  let output = "";
  const keep = (data: Buffer): void => void (output = `${output}${data.toString()}`.slice(-4000));
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code === "ENOENT" ? "the AWS CLI is not installed, or not on PATH" : error.message);
    });
    child.once("close", (code) => {
      resolve(`the session ended (status ${code ?? "?"}): ${lastLines(output)}`);
    });
  });
  const stop = (): Promise<void> => stopGroup(child, ended);
  const finished = new AbortController();
  try {
    await Promise.race([
      waitForPort(port, AbortSignal.any([finished.signal, ...(signal ? [signal] : [])])),
      ended.then((reason) => {
        throw /TargetNotConnected/.test(output) ? new NotConnectedError(reason) : new Error(reason);
      }),
    ]);
    return { port, ended, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    finished.abort();
  }
}

/** The plugin prints blank lines around its messages. */
const lastLines = (output: string): string =>
  output
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-3)
    .join(" ")
    .trim();

/** On SIGINT, the plugin ends the session in Session Manager; the AWS CLI ignores it and ends with the plugin. */
async function stopGroup(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.pid === undefined) return;
  signalGroup(child.pid, "SIGINT");
  const killed = new AbortController();
  await Promise.race([ended, sleep(stopTimeoutMs, undefined, { signal: killed.signal }).catch(() => undefined)]);
  killed.abort();
  signalGroup(child.pid, "SIGKILL");
  await ended;
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    // ESRCH: the group has no process left.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function waitForPort(port: number, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + openTimeoutMs;
  while (!(await accepts(port))) {
    if (Date.now() > deadline)
      throw new Error(`the session did not open port ${port} within ${openTimeoutMs / 1000} s`);
    await sleep(200, undefined, { signal });
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
