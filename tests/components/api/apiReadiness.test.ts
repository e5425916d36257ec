/** Checks of an API against real servers on loopback, each with another failure. */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { apiAccess, checkApi } from "../../../components/api/apiReadiness";
import { renderKubeconfig } from "../../../components/pki/kubeconfig.plan";
import { Certificates } from "../pki/certificates";
import type { Certificate } from "../pki/certificates";

const folder = mkdtempSync(join(tmpdir(), "holdfast-api-"));
const certificates = new Certificates(folder);
const forServers = { extensions: ["subjectAltName=DNS:localhost", "extendedKeyUsage=serverAuth"] };

type Responses = Readonly<Record<string, readonly [status: number, body: string]>>;

const healthyResponses: Responses = {
  "/readyz": [200, "ok"],
  "/readyz?verbose": [200, "[+]ping ok\nreadyz check passed"],
  "/api/v1/nodes?limit=1": [200, JSON.stringify({ items: [{}] })],
};

const servers: Server[] = [];
const authority = certificates.root("kubernetes");
const server = certificates.issue("kube-apiserver", "kubernetes", forServers);
const admin = certificates.issue("admin", "kubernetes", { extensions: ["extendedKeyUsage=clientAuth"] });

afterAll(() => {
  rmSync(folder, { recursive: true });
});

afterEach(() => {
  for (const one of servers.splice(0)) {
    one.close();
    one.closeAllConnections();
  }
});

/** Starts an API server with these responses; resolves to its port. */
async function serve(responses: Responses = healthyResponses, as = server): Promise<number> {
  const respond = (request: IncomingMessage, response: ServerResponse): void => {
    const [status, body] = responses[request.url ?? ""] ?? [404, ""];
    response.writeHead(status).end(body);
  };
  const tls = { key: as.key, cert: as.certificate, ca: authority.certificate };
  const running = createServer({ ...tls, requestCert: true, rejectUnauthorized: true }, respond);
  servers.push(running);
  await new Promise<void>((resolve) => running.listen(0, "127.0.0.1", resolve));
  return (running.address() as AddressInfo).port;
}

function kubeconfig(url: string, trusted = authority): string {
  return renderKubeconfig({ cluster: "blue", server: url, user: "admin", authority: trusted.certificate, ...admin });
}

const health = (url: string, trusted?: Certificate) => checkApi(apiAccess(kubeconfig(url, trusted)));

test("an API with a node is healthy", async () => {
  expect(await health(`https://localhost:${await serve()}`)).toEqual({ healthy: true });
});

test("an organization's intermediate authority is trusted without its root", async () => {
  certificates.root("root");
  const intermediate = certificates.issue("intermediate", "root", { extensions: ["basicConstraints=CA:TRUE"] });
  const issued = certificates.issue("issued-by-intermediate", "intermediate", forServers);
  const url = `https://localhost:${await serve(healthyResponses, issued)}`;
  expect(await health(url, intermediate)).toEqual({ healthy: true });
});

test("an unknown DNS name fails the name check", async () => {
  expect(await health("https://api.blue.invalid:6443")).toMatchObject({
    healthy: false,
    check: "name",
    problem: expect.stringMatching(/api\.blue\.invalid/) as unknown,
  });
});

test("a closed port fails the connection check", async () => {
  const port = await serve();
  servers.splice(0).forEach((one) => one.close());
  expect(await health(`https://localhost:${port}`)).toMatchObject({
    check: "connection",
    problem: expect.stringMatching(/ECONNREFUSED/) as unknown,
  });
});

test("a server of another authority, or with another name, fails the TLS check", async () => {
  const stranger = certificates.root("stranger");
  expect(await health(`https://localhost:${await serve()}`, stranger)).toMatchObject({ check: "TLS" });
  expect(await health(`https://127.0.0.1:${await serve()}`)).toMatchObject({ check: "TLS" });
});

test("a server without TLS fails the TLS check", async () => {
  const plain = createTcpServer((socket) => {
    socket.on("error", () => undefined).end("plain text\n");
  });
  await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
  expect(await health(`https://127.0.0.1:${(plain.address() as AddressInfo).port}`)).toMatchObject({ check: "TLS" });
  plain.close();
});

test("a load balancer without a healthy API server fails the TLS check with this reason", async () => {
  const balancer = createTcpServer((socket) => socket.once("data", () => socket.resetAndDestroy()));
  await new Promise<void>((resolve) => balancer.listen(0, "127.0.0.1", resolve));
  expect(await health(`https://127.0.0.1:${(balancer.address() as AddressInfo).port}`)).toEqual({
    healthy: false,
    check: "TLS",
    problem: "the connection was closed before TLS was established: no API server is healthy",
  });
  balancer.close();
});

const unready = "[+]ping ok\n[-]etcd failed: reason withheld\n[-]poststarthook/rbac/bootstrap-roles failed\n";

test.each<[string, Responses, string, RegExp]>([
  [
    "a failing check of the API server",
    { "/readyz?verbose": [500, unready] },
    "readiness",
    /etcd failed: reason withheld$/,
  ],
  ["no details", { "/readyz?verbose": [503, ""] }, "readiness", /status 503/],
  ["no permission yet", { "/api/v1/nodes?limit=1": [403, "{}"] }, "permission", /cannot list nodes yet.*403/],
  ["no nodes", { "/api/v1/nodes?limit=1": [200, '{"items":[]}'] }, "nodes", /no node/],
])("%s", async (_failure, responses, check, problem) => {
  const found = await health(`https://localhost:${await serve({ ...healthyResponses, ...responses })}`);
  expect(found).toMatchObject({ healthy: false, check, problem: expect.stringMatching(problem) as unknown });
});
