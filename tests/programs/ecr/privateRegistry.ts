/** Registry that refuses all pulls without the token of ECR, in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { motoAccountId } from "../../../rehearsal/aws/moto";
import { inNamespace } from "../../../rehearsal/machines/namespaces";

/** moto's token for every registry of its account. */
export const motoToken = `${motoAccountId}-auth-token`;

export class PrivateRegistry {
  /** Status and path of each request. */
  readonly requests: string[] = [];

  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  /** Starts a registry; `namespace` is a network namespace. Default: a free port on loopback. */
  static async start(place: { address: string; port: number; namespace?: string } = { address: "127.0.0.1", port: 0 }) {
    const script = [
      process.execPath,
      join(__dirname, "registryProcess.mjs"),
      place.address,
      String(place.port),
      motoToken,
    ];
    const argv = place.namespace === undefined ? script : inNamespace(place.namespace, script);
    const child = spawn(argv[0] ?? "", argv.slice(1), { stdio: ["pipe", "pipe", "inherit"] });
    const lines = createInterface({ input: child.stdout });
    const [port] = (await once(lines, "line")) as [string];
    const registry = new PrivateRegistry(child, `http://${place.address}:${port}`);
    lines.on("line", (line) => registry.requests.push(line));
    return registry;
  }

  stop(): void {
    this.child.stdin?.end();
  }
}
