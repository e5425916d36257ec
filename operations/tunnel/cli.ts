/** `npm run tunnel`: opens a tunnel to a private API and runs a command with it. */
import { spawn } from "node:child_process";
import { once } from "node:events";

import { EC2Client } from "@aws-sdk/client-ec2";

import { parseStackArgument, printLines, runProgram } from "../../cli/program";
import { apiName } from "../../components/api/address.plan";
import { tunnelVariable } from "../../components/api/apiTunnel.plan";
import { readClusterSpec } from "../stack";
import { findControlPlaneInstance, findFreePort, openSession, sessionCommand } from "./session";

const usage = `npm run tunnel -- <stack> [command …]

Forwards a local port to a control-plane instance through Session Manager and runs the command with ${tunnelVariable} set,
so that \`pulumi up\` reaches an API without a public address:

  npm run tunnel -- prod pulumi up --stack prod

Without a command, the tunnel stays open until you interrupt it. Requires the AWS CLI and its Session Manager plugin.
`;

// Everything after the stack belongs to the command, including options.
const [ownArguments, command] = [process.argv.slice(2, 3), process.argv.slice(3)];

async function main({ positionals }: { readonly positionals: readonly string[] }): Promise<number> {
  const { name, region, domain } = readClusterSpec(parseStackArgument(positionals));
  const instanceId = await findControlPlaneInstance(new EC2Client({ region }), name);
  const localPort = await findFreePort();
  const session = await openSession(sessionCommand({ instanceId, region, localPort }), localPort);
  const url = `https://127.0.0.1:${localPort}`;
  try {
    if (command.length > 0) return await run(command, url);
    printLines([
      `Tunnel to the API of ${name} through ${instanceId}: ${url}. Press Ctrl-C to close it.`,
      `  pulumi   ${tunnelVariable}=${url} pulumi up`,
      `  kubectl  kubectl --server ${url} --tls-server-name ${apiName(domain)}`,
    ]);
    await once(session, "exit");
    return 0;
  } finally {
    session.kill();
  }
}

async function run([program = "", ...args]: readonly string[], url: string): Promise<number> {
  const child = spawn(program, args, { stdio: "inherit", env: { ...process.env, [tunnelVariable]: url } });
  const [code] = (await once(child, "exit")) as [number | null];
  return code ?? 1;
}

runProgram({ usage, options: {}, argv: ownArguments }, main);
