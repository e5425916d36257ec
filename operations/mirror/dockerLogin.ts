/** Logins that `docker login` saved, which all tools for registries share. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

import { messageOf } from "../../cli/program";
import type { Login } from "./registry";

interface DockerConfig {
  readonly auths?: Readonly<Record<string, { readonly auth?: string }>>;
  readonly credHelpers?: Readonly<Record<string, string>>;
  readonly credsStore?: string;
}

/**
 * Login of a registry from `$DOCKER_CONFIG/config.json` (default: ~/.docker) or its credential helper; undefined: none.
 * @throws Error if the helper fails for another reason
 */
export async function dockerLogin(registry: string): Promise<Login | undefined> {
  const folder = process.env.DOCKER_CONFIG ?? join(homedir(), ".docker");
  const text = await readFile(join(folder, "config.json"), "utf8").catch(() => "{}");
  const { auths, credHelpers, credsStore } = JSON.parse(text) as DockerConfig;
  const key = registry === "docker.io" ? "https://index.docker.io/v1/" : registry;
  const helper = credHelpers?.[key] ?? credsStore;
  if (helper !== undefined) return askHelper(helper, key);
  const auth = auths?.[key]?.auth;
  if (auth === undefined) return undefined;
  const [username = "", ...password] = Buffer.from(auth, "base64").toString().split(":");
  return { username, password: password.join(":") };
}

/** Protocol of docker/docker-credential-helpers: the server on standard input, JSON on standard output. */
function askHelper(helper: string, server: string): Promise<Login | undefined> {
  return new Promise((resolve, reject) => {
    const child = execFile(`docker-credential-${helper}`, ["get"], (error, stdout) => {
      if (error === null) {
        const { Username, Secret } = JSON.parse(stdout) as { Username: string; Secret: string };
        resolve({ username: Username, password: Secret });
      } else if (/credentials not found/i.test(stdout)) resolve(undefined);
      else reject(new Error(`docker-credential-${helper} has no login for ${server}: ${messageOf(error)}`));
    });
    child.stdin?.on("error", () => undefined).end(server);
  });
}
