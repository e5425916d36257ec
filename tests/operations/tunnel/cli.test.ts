/** `holdfast tunnel` as a process, with an EC2 endpoint on loopback and programs in the place of the AWS CLI and its plugin. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type Server as HttpServer, type ServerResponse, createServer as createHttpServer } from "node:http";
import { type AddressInfo, type Server, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

import { apiName } from "../../../components/api/address.plan";
import { readClusterSpec } from "../../../operations/stack";

const root = join(__dirname, "../../..");
const stack = "dev";
const host = apiName(readClusterSpec(stack).domain);
let folder: string;
let api: Server;
let ec2: HttpServer;
let instances: string[];
const children: ChildProcess[] = [];

/** Installs a Node.js program first on PATH. */
function install(name: string, script: string): void {
  const path = join(folder, name);
  writeFileSync(path, `#!${process.execPath}\n${script}\n`);
  chmodSync(path, 0o755);
}

/** Forwards a port to the API of this test until SIGINT, and notes its process id. */
const forwarding = (port: string) => `
  const { connect, createServer } = require("node:net");
  require("node:fs").appendFileSync("${folder}/sessions", process.pid + "\\n");
  createServer((client) => {
    const api = connect(Number(process.env.TEST_API_PORT), "127.0.0.1");
    for (const one of [client, api]) one.on("error", () => { client.destroy(); api.destroy(); });
    client.pipe(api).pipe(client);
  }).listen(Number(${port}), "127.0.0.1");`;

/** AWS CLI that knows sessions through the instances in the file `connected`. */
function installAws(): void {
  install(
    "aws",
    `const args = process.argv.slice(2);
    if (args[0] === "--version") { console.log("aws-cli/2"); process.exit(0); }
    const target = args[args.indexOf("--target") + 1];
    const parameters = Object.fromEntries(args.at(-1).split(",").map((one) => one.split("=")));
    const isConnected = () => require("node:fs").readFileSync("${folder}/connected", "utf8").includes(target);
    if (parameters.host !== "${host}" || parameters.portNumber !== "6443") { console.error("wrong " + args); process.exit(1); }
    if (!isConnected()) {
      console.error("An error occurred (TargetNotConnected) when calling the StartSession operation: " + target + " is not connected.");
      process.exit(254);
    }
    setInterval(() => isConnected() || process.exit(0), 50);
    ${forwarding("parameters.localPortNumber")}`,
  );
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-tunnel-"));
  instances = [];
  writeFileSync(join(folder, "connected"), "");
  installAws();
  install("session-manager-plugin", `console.log("1.2.707.0")`);
  api = createServer((socket) => socket.on("error", () => undefined).end("here")).listen(0, "127.0.0.1");
  ec2 = createHttpServer((_request, response) => {
    const items = instances.map((id) => `<item><instanceId>${id}</instanceId></item>`).join("");
    response.setHeader("content-type", "text/xml");
    response.end(
      `<DescribeInstancesResponse><reservationSet><item><instancesSet>${items}</instancesSet></item></reservationSet></DescribeInstancesResponse>`,
    );
  }).listen(0, "127.0.0.1");
  await Promise.all([once(api, "listening"), once(ec2, "listening")]);
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  api.close();
  ec2.close();
  ec2.closeAllConnections();
  for (const pid of sessions()) expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
  rmSync(folder, { recursive: true });
});

