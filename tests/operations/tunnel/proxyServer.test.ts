/** The tunnel's proxy between real clients (kubectl, curl, this program's own check) and real servers on loopback. */
import { execFile, execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, type Server, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";

import { apiAccess, checkApi } from "../../../components/api/apiReadiness";
import { connectThrough } from "../../../components/api/httpProxy";
import { renderKubeconfig } from "../../../components/pki/kubeconfig.plan";
import { planVariables } from "../../../operations/tunnel/environment";
import { type ProxyOptions, type ProxyServer, startProxy } from "../../../operations/tunnel/proxyServer";
import { Certificates } from "../../components/pki/certificates";

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "holdfast-proxy-"));
const certificates = new Certificates(folder);
const authority = certificates.root("kubernetes");
const apiHost = "api.blue.invalid";
const server = certificates.issue("kube-apiserver", "kubernetes", {
  extensions: [`subjectAltName=DNS:${apiHost}`, "extendedKeyUsage=serverAuth"],
});
const other = certificates.issue("other", "kubernetes", {
  extensions: ["subjectAltName=DNS:api.green.invalid", "extendedKeyUsage=serverAuth"],
});
const admin = certificates.issue("admin", "kubernetes", { extensions: ["extendedKeyUsage=clientAuth"] });
const kubeconfig = renderKubeconfig({
  cluster: "blue",
  server: `https://${apiHost}:6443`,
  user: "admin",
  authority: authority.certificate,
  ...admin,
});
const kubeconfigFile = join(folder, "kubeconfig");
writeFileSync(kubeconfigFile, kubeconfig);

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function listen(listener: Server): Promise<number> {
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  closing.push(() => listener.close());
  return (listener.address() as AddressInfo).port;
}

/** API server that answers every request of a healthy API. */
function serveApi(as = server): Promise<number> {
  const tls = { key: as.key, cert: as.certificate, ca: authority.certificate, requestCert: true };
  return listen(
    createTlsServer(tls, ({ url = "" }, response) => {
      response.end(url.startsWith("/api/v1/nodes") ? JSON.stringify({ items: [{}] }) : "ok");
    }),
  );
}

async function proxyOf(options: Partial<ProxyOptions>): Promise<ProxyServer> {
  const proxy = await startProxy({
    isApi: ({ host, port }) => host === apiHost && port === 6443,
    apiPort: () => Promise.reject(new Error("no API in this test")),
    upstream: () => undefined,
    ...options,
  });
  closing.push(proxy.close);
  return proxy;
}

const throughProxy = ({ url }: ProxyServer, program: string, ...args: readonly string[]) =>
  run(program, args, { env: { ...process.env, ...planVariables(process.env, url, [{ host: apiHost, port: 6443 }]) } });

