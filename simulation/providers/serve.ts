import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";

import { providerService } from "./service";
import { SimulatedProvider } from "./simulatedProvider";

/** Environment variable with the folder that keeps the simulated account from one run to the next. */
export const accountVariable = "HOLDFAST_SIMULATED_ACCOUNT";

/** Longest message between the engine and a plugin, in bytes: as much as Pulumi itself allows. */
const longestMessage = 400 * 1024 * 1024;

/** Milliseconds between two looks at whether the engine that started this plugin is still there. */
const lookAfter = 2000;

/**
 * Serves a simulated provider on a free port of the loopback interface.
 *
 * @param packageName `aws` or `tls`
 * @param version of the SDK package in whose place it stands
 * @param folder that keeps the account
 */
export async function startProvider(
  packageName: string,
  version: string,
  folder: string,
): Promise<{ readonly port: number; readonly stop: () => void }> {
  const server = new Server({
    "grpc.max_receive_message_length": longestMessage,
    "grpc.max_send_message_length": longestMessage,
  });
  server.addService(ResourceProviderService, providerService(new SimulatedProvider(packageName, folder), version));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  const stop = (): void => {
    server.forceShutdown();
  };
  return { port, stop };
}

/** Runs this process as a plugin: tells the engine the port, and ends with the engine. */
export async function servePlugin(packageName: string, version: string): Promise<void> {
  const folder = process.env[accountVariable];
  if (folder === undefined) throw new Error(`${accountVariable} must name the folder of the simulated account`);
  const { port } = await startProvider(packageName, version, folder);
  process.stdout.write(`${String(port)}\n`);
  // The engine ends its plugins so; a person's Ctrl-C does not reach them, each is a process group of its own.
  process.on("SIGINT", () => process.exit(0));
  const engine = process.ppid;
  setInterval(() => {
    if (process.ppid !== engine) process.exit();
  }, lookAfter).unref();
}
