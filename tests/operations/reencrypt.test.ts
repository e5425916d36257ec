import type { ApiAnswer, ApiRequest } from "../../operations/reencrypt/apiProxy";
import { templateEncryption } from "../../operations/reencrypt/encryption";
import { describeReencryption, isComplete, type Reencryption } from "../../operations/reencrypt/report";
import { rewriteResource } from "../../operations/reencrypt/rewrite";
import { encryptionTemplate } from "../../components/access/encryption/encryptionConfiguration.plan";
import { specOf } from "../specs";

const json = (value: object, status = 200): ApiAnswer => ({ status, body: JSON.stringify(value) });
const item = (name: string, resourceVersion = "1", namespace: string | undefined = "default") => ({
  metadata: { name, namespace, resourceVersion },
});

/** API with answers by path; records all requests. */
function fakeApi(answer: (request: ApiRequest) => ApiAnswer) {
  const requests: ApiRequest[] = [];
  return {
    requests,
    send: (request: ApiRequest): Promise<ApiAnswer> => {
      requests.push(request);
      return Promise.resolve().then(() => answer(request));
    },
  };
}

describe("rewriting a resource", () => {
  const progress: string[] = [];
  const show = (resource: string, done: number, all: number) => void progress.push(`${resource} ${done}/${all}`);
  beforeEach(() => progress.splice(0));

  it("patches every object of every page, and counts those that the API server has written", async () => {
    const { send, requests } = fakeApi(({ method, path }) => {
      if (method === "GET" && !path.includes("continue"))
        return json({ metadata: { continue: "a b", remainingItemCount: 1 }, items: [item("one"), item("two")] });
      if (method === "GET") return json({ metadata: {}, items: [item("three", "1", "shop")] });
      return json(item("any", path.endsWith("/two") ? "1" : "9"));
    });
    expect(await rewriteResource(send, "secrets", show)).toEqual({
      resource: "secrets",
      objects: 3,
      rewritten: 2,
      refused: [],
    });
    expect(requests.map(({ method, path, body = "" }) => `${method} ${path} ${body}`)).toEqual([
      "GET /api/v1/secrets?limit=500 ",
      "PATCH /api/v1/namespaces/default/secrets/one {}",
      "PATCH /api/v1/namespaces/default/secrets/two {}",
      "GET /api/v1/secrets?limit=500&continue=a%20b ",
      "PATCH /api/v1/namespaces/shop/secrets/three {}",
    ]);
    expect(progress).toEqual(["secrets 2/3", "secrets 3/3"]);
  });

  it("requests only metadata, so that no secret leaves the API server", async () => {
    const { send, requests } = fakeApi(({ method }) =>
      json(method === "GET" ? { metadata: {}, items: [item("one")] } : item("one")),
    );
    await rewriteResource(send, "secrets", show);
    for (const { headers } of requests) expect(headers?.accept).toMatch(/;as=PartialObjectMetadata(List)?;/);
  });

  it("uses the preferred version of an API group, and paths without a namespace", async () => {
    const { send, requests } = fakeApi(({ method, path }) => {
      if (path === "/apis/example.com") return json({ preferredVersion: { groupVersion: "example.com/v2" } });
      return json(
        method === "GET" ? { metadata: {}, items: [{ metadata: { name: "a", resourceVersion: "1" } }] } : item("a"),
      );
    });
    await rewriteResource(send, "orders.example.com", show);
    expect(requests.map(({ path }) => path)).toEqual([
      "/apis/example.com",
      "/apis/example.com/v2/orders?limit=500",
      "/apis/example.com/v2/orders/a",
    ]);
  });

  it("accepts deleted objects and conflicts, reports refused ones, and repeats requests after temporary failures", async () => {
    const answers: Readonly<Record<string, readonly (ApiAnswer | "down")[]>> = {
      gone: [json({ message: "not found" }, 404)],
      busy: [json({ message: "modified" }, 409)],
      refused: [json({ message: "denied by policy" }, 403)],
      late: ["down", json({}, 503), json(item("late", "7"))],
    };
    const sent: Record<string, number> = {};
    const { send } = fakeApi(({ method, path }) => {
      if (method === "GET") return json({ metadata: {}, items: Object.keys(answers).map((name) => item(name)) });
      const name = path.split("/").at(-1) ?? "";
      const answer = answers[name]?.[sent[name] ?? 0] ?? json({}, 500);
      sent[name] = (sent[name] ?? 0) + 1;
      if (answer === "down") throw new Error("connection refused");
      return answer;
    });
    expect(await rewriteResource(send, "secrets", show)).toMatchObject({
      objects: 4,
      rewritten: 1,
      refused: [{ object: "default/refused", message: "denied by policy" }],
    });
  });

  it("continues a list whose revision etcd has compacted, and fails for a resource that the API does not serve", async () => {
    const { send } = fakeApi(({ method, path }) => {
      if (method === "PATCH") return json(item("any"));
      if (path.includes("continue=new")) return json({ metadata: {}, items: [item("two")] });
      if (path.includes("continue=old")) return json({ code: 410, metadata: { continue: "new" } }, 410);
      return json({ metadata: { continue: "old" }, items: [item("one")] });
    });
    expect(await rewriteResource(send, "secrets", show)).toMatchObject({ objects: 2 });
    const missing = fakeApi(() => ({ status: 404, body: "404 page not found\n" }));
    await expect(rewriteResource(missing.send, "secrets", show)).rejects.toThrow(
      /^\/api\/v1\/secrets: 404 page not found/,
    );
  });
});

describe("encryption of a machine", () => {
  it.each([
    [{ keys: ["2", "1"] }, { resources: ["secrets"], current: "2", former: ["1"] }],
    [
      { provider: "none", keys: ["1"] },
      { resources: ["secrets"], current: undefined, former: ["1"] },
    ],
    [
      { provider: "none", keys: [] },
      { resources: [], current: undefined, former: [] },
    ],
  ])("is that of the settings: %j", (encryption, expected) => {
    const template = encryptionTemplate(specOf({ name: "blue", access: { encryption } }).access.encryption);
    expect(templateEncryption(JSON.parse(JSON.stringify(template ?? null)))).toEqual(expected);
  });
});

describe("report", () => {
  const found: Reencryption = {
    current: "2",
    former: ["1"],
    resources: [{ resource: "secrets", objects: 12, rewritten: 10, refused: [] }],
    keysInEtcd: undefined,
  };

  it("names the program that counts the keys, where the command cannot", () => {
    expect(describeReencryption(found)).toEqual([
      "secrets: 12 objects, 10 rewritten with key 2",
      "Before you drop key 1, run sudo /opt/holdfast/current/bin/etcd-encryption-keys on a member: it must not list the key.",
    ]);
    expect(isComplete(found)).toBe(true);
  });

  it("is complete if etcd has no value of a former key, and no object was refused", () => {
    const counted = { ...found, keysInEtcd: { "2": 12 } };
    expect([isComplete(counted), describeReencryption(counted).at(-1)]).toEqual([
      true,
      "No value in etcd is encrypted with key 1.",
    ]);
    const left = { ...found, keysInEtcd: { "1": 3, "2": 9 } };
    expect(isComplete(left)).toBe(false);
    expect(describeReencryption(left).at(-1)).toContain("etcd has 3 values of key 1");
    const refused = [
      { resource: "secrets", objects: 1, rewritten: 0, refused: [{ object: "a/b", message: "denied" }] },
    ];
    expect(isComplete({ ...counted, resources: refused })).toBe(false);
    expect(describeReencryption({ ...counted, resources: refused })).toContain("  a/b: denied");
  });
});