/** Process ids of all sessions. */
function sessions(): readonly number[] {
  const file = join(folder, "sessions");
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").map(Number) : [];
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** Running tunnel. */
interface Run {
  readonly child: ChildProcess;
  /** Standard output and standard error so far. */
  readonly text: () => string;
  /** Waits until the output has a text. @throws Error with the output if the tunnel ends before. */
  readonly shows: (expected: string) => Promise<void>;
  readonly exit: Promise<number | null>;
}

function start(command: readonly string[], env: Record<string, string> = {}): Run {
  const child = spawn(process.execPath, ["cli/holdfast.cjs", "tunnel", stack, ...command], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      PATH: `${folder}${delimiter}${process.env.PATH ?? ""}`,
      AWS_ACCESS_KEY_ID: "id",
      AWS_SECRET_ACCESS_KEY: "key",
      AWS_ENDPOINT_URL_EC2: `http://127.0.0.1:${portOf(ec2)}`,
      TEST_API_PORT: String(portOf(api)),
      ...env,
    },
  });
  children.push(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (output += data.toString()));
  const exit = once(child, "close").then(([code]) => code as number | null);
  const shows = async (expected: string): Promise<void> => {
    while (!output.includes(expected)) {
      if (child.exitCode !== null) throw new Error(`the tunnel ended without "${expected}": ${output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return { child, text: () => output, shows, exit };
}

/** Command that connects to the API with HTTPS_PROXY until it answers, as often as told, then exits with 7. */
const client = (times: number): readonly string[] => [
  process.execPath,
  "-e",
  `const { request } = require("node:http");
  const { text } = require("node:stream/consumers");
  console.log("started");
  const proxy = new URL(process.env.HTTPS_PROXY);
  let answers = 0;
  const ask = () => request({ host: proxy.hostname, port: proxy.port, method: "CONNECT", path: "${host}:6443" })
    .on("connect", async (response, socket) => {
      if (response.statusCode === 200 && await text(socket) === "here") console.log("answer " + ++answers);
      else console.log(response.statusMessage);
      if (answers === ${times}) process.exit(7);
      setTimeout(ask, 1000);
    }).end();
  ask();`,
];

test("first `pulumi up`: the command starts before an instance runs, the tunnel opens when one is connected, and reconnects", async () => {
  const run = start(["--", ...client(3)]);
  await run.shows("started");
  expect(run.text()).toMatch(/tunnel: no control-plane instance of .* runs/);
  instances = ["i-1"];
  await run.shows("tunnel: i-1 runs, but its SSM agent is not connected");
  writeFileSync(join(folder, "connected"), "i-1");
  await run.shows("answer 1");
  expect(run.text()).toContain("tunnel: open through i-1");
  instances = ["i-2"];
  writeFileSync(join(folder, "connected"), "i-2");
  await run.shows("tunnel: open through i-2");
  expect(await run.exit).toBe(7);
  expect(sessions()).toHaveLength(2);
});

test("a signal reaches the command, and the tunnel stays open until the command ends", async () => {
  instances = ["i-1"];
  writeFileSync(join(folder, "connected"), "i-1");
  const run = start([
    process.execPath,
    "-e",
    `process.on("SIGTERM", () => { console.log("stopping"); setTimeout(() => process.exit(3), 300); });
    setInterval(() => {}, 1000); console.log("started");`,
  ]);
  await run.shows("started");
  const [session = 0] = sessions();
  run.child.kill("SIGTERM");
  await run.shows("stopping");
  expect(process.kill(session, 0)).toBe(true);
  expect(await run.exit).toBe(3);
});

test("a command that a signal ends sets the exit code of shells", async () => {
  const run = start([process.execPath, "-e", `process.kill(process.pid, "SIGKILL")`]);
  expect(await run.exit).toBe(128 + 9);
});

test("without a command, the tunnel stays open until Ctrl-C", async () => {
  instances = ["i-1"];
  writeFileSync(join(folder, "connected"), "i-1");
  const run = start([]);
  await run.shows("export HTTPS_PROXY=http://127.0.0.1:");
  run.child.kill("SIGINT");
  expect(await run.exit).toBe(0);
});

test("a signal while the first session opens ends the attempt", async () => {
  instances = ["i-1"];
  const run = start(client(1));
  await run.shows("its SSM agent is not connected");
  run.child.kill("SIGINT");
  expect(await run.exit).toBe(130);
  expect(run.text()).not.toContain("started");
});

test.each([
  [
    "the plugin is missing",
    () => {
      rmSync(join(folder, "session-manager-plugin"));
    },
    "session-manager-plugin is not on PATH",
  ],
  [
    "AWS refuses the query",
    () => {
      const error = "<Code>UnauthorizedOperation</Code><Message>You are not authorized.</Message>";
      ec2.removeAllListeners("request").on("request", (_request, response: ServerResponse) => {
        response.writeHead(403, { "content-type": "text/xml" });
        response.end(`<Response><Errors><Error>${error}</Error></Errors></Response>`);
      });
    },
    "cannot list the control-plane instances: You are not authorized.",
  ],
])("the command does not start if %s", async (_case, prepare, message) => {
  prepare();
  const run = start(client(1), { PATH: folder });
  expect([await run.exit, run.text()]).toEqual([1, expect.stringContaining(message)]);
  expect(run.text()).not.toContain("started");
});

test("a command that does not exist is named", async () => {
  const run = start(["holdfast-no-such-program"]);
  expect([await run.exit, run.text()]).toEqual([1, expect.stringContaining("holdfast-no-such-program is not on PATH")]);
});

const hasAwsCli = ((): boolean => {
  try {
    execFileSync("aws", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

(hasAwsCli ? test : test.skip)(
  "with the real AWS CLI: its errors are read, and its plugin ends with the tunnel",
  async () => {
    rmSync(join(folder, "aws"));
    // The plugin's arguments: response, region, operation, profile, parameters, endpoint.
    install(
      "session-manager-plugin",
      `if (process.argv[2] === "--version") { console.log("1.2.707.0"); process.exit(0); }
    const { Target, DocumentName, Parameters } = JSON.parse(process.argv[6]);
    if (DocumentName !== "AWS-StartPortForwardingSessionToRemoteHost" || Target !== "i-1") process.exit(1);
    if (String(Parameters.host) !== "${host}" || String(Parameters.portNumber) !== "6443") process.exit(1);
    process.on("SIGINT", () => process.exit(0));
    ${forwarding("Parameters.localPortNumber[0]")}`,
    );
    let connected = false;
    const ssm = createHttpServer((_request, response) => {
      response.setHeader("content-type", "application/x-amz-json-1.1");
      if (connected)
        return void response.end(JSON.stringify({ SessionId: "s-1", TokenValue: "t", StreamUrl: "wss://x" }));
      connected = true;
      response.writeHead(400, { "x-amzn-errortype": "TargetNotConnected" });
      response.end(JSON.stringify({ __type: "TargetNotConnected", message: "i-1 is not connected." }));
    }).listen(0, "127.0.0.1");
    await once(ssm, "listening");
    instances = ["i-1"];
    const run = start(client(1), { AWS_ENDPOINT_URL_SSM: `http://127.0.0.1:${portOf(ssm)}` });
    await run.shows("i-1 runs, but its SSM agent is not connected");
    expect(await run.exit).toBe(7);
    expect(sessions()).toHaveLength(1);
    ssm.close();
    ssm.closeAllConnections();
  },
);
