/** `npm run tunnel`: opens a way to a private API, and runs a command that goes through it. */

import { spawn } from "node:child_process";
import { once } from "node:events";

import { EC2Client } from "@aws-sdk/client-ec2";

import { parseStackArgument, runProgram, printLines } from "../../cli/program";
import { apiName } from "../../components/api/address.plan";
import { tunnelVariable } from "../../components/api/apiTunnel.plan";
import { readClusterSpec } from "../stack";
import { findControlPlaneInstance, findFreePort, openSession, sessionCommand } from "./session";

const usage = `npm run tunnel -- <stack> [command …]

Forwards a port of this machine to a control plane of the stack by Session Manager, and runs the command with
${tunnelVariable} set, so that \`pulumi up\` reaches a cluster whose API has no address outside its VPC:

  npm run tunnel -- prod pulumi up --stack prod

Without a command it stays open until it is interrupted. Needs the AWS CLI with its Session Manager plugin.
`;

// What follows the stack is the command's own, options as well.
const [own, command] = [process.argv.slice(2, 3), process.argv.slice(3)];

async function main({ positionals }: { readonly positionals: readonly string[] }): Promise<number> {
  const { name, region, domain } = readClusterSpec(parseStackArgument(positionals));
  const instanceId = await findControlPlaneInstance(new EC2Client({ region }), name);
  const localPort = await findFreePort();
  const session = await openSession(sessionCommand({ instanceId, region, localPort }), localPort);
  const url = `https://127.0.0.1:${localPort}`;
  try {
    if (command.length > 0) return await run(command, url);
    printLines([
      `The API of ${name} is at ${url} until this is interrupted, by way of ${instanceId}.`,
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

runProgram({ usage, options: {}, argv: own }, main);