const installed = (program: string, ...args: readonly string[]): boolean => {
  try {
    execFileSync(program, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};
const testWithKubectl = installed("kubectl", "version", "--client") ? test : test.skip;
const testWithCurl = installed("curl", "--version") ? test : test.skip;

describe("connections to the API", () => {
  testWithKubectl("kubectl reaches it under its own name, with its kubeconfig unchanged", async () => {
    const apiPort = await serveApi();
    const proxy = await proxyOf({ apiPort: () => Promise.resolve(apiPort) });
    const { stdout } = await throughProxy(proxy, "kubectl", "--kubeconfig", kubeconfigFile, "get", "--raw", "/readyz");
    expect(stdout).toBe("ok");
  });

  testWithKubectl("kubectl shows why the tunnel is not open", async () => {
    const proxy = await proxyOf({ apiPort: () => Promise.reject(new Error("no instance runs – yet\n")) });
    const answer = throughProxy(proxy, "kubectl", "--kubeconfig", kubeconfigFile, "get", "--raw", "/readyz");
    await expect(answer).rejects.toThrow(/no instance runs yet/);
  });

  testWithCurl("curl reaches it", async () => {
    const apiPort = await serveApi();
    const proxy = await proxyOf({ apiPort: () => Promise.resolve(apiPort) });
    writeFileSync(join(folder, "client.pem"), `${admin.key}${admin.certificate}`);
    const credentials = ["--cacert", join(folder, "kubernetes.crt"), "--cert", join(folder, "client.pem")];
    const { stdout } = await throughProxy(proxy, "curl", "-sS", ...credentials, `https://${apiHost}:6443/readyz`);
    expect(stdout).toBe("ok");
  });

  const check = ({ url }: ProxyServer) => checkApi({ ...apiAccess(kubeconfig), proxy: url });

  test("the program's check reaches it, although the name does not resolve", async () => {
    const apiPort = await serveApi();
    const proxy = await proxyOf({ apiPort: () => Promise.resolve(apiPort) });
    expect(await check(proxy)).toEqual({ healthy: true });
    expect(await checkApi(apiAccess(kubeconfig))).toMatchObject({ check: "name" });
  });

  test("the server must have the API's name", async () => {
    const apiPort = await serveApi(other);
    const proxy = await proxyOf({ apiPort: () => Promise.resolve(apiPort) });
    expect(await check(proxy)).toMatchObject({ check: "TLS", problem: expect.stringContaining(apiHost) as unknown });
  });

  test("the check reports why the tunnel is not open", async () => {
    const proxy = await proxyOf({ apiPort: () => Promise.reject(new Error("no instance runs yet")) });
    expect(await check(proxy)).toEqual({ healthy: false, check: "connection", problem: "no instance runs yet" });
  });

  test("the check reports that no API server is healthy behind an open tunnel", async () => {
    const apiPort = await listen(createServer((socket) => socket.destroy()));
    const proxy = await proxyOf({ apiPort: () => Promise.resolve(apiPort) });
    expect(await check(proxy)).toMatchObject({
      check: "TLS",
      problem: expect.stringMatching(/no API server/) as unknown,
    });
  });
});

describe("other connections", () => {
  /** Server that returns what it receives until the client ends its direction. */
  const echo = (): Promise<number> =>
    listen(createServer({ allowHalfOpen: true }, (socket) => void socket.pipe(socket)));

  async function exchange(proxy: string, port: number): Promise<string> {
    const socket = await connectThrough(proxy, "127.0.0.1", port, 5000);
    socket.end("hello");
    return text(socket);
  }

  test("go to their own destination, in both directions until each ends", async () => {
    expect(await exchange((await proxyOf({})).url, await echo())).toBe("hello");
  });

  test("go through the user's own proxy, with its credentials", async () => {
    const asked: unknown[] = [];
    const own = createHttpServer();
    own.on("connect", ({ url, headers }, client) => {
      asked.push([url, headers["proxy-authorization"]]);
      client.end("HTTP/1.1 200 OK\r\n\r\nfrom the user's proxy");
    });
    const upstream = `http://user:p%40ss@127.0.0.1:${await listen(own)}`;
    const proxy = await proxyOf({ upstream: () => upstream });
    const socket = await connectThrough(proxy.url, "example.com", 443, 5000);
    expect(await text(socket)).toBe("from the user's proxy");
    expect(asked).toEqual([["example.com:443", `Basic ${Buffer.from("user:p@ss").toString("base64")}`]]);
  });

  test("report a destination that refuses", async () => {
    const port = await listen(createServer());
    closing.splice(0).forEach((close) => {
      close();
    });
    await expect(exchange((await proxyOf({})).url, port)).rejects.toThrow(/ECONNREFUSED/);
  });

  test.each(["example.com", "exa mple:1", "[::1", ":443"])("refuse the destination %j", async (authority) => {
    const { url } = await proxyOf({});
    const { port } = new URL(url);
    const socket = connect(Number(port), "127.0.0.1");
    socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 (400|503) /);
  });

  test("use CONNECT only", async () => {
    expect((await fetch((await proxyOf({})).url)).status).toBe(405);
  });

  test("end when the proxy closes", async () => {
    const proxy = await proxyOf({});
    const socket = await connectThrough(proxy.url, "127.0.0.1", await echo(), 5000);
    proxy.close();
    await once(socket.on("error", () => undefined).resume(), "close");
  });
});

test("a proxy that does not answer is given up", async () => {
  const port = await listen(createServer((socket) => void socket.resume()));
  await expect(connectThrough(`http://127.0.0.1:${port}`, "example.com", 443, 50)).rejects.toThrow(
    "the proxy opened no connection to example.com:443 within 0.05 s",
  );
});
