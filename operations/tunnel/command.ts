/** `holdfast tunnel`: opens a tunnel to a private API, keeps it open, and runs a command with it. */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";

import { EC2Client } from "@aws-sdk/client-ec2";

import { printLines } from "../../cli/program";
import { apiName, apiPort } from "../../components/api/address.plan";
import type { ClusterSpec } from "../../components/clusterSpec";
import { readClusterSpec } from "../stack";
import { ApiTunnel } from "./apiTunnel";
import { planUpstream, planVariables } from "./environment";
import { type ProxyServer, startProxy } from "./proxyServer";
import { type EndSignal, type RunningCommand, endSignals, exitCodeOf, startCommand } from "./runCommand";
import { findFreePort, listControlPlaneInstances, openSession, sessionCommand } from "./session";

/** Time in ms for which a connection to the API waits for the tunnel. Go's HTTP client waits a minute for a proxy. */
const holdMs = 30_000;

/**
 * Runs a command with a tunnel; without one, keeps the tunnel open until a signal ends this process.
 * @param words command and its arguments, optionally after `--`
 * @returns exit code of the command.
 */
export async function runInTunnel(stack: string, words: readonly string[]): Promise<number> {
  const command = words[0] === "--" ? words.slice(1) : words;
  const spec = readClusterSpec(stack);
  await Promise.all([checkProgram("aws", awsCliPage), checkProgram("session-manager-plugin", pluginPage)]);

  const interrupted = new AbortController();
  let running: RunningCommand | undefined;
  for (const signal of endSignals) {
    process.on(signal, () => {
      if (running === undefined) interrupted.abort(signal);
      else running.forward(signal);
    });
  }
  const interruption = once(interrupted.signal, "abort").then(() => interrupted.signal.reason as EndSignal);
  const tunnel = createTunnel(spec);
  const { proxy, variables } = await startProxyOf(spec, tunnel);
  try {
    const signal = await Promise.race([tunnel.start(), interruption]);
    if (signal !== undefined) return exitCodeOf(signal);
    if (command.length > 0) {
      running = startCommand(command, variables);
      return await running.exitCode;
    }
    printLines([
      "The tunnel stays open until you press Ctrl-C. In another terminal:",
      `  export ${Object.entries(variables)
        .map(([name, value]) => `${name}=${value}`)
        .join(" ")}`,
      "  kubectl --kubeconfig kubeconfig get nodes",
    ]);
    const ended = await interruption;
    return ended === "SIGINT" ? 0 : exitCodeOf(ended);
  } finally {
    proxy.close();
    await tunnel.close();
  }
}

function createTunnel({ name, region, domain }: ClusterSpec): ApiTunnel {
  const ec2 = new EC2Client({ region });
  return new ApiTunnel(
    {
      cluster: name,
      listInstances: () => listControlPlaneInstances(ec2, name),
      open: async (instanceId, signal) => {
        const localPort = await findFreePort();
        return openSession(sessionCommand({ instanceId, region, host: apiName(domain), localPort }), localPort, signal);
      },
    },
    (line) => process.stderr.write(`tunnel: ${line}\n`),
  );
}

async function startProxyOf(
  { domain, api }: ClusterSpec,
  tunnel: ApiTunnel,
): Promise<{ readonly proxy: ProxyServer; readonly variables: Readonly<Record<string, string>> }> {
  const hosts = [apiName(domain), ...(api.public ? [api.public.name] : [])];
  const destinations = hosts.map((host) => ({ host, port: apiPort }));
  const proxy = await startProxy({
    isApi: ({ host, port }) => port === apiPort && hosts.includes(host),
    apiPort: () => tunnel.port(holdMs),
    upstream: planUpstream(process.env, destinations),
  });
  return { proxy, variables: planVariables(process.env, proxy.url, destinations) };
}

const awsCliPage = "https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html";
const pluginPage =
  "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html";

/** Fails before the command starts: during the first `pulumi up`, the tunnel opens only minutes later. */
async function checkProgram(program: string, page: string): Promise<void> {
  try {
    await promisify(execFile)(program, ["--version"]);
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    if (code === "ENOENT") throw new Error(`${program} is not on PATH; install it: ${page}`, { cause: error });
    throw new Error(`${program} --version failed: ${message}`, { cause: error });
  }
}
