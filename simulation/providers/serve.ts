import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";

import type { Backend } from "./backend";
import { channelOptions } from "./grpc";
import { endWithEngine } from "./launcher";
import { providerService } from "./service";
import { SimulatedProvider } from "./simulatedProvider";

/** Environment variable with the folder of the simulated account. */
export const accountVariable = "HOLDFAST_SIMULATED_ACCOUNT";

/**
 * Serves a simulated provider on a free port of the loopback interface.
 *
 * @param packageName `aws` or `tls`
 * @param version version of the SDK package
 * @param folder folder of the simulated account
 * @param backend system in which the changes are made. Default: none.
 */
export async function startProvider(
  packageName: string,
  version: string,
  folder: string,
  backend?: Backend,
): Promise<{ readonly port: number; readonly stop: () => void }> {
  const server = new Server(channelOptions);
  const provider = new SimulatedProvider(packageName, folder, backend);
  server.addService(ResourceProviderService, providerService(provider, version));
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

/** Runs this process as a plugin: prints the port, and ends with the engine. */
export async function servePlugin(packageName: string, version: string, backend?: Backend): Promise<void> {
  const folder = process.env[accountVariable];
  if (folder === undefined) throw new Error(`${accountVariable} must name the folder of the simulated account`);
  const { port } = await startProvider(packageName, version, folder, backend);
  process.stdout.write(`${String(port)}\n`);
  endWithEngine();
}
