/**
 * The real ECR credential provider, run by kubelet's own code with the configuration of a machine, against the rehearsed AWS; and a
 * real containerd that pulls from a registry with its token. Boots nothing.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { buildWorkerBundle } from "../../../components/node/bundle.plan";
import { findFreePort } from "../../../operations/tunnel/session";
import { prepareMoto, preparePrograms } from "../../../rehearsal/assets";
import { motoAccountId, startMoto } from "../../../rehearsal/aws/moto";
import { type Service, startService } from "../../../rehearsal/services/service";
import { specOf } from "../../specs";
import { Readers } from "../readers/readers";
import { PrivateRegistry, motoToken as password } from "./privateRegistry";

const folder = mkdtempSync(join(tmpdir(), "holdfast-ecr-"));
const at = (...path: string[]): string => join(folder, ...path);
const mirror = `https://${motoAccountId}.dkr.ecr.eu-central-1.amazonaws.com/v2/k8s`;
const version = "1.36.3";
const pause = "registry.k8s.io/pause:3.10.2";

let readers: Readers;
let programs: Readonly<Record<"ecr-credential-provider" | "containerd", string>>;
let moto: Service;
let containerd: Service;
let registry: PrivateRegistry;
let environment: Readonly<Record<string, string>>;

/** Unpacks the bundle of workers whose mirror of Kubernetes' registry is in ECR, with the address of the registry of this test. */
function unpackBundle(): void {
  const spec = specOf({ name: "blue", nodes: { registryMirrors: { "registry.k8s.io": mirror } } });
  for (const [name, text] of Object.entries(buildWorkerBundle(spec, version).files)) {
    mkdirSync(dirname(at("home/current", name)), { recursive: true });
    writeFileSync(at("home/current", name), text.replace(mirror, `${registry.url}/v2/k8s`), { mode: 0o755 });
  }
  mkdirSync(at("config"));
  writeFileSync(at("config/node.json"), JSON.stringify({ region: "eu-central-1", role: "worker" }));
}

beforeAll(async () => {
  programs = await preparePrograms(["ecr-credential-provider", "containerd"], () => undefined);
  readers = await Readers.prepare();
  const port = await findFreePort();
  moto = await startMoto(await prepareMoto(() => undefined), at("moto"), port);
  registry = await PrivateRegistry.start();
  unpackBundle();
  environment = {
    PATH: `${programs["ecr-credential-provider"]}:${programs.containerd}:${process.env.PATH ?? ""}`,
    HOLDFAST_HOME: at("home"),
    HOLDFAST_CONFIG: at("config"),
    HOLDFAST_RUN: at("run"),
    HOLDFAST_STATE: at("state"),
    HOLDFAST_KUBERNETES: at("kubernetes"),
    CONTAINERD_ADDRESS: at("containerd.sock"),
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  };
  mkdirSync(at("run"));
  const config = [
    "version = 3",
    `root = "${at("root")}"`,
    `state = "${at("state-of-containerd")}"`,
    'disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime"]',
    `[grpc]`,
    `address = "${at("containerd.sock")}"`,
  ];
  writeFileSync(at("containerd.toml"), `${config.join("\n")}\n`);
  containerd = await startService({
    name: "containerd",
    argv: [join(programs.containerd, "containerd"), "--config", at("containerd.toml")],
    directory: at("log-of-containerd"),
    environment,
    isReady: async () => (await run("ctr", "version")).includes("Server:"),
    timeoutMs: 120_000,
  });
});

afterAll(async () => {
  await containerd.stop();
  await moto.stop();
  registry.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function run(command: string, ...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(command, args, { env: environment })).stdout;
}

type Logins = Readonly<Record<string, readonly { username: string; password: string; server: string }[]>>;

/** Credentials with which kubelet pulls images; it runs the plugin. */
function loginsOf(...images: readonly string[]): Logins {
  const config = at("home/current/config/credential-provider.json");
  const question = JSON.stringify({ config, directory: programs["ecr-credential-provider"], images });
  const [answer] = readers.ask([{ kind: "image-credentials", text: question }], environment);
  expect(answer?.error).toBe("");
  return JSON.parse(answer?.text ?? "{}") as Logins;
}

test("kubelet gets a token for private registries of all partitions, and for registries with a mirror in ECR", () => {
  const hosts = [
    `${motoAccountId}.dkr.ecr.eu-central-1.amazonaws.com`,
    `${motoAccountId}.dkr.ecr.us-east-1.amazonaws.com`,
    `${motoAccountId}.dkr.ecr-fips.us-gov-west-1.amazonaws.com`,
    `${motoAccountId}.dkr.ecr.cn-north-1.amazonaws.com.cn`,
    `${motoAccountId}.dkr-ecr.eu-central-1.on.aws`,
    "registry.k8s.io",
  ];
  const images = hosts.map((host) => `${host}/team-a/app:1`);
  const logins = loginsOf(...images);
  // Without a server, containerd uses them at a mirror, too.
  expect(logins).toEqual(
    Object.fromEntries(images.map((image) => [image, [{ username: "AWS", password, server: "" }]])),
  );
});

test("kubelet gets no token for other registries", () => {
  const others = ["docker.io/library/nginx", "public.ecr.aws/nginx/nginx", "quay.io/a/b", "example.com/dkr.ecr/a"];
  expect(loginsOf(...others)).toEqual(Object.fromEntries(others.map((image) => [image, []])));
});

test("the token of kubelet logs in to a registry that refuses all others", async () => {
  const [login] = loginsOf(pause)[pause] ?? [];
  const get = async (authorization: string): Promise<number> =>
    (await fetch(`${registry.url}/v2/k8s/pause/manifests/3.10.2`, { headers: { authorization } })).status;
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;
  expect(await get(basic(`${login?.username ?? ""}:${login?.password ?? ""}`))).toBe(200);
  expect(await get(basic("AWS:other"))).toBe(401);
});

describe("step images", () => {
  const step = (): Promise<string> => run("bash", at("home/current/steps/images"));
  const list = (): Promise<string> => run("ctr", "-n", "k8s.io", "images", "ls");

  test("containerd has no credentials of its own", async () => {
    const hosts = at("home/current/config/registries");
    const pull = run("ctr", "-n", "k8s.io", "images", "pull", "--hosts-dir", hosts, pause);
    await expect(pull).rejects.toThrow(/401|authoriz/i);
    expect(await list()).not.toContain(pause);
  });

  test("pulls the pause image with the token, pins it, and leaves no token behind", async () => {
    registry.requests.length = 0;
    expect(await step()).toContain(`pulling ${pause}`);
    expect(await list()).toMatch(
      new RegExp(`^${pause.replaceAll(".", "\\.")} .*io\\.cri-containerd\\.pinned=pinned`, "m"),
    );
    expect(registry.requests[0]).toBe("200 /v2/k8s/pause/manifests/3.10.2");
    expect(registry.requests.filter((each) => !each.startsWith("200"))).toEqual([]);
    expect(existsSync(at("run/certs.d"))).toBe(false);
  });

  test("leaves no token behind after a failed pull", async () => {
    const script = '. "${0%/*}/../lib/prelude.sh"; pull_image "$1"';
    const absent = `registry.k8s.io/pause@sha256:${"0".repeat(64)}`;
    await expect(run("bash", "-c", script, at("home/current/steps/images"), absent)).rejects.toThrow(/not found/);
    expect(existsSync(at("run/certs.d"))).toBe(false);
  });

  test("pulls nothing that is present", async () => {
    registry.requests.length = 0;
    expect(await step()).not.toContain("pulling");
    expect(registry.requests).toEqual([]);
  });
});
