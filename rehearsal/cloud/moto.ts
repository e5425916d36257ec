/** The rehearsal's own AWS: moto in server mode, on the loopback of the router's namespace. */
import { type Service, startService } from "./service";

export interface MotoOptions {
  readonly motoServer: string;
  readonly port: number;
  /** Account that resources belong to: the plan's, so that its ARNs stay true. */
  readonly accountId: string;
  readonly directory: string;
}

export async function startMoto({ motoServer, port, accountId, directory }: MotoOptions): Promise<Service> {
  return startService({
    name: "moto",
    argv: [motoServer, "-H", "127.0.0.1", "-p", String(port)],
    directory,
    // Amazon's public images are of no use here and take seconds to load
    environment: { MOTO_ACCOUNT_ID: accountId, MOTO_EC2_LOAD_DEFAULT_AMIS: "false" },
    isReady: async () => (await fetch(`http://127.0.0.1:${port}/moto-api/`)).ok,
  });
}
