import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { proxyEnvironment } from "../../../../components/node/proxy.plan";
import { renderUserData } from "../../../../components/node/userData.plan";
import { specOf } from "../../../specs";
import { machines } from "../nodeSupport";
import { FakeAws } from "./awsSupport";

jest.setTimeout(30_000);

const folder = mkdtempSync(join(tmpdir(), "holdfast-proxy-"));
const log = join(folder, "proxy.log");
let aws: FakeAws;
let proxy: ChildProcess;
let port: string;

beforeAll(async () => {
  aws = await FakeAws.start();
  const script = join(__dirname, "../../../proxyServer.mjs");
  proxy = spawn(process.execPath, [script, "127.0.0.1", "0", log], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(proxy.stdout ?? proxy, "data")) as [Buffer];
  port = line.toString().trim();
});
afterAll(async () => {
  proxy.kill();
  await aws.stop();
  rmSync(folder, { recursive: true });
});

/** An archive whose `install` says that it runs. */
function bundle(): Buffer {
  const tree = join(folder, "tree");
  mkdirSync(tree);
  writeFileSync(join(tree, "install"), "#!/bin/bash\necho installed\n");
  chmodSync(join(tree, "install"), 0o755);
  return execFileSync("tar", ["-czf", "-", "-C", tree, "install"]);
}

test("a machine reads its role's credentials directly, and downloads its bundle through the proxy", async () => {
  const content = bundle();
  const sha256 = createHash("sha256").update(content).digest("hex");
  aws.answer = () => ({ body: content });
  // Its addresses are unknown to this host: only the proxy reaches it.
  const endpoint = new URL(aws.url);
  endpoint.hostname = "aws.example.invalid";

  const spec = specOf({ name: "blue", nodes: { proxy: { http: `http://192.0.2.1:${port}` } } });
  const variables = Object.fromEntries(
    Object.entries(proxyEnvironment(spec)).map(([name, value]) => [name, value.replace("192.0.2.1", "127.0.0.1")]),
  );
  const location = { bucket: "blue-bundle", key: `bundle/${sha256}.tar.gz`, sha256 };
  const userData = renderUserData({ bundle: location, node: machines.worker, proxy: variables });
  const { write_files } = parse(userData, { version: "1.1" }) as {
    write_files: readonly { path: string; permissions: string; content: string }[];
  };
  for (const { path, permissions, content: text } of write_files) {
    const file = join(folder, path);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, text, { mode: Number.parseInt(permissions, 8) });
  }

  const child = spawn(join(folder, "opt/holdfast/bootstrap"), {
    env: {
      PATH: process.env.PATH,
      HOLDFAST_HOME: join(folder, "opt/holdfast"),
      HOLDFAST_CONFIG: join(folder, "etc/holdfast"),
      HOLDFAST_IMDS: `${aws.url}/latest`,
      AWS_ENDPOINT_URL: endpoint.href,
      ...variables,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => (output += part.toString()));
  await once(child, "close");

  expect(output.trim().split("\n").at(-1)).toBe("installed");
  expect(aws.refused).toEqual([]);
  expect(aws.calls).toMatchObject([{ method: "GET", path: `/blue-bundle/${location.key}`, scope: "s3/eu-central-1" }]);
  expect(readFileSync(log, "utf8")).toBe(`GET aws.example.invalid:${endpoint.port}\n`);
});
