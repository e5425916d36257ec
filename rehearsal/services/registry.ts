/** Container registry: the CNCF's program (github.com/distribution/distribution), with its images in a folder. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { run } from "../command";
import { inNamespace } from "../machines/namespaces";
import { type Service, startService } from "./service";

export interface RegistryOptions {
  /** Path of the program. */
  readonly program: string;
  /** Receives the configuration and the log. */
  readonly directory: string;
  /** Folder of the images. Default: `images` in the directory. */
  readonly images?: string;
  readonly address: string;
  readonly port: number;
  /** Network namespace. Default: that of this process. */
  readonly namespace?: string | undefined;
}

/** Starts a registry without authentication and TLS; resolves when it answers. */
export async function startRegistry({
  program,
  directory,
  images,
  namespace,
  ...at
}: RegistryOptions): Promise<Service> {
  mkdirSync(directory, { recursive: true });
  const host = `${at.address}:${at.port}`;
  const configuration = {
    version: 0.1,
    log: { level: "warn", accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: images ?? join(directory, "images") } },
    http: { addr: host },
  };
  const file = join(directory, "registry.yaml");
  writeFileSync(file, stringify(configuration));
  const request = ["curl", "-sf", "-m", "2", "-o", "/dev/null", `http://${host}/v2/`];
  return startService({
    name: "registry",
    argv: [program, "serve", file],
    directory,
    namespace,
    // By default it sends traces to a collector.
    environment: { OTEL_TRACES_EXPORTER: "none" },
    isReady: async () => (await run(namespace === undefined ? request : inNamespace(namespace, request))).code === 0,
  });
}
