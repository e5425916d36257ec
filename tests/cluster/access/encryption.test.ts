/** Encryption of Secrets in etcd, and rotation of its key. */
import { ApiServer } from "./apiServer";

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
    // Rewritten Secrets are encrypted with the new key.
    const all = "/api/v1/namespaces/default/secrets";
    const { body } = await server.request(server.admin, "GET", all);
    for (const item of (body as { items: { metadata: { name: string } }[] }).items) {
      expect((await server.request(server.admin, "PUT", `${all}/${item.metadata.name}`, item)).status).toBe(200);
    }
    expect(stored("first")).toMatch(/^k8s:enc:secretbox:v1:2:/);
    // A server with only the new key can read them.
    await server.configure({ encryption: { keys: ["2"] } });
    expect(await read("first")).toBe(encoded);
  }, 180_000);
});
