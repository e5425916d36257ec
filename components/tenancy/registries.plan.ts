import type { RegistrySpec } from "./registrySettings";

/** Passwords by registry. */
export type RegistryPasswords = Readonly<Record<string, string>>;

/** Name of the Secret with the credentials of a registry. */
export const registrySecret = (registry: string): string => `registry-${registry}`;

/** Content of `.dockerconfigjson`; secret, as it includes the password. */
export function dockerConfig({ server, username }: RegistrySpec, password: string): string {
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  // Container runtimes look up Docker Hub by the address of its former index.
  const host = server === "docker.io" ? "https://index.docker.io/v1/" : server;
  return JSON.stringify({ auths: { [host]: { username, password, auth } } });
}

/** Placeholder of a password that only the Pulumi CLI can decrypt. */
export const encryptedPassword = "(encrypted)";

/** Passwords of the `registries` setting. A plan without the stack's key cannot decrypt them and gets a placeholder. */
export function passwordsOf(registries: Readonly<Record<string, { readonly password?: unknown }>>): RegistryPasswords {
  return Object.fromEntries(
    Object.entries(registries).map(([name, { password }]) => [
      name,
      typeof password === "string" ? password : encryptedPassword,
    ]),
  );
}
