/** Encryption of Secrets in etcd, and rotation of its key. */
import { join } from "node:path";
import { withApiProxy } from "../../../operations/reencrypt/apiProxy";
import { rewriteResource, type RewrittenResource } from "../../../operations/reencrypt/rewrite";
import { ApiServer, programs } from "./apiServer";

let server: ApiServer;

beforeAll(async () => {
  server = await ApiServer.create();
  await server.configure({});
}, 1_800_000);

afterAll(() => server.destroy());

describe("encryption", () => {
  const password = "correct horse battery staple";
  const secret = (name: string) => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: "default" },
    stringData: { password },
  });
  const stored = (name: string) => server.stored(`/registry/secrets/default/${name}`).toString("latin1");
  const read = async (name: string) => {
    const { status, body } = await server.request(server.admin, "GET", `/api/v1/namespaces/default/secrets/${name}`);
    return status === 200 && (body as { data: { password: string } }).data.password;
  };
  const encoded = Buffer.from(password).toString("base64");
  let count = 0;
  /** Writes Secrets until one is encrypted with that key; the API server reloads the file at least once a minute. */
  const writeUntilEncryptedBy = async (key: string): Promise<string> => {
    let name = "";
    await server.waitFor(90, `key ${key}`, async () => {
      name = `secret-${String(count++)}`;
      await server.create(secret(name));
      return stored(name).startsWith(`k8s:enc:secretbox:v1:${key}:`);
    });
    return name;
  };

  /** Versions of all Secrets by name. */
  const resourceVersions = async (): Promise<Map<string, string>> => {
    const { body } = await server.request(server.admin, "GET", "/api/v1/secrets");
    const { items } = body as { items: { metadata: { name: string; resourceVersion: string } }[] };
    return new Map(items.map(({ metadata }) => [metadata.name, metadata.resourceVersion]));
  };
  /** What `holdfast reencrypt` does, with the real kubectl. */
  const rewrite = async (): Promise<RewrittenResource> => {
    const { kubernetes } = await programs();
    const { certificate } = server.admin;
    const access = {
      server: server.url,
      "certificate-authority": server.path("kubernetes/pki/ca.crt"),
      "client-certificate": certificate?.certificate ?? "",
      "client-key": certificate?.key ?? "",
    };
    const flags = Object.entries(access).map(([name, value]) => `--${name}=${value}`);
    return withApiProxy([join(kubernetes, "kubectl"), ...flags], (send) =>
      rewriteResource(send, "secrets", () => undefined),
    );
  };

  test("encrypts only Secrets in etcd", async () => {
    await server.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "default" } }, secret("first"), {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "open", namespace: "default" },
      data: { words: password },
    });
    expect(stored("first")).toMatch(/^k8s:enc:secretbox:v1:1:/);
    expect(stored("first")).not.toContain(password);
    expect(stored("first")).not.toContain("first");
    expect(server.stored("/registry/configmaps/default/open").toString("latin1")).toContain(password);
    expect(await read("first")).toBe(encoded);
  });

  test("rotates its key in three steps, with all Secrets readable at each", async () => {
    server.installConfig({ encryption: { keys: ["1", "2"] } });
    server.installConfig({ encryption: { keys: ["2", "1"] } });
    const second = await writeUntilEncryptedBy("2");
    expect(await read("first")).toBe(encoded);
    expect(await read(second)).toBe(encoded);
    // Rewritten Secrets are encrypted with the new key, and those that are already are not written again.
    const versions = await resourceVersions();
    const stale = [...versions.keys()].filter((name) => stored(name).startsWith("k8s:enc:secretbox:v1:1:"));
    expect(stale).toContain("first");
    expect(stale).not.toContain(second);
    expect(await rewrite()).toEqual({
      resource: "secrets",
      objects: versions.size,
      rewritten: stale.length,
      refused: [],
    });
    for (const name of versions.keys()) expect(stored(name)).toMatch(/^k8s:enc:secretbox:v1:2:/);
    const rewritten = await resourceVersions();
    const changed = [...versions].filter(([name, version]) => rewritten.get(name) !== version).map(([name]) => name);
    expect(changed.toSorted()).toEqual(stale.toSorted());
    expect(await rewrite()).toMatchObject({ rewritten: 0 });
    expect(await resourceVersions()).toEqual(rewritten);
    // A server with only the new key can read them.
    await server.configure({ encryption: { keys: ["2"] } });
    expect(await read("first")).toBe(encoded);
  }, 180_000);
});
