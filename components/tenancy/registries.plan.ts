/** Credentials of container registries, as Kubernetes wants them. Pure. */

/** What is no secret of a registry's credentials. */
export interface RegistrySpec {
  /** Host, with a port where it has one. */
  readonly server: string;
  readonly username: string;
}

/** Passwords by registry. */
export type RegistryPasswords = Readonly<Record<string, string>>;

/** Content of `.dockerconfigjson`: secret, as the password is in it. */
export function dockerConfig({ server, username }: RegistrySpec, password: string): string {
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  // Docker Hub's credentials go by the address of its former index.
  const host = server === "docker.io" ? "https://index.docker.io/v1/" : server;
  return JSON.stringify({ auths: { [host]: { username, password, auth } } });
}

/**
 * Passwords out of the `registries` setting. One that could not be decrypted, in a plan without the stack's key, is replaced: the
 * plan is not applied.
 */
export function passwordsOf(registries: Readonly<Record<string, { readonly password?: unknown }>>): RegistryPasswords {
  return Object.fromEntries(
    Object.entries(registries).map(([name, { password }]) => [
      name,
      typeof password === "string" ? password : "(encrypted)",
    ]),
  );
}
