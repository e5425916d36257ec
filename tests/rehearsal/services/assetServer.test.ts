import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { byteRange, startAssetServer } from "../../../rehearsal/services/assetServer";

describe("byte ranges", () => {
  test.each([
    [undefined, undefined],
    ["bytes=0-9", { start: 0, end: 9 }],
    ["bytes=90-", { start: 90, end: 99 }],
    ["bytes=90-200", { start: 90, end: 99 }],
    ["bytes=-10", { start: 90, end: 99 }],
    ["bytes=-200", { start: 0, end: 99 }],
    ["bytes=100-", "unsatisfiable"],
    ["bytes=-0", "unsatisfiable"],
    ["bytes=9-0", undefined],
    ["bytes=0-1,5-6", undefined],
    ["bytes=-", undefined],
    ["lines=0-9", undefined],
  ])("%j of 100 bytes: %j", (header, expected) => {
    expect(byteRange(header, 100)).toEqual(expected);
  });
});

describe("the asset mirror", () => {
  const root = mkdtempSync(join(tmpdir(), "assets-"));
  const content = "0123456789".repeat(1000);
  let server: Server;
  let port: number;
  beforeAll(async () => {
    mkdirSync(join(root, "mirror", "etcd"), { recursive: true });
    writeFileSync(join(root, "mirror", "etcd", "etcd.tar.gz"), content);
    writeFileSync(join(root, "secret"), "not for machines");
    server = await startAssetServer({ host: "127.0.0.1", port: 0, directory: join(root, "mirror") });
    port = (server.address() as AddressInfo).port;
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
    rmSync(root, { recursive: true });
  });

  const url = (path: string): string => `http://127.0.0.1:${port}${path}`;

  test("sends a whole file with its length", async () => {
    const answer = await fetch(url("/etcd/etcd.tar.gz"));
    expect([answer.status, answer.headers.get("content-length")]).toEqual([200, "10000"]);
    expect(await answer.text()).toBe(content);
  });

  test("sends a byte range", async () => {
    const answer = await fetch(url("/etcd/etcd.tar.gz"), { headers: { range: "bytes=9995-" } });
    expect([answer.status, answer.headers.get("content-range"), await answer.text()]).toEqual([
      206,
      "bytes 9995-9999/10000",
      "56789",
    ]);
    expect((await fetch(url("/etcd/etcd.tar.gz"), { headers: { range: "bytes=10000-" } })).status).toBe(416);
  });

  test("answers HEAD requests", async () => {
    const answer = await fetch(url("/etcd/etcd.tar.gz"), { method: "HEAD" });
    expect([answer.headers.get("content-length"), await answer.text()]).toEqual(["10000", ""]);
  });

  // fetch would normalize these paths.
  test.each(["/../secret", "/%2e%2e/secret", "/etcd/..%2f..%2fsecret", "/etcd", "/nothing", "/%zz", "/etcd/%00"])(
    "%s is not there",
    async (path) => {
      const [status, body] = await new Promise<[number, string]>((resolve, reject) => {
        get({ host: "127.0.0.1", port, path }, (answer) => {
          text(answer).then((read) => {
            resolve([answer.statusCode ?? 0, read]);
          }, reject);
        }).once("error", reject);
      });
      expect([status, body]).toEqual([404, ""]);
    },
  );

  test("refuses PUT", async () => {
    expect((await fetch(url("/etcd/etcd.tar.gz"), { method: "PUT", body: "x" })).status).toBe(405);
  });
});
