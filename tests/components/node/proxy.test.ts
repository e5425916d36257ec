import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo, Server } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { parse } from "yaml";
import { kubeadmDocuments } from "../../../components/node/kubeadm.plan";
import { proxyEnvironment } from "../../../components/node/proxy.plan";
import { renderUserData, userDataLimit } from "../../../components/node/userData.plan";
import { specOf } from "../../specs";
import { machines } from "./nodeSupport";
import { proxiedClusters } from "./proxyDestinations";

const bundle = { bucket: "blue-bundle-1a2b3c4", key: `bundle/${"0".repeat(64)}.tar.gz`, sha256: "0".repeat(64) };
const plain = specOf({ name: "blue" });
const proxied = specOf({
  name: "blue",
  nodes: { proxy: { http: "http://proxy.example.com:3128/", https: "http://10.9.8.7:3129", noProxy: ["corp"] } },
});

interface CloudConfig {
  readonly write_files: readonly { path: string; permissions: string; content: string }[];
  readonly runcmd: readonly string[][];
}
const userData = (proxy: Readonly<Record<string, string>>, node: object = machines.worker) =>
  parse(renderUserData({ bundle, node: node as typeof machines.worker, proxy }), { version: "1.1" }) as CloudConfig;

test("without a proxy there are no variables, and user data is that without the argument", () => {
  expect(proxyEnvironment(plain)).toEqual({});
  expect(renderUserData({ bundle, node: machines.worker, proxy: {} })).toBe(
    renderUserData({ bundle, node: machines.worker }),
  );
});

test("http and https have their own proxies", () => {
  const { no_proxy, ...urls } = proxyEnvironment(proxied);
  expect(urls).toEqual({ http_proxy: "http://proxy.example.com:3128", https_proxy: "http://10.9.8.7:3129" });
  expect(no_proxy?.split(",")).toEqual(expect.arrayContaining(["10.0.0.0/16", ".blue.holdfast.internal", "corp"]));
});

describe("user data", () => {
  const variables = proxyEnvironment(proxied);

  test("every unit has the variables, once systemd has read them", () => {
    const { write_files, runcmd } = userData(variables);
    const { content = "" } = write_files.find(({ path }) => path.startsWith("/etc/systemd/system.conf.d/")) ?? {};
    const [section, ...lines] = content.trimEnd().split("\n");
    expect(section).toBe("[Manager]");
    expect(lines).toEqual(Object.entries(variables).map(([name, value]) => `DefaultEnvironment="${name}=${value}"`));
    const commands = runcmd.map((words) => words.join(" "));
    expect(commands[0]).toBe("systemctl daemon-reload");
    // It runs already, and is the only way into a machine whose boot fails.
    expect(commands[1]).toMatch(/^systemctl try-restart --no-block amazon-ssm-agent\.service /);
    // cloud-init reports the status of the last command.
    expect(commands.at(-1)).toBe("systemctl start --no-block holdfast-bootstrap.service");
  });

  test("login shells have the variables", () => {
    const { write_files } = userData(variables);
    const contentOf = (folder: string) => write_files.find(({ path }) => path.startsWith(folder));
    const manager = contentOf("/etc/systemd/system.conf.d/");
    const folder = mkdtempSync(join(tmpdir(), "holdfast-proxy-"));
    const copy = join(folder, "proxy.conf");
    writeFileSync(copy, manager?.content ?? "");
    const profile = (contentOf("/etc/profile.d/")?.content ?? "").replace(manager?.path ?? "", copy);
    const env = { PATH: process.env.PATH };
    for (const shell of ["sh", "bash"]) {
      const { stdout } = spawnSync(shell, ["-euc", `${profile}\nenv`], { encoding: "utf8", env });
      const expected = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
      expect(stdout.split("\n")).toEqual(expect.arrayContaining(expected));
    }
    rmSync(folder, { recursive: true });
  });

  test.each(Object.entries(machines))("of %s leaves a quarter of EC2's limit, with the longest list", (_, node) => {
    const rendered = renderUserData({ bundle, node, proxy: { ...variables, no_proxy: "x".repeat(2048) } });
    expect(Buffer.byteLength(rendered)).toBeLessThan(userDataLimit * 0.75);
  });
});

test("static pods of the control plane have the variables", () => {
  const clusterOf = (spec: typeof plain) =>
    kubeadmDocuments(spec).init.find(({ kind }) => kind === "ClusterConfiguration") as unknown as Record<
      "apiServer" | "controllerManager" | "scheduler",
      { readonly extraEnvs?: readonly { readonly name: string; readonly value: string }[] }
    >;
  const expected = Object.entries(proxyEnvironment(proxied)).map(([name, value]) => ({ name, value }));
  for (const component of ["apiServer", "controllerManager", "scheduler"] as const) {
    expect(clusterOf(proxied)[component].extraEnvs).toEqual(expected);
    expect(clusterOf(plain)[component]).not.toHaveProperty("extraEnvs");
  }
});

describe("curl", () => {
  /** Answers every connection and counts them. */
  class Counter {
    connections = 0;
    private readonly server: Server = createServer((socket) => {
      this.connections += 1;
      socket.on("error", () => undefined).once("data", () => socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n"));
    });

    async start(): Promise<this> {
      await once(this.server.listen(0, "127.0.0.1"), "listening");
      return this;
    }

    get port(): number {
      return (this.server.address() as AddressInfo).port;
    }

    stop(): void {
      this.server.close();
    }
  }

  /** True if curl connects to the proxy for a URL, false if it connects to the destination. */
  async function usesProxy(url: string, variables: Readonly<Record<string, string>>): Promise<boolean> {
    const [proxy, destination] = await Promise.all([new Counter().start(), new Counter().start()]);
    try {
      const own = Object.fromEntries(
        Object.entries(variables).map(([name, value]) => [
          name,
          /no_proxy/i.test(name) ? value : `http://127.0.0.1:${proxy.port}`,
        ]),
      );
      // Applies to the destination, with and without the proxy.
      const connect = ["--connect-to", `::127.0.0.1:${destination.port}`];
      const curl = spawn("curl", ["-qs", "--max-time", "10", ...connect, "-o", "/dev/null", url], {
        env: { PATH: process.env.PATH, ...own },
        stdio: ["ignore", "ignore", "pipe"],
      });
      const [stderr] = await Promise.all([text(curl.stderr), once(curl, "close")]);
      const counts = [proxy.connections, destination.connections];
      if (counts.join() !== "1,0" && counts.join() !== "0,1") throw new Error(`${url}: ${counts.join()} ${stderr}`);
      return counts[0] === 1;
    } finally {
      proxy.stop();
      destination.stop();
    }
  }

  test.each(proxiedClusters)(
    "with $title: uses the proxy for the internet alone",
    async ({ spec, through, direct }) => {
      const variables = proxyEnvironment(spec);
      const found = await Promise.all(
        [...through, ...direct].map(async (url) => [url, (await usesProxy(url, variables)) ? "proxy" : "direct"]),
      );
      expect(found).toEqual([...through.map((url) => [url, "proxy"]), ...direct.map((url) => [url, "direct"])]);
    },
  );
});
