/** etcd members on loopback with the node's scripts; S3, SSM and CloudWatch in memory. */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { membersParameter } from "../../../components/etcd/membersParameter.plan";
import { type Answer, type Call, FakeAws } from "../../components/node/files/awsSupport";
import { FakeMachine, type RunResult, machines } from "../../components/node/nodeSupport";

export const bucket = machines.etcd.backupsBucket;
export const cluster = machines.etcd.cluster;

/** Object in the fake bucket. */
export interface Stored {
  readonly bytes: Buffer;
  readonly headers: Call["headers"];
}

/** Fake of the AWS services that the members' scripts call. */
export class EtcdAws {
  /** Objects by key. */
  readonly objects = new Map<string, Stored>();
  /** Published metrics, oldest first. */
  readonly metrics: { name: string; value: number; member: string | undefined }[] = [];
  restore: object = { generation: 1 };
  /** Letters of the wanted members. */
  wanted: readonly string[] = letters;
  reachable = true;

  private constructor(readonly server: FakeAws) {
    server.answer = (call) => (this.reachable ? this.#answer(call) : { status: 503, body: "unreachable" });
  }

  static async start(): Promise<EtcdAws> {
    return new EtcdAws(await FakeAws.start());
  }

  keys(prefix: string): string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  newestMetric(name: string): number | undefined {
    return this.metrics.findLast((metric) => metric.name === name)?.value;
  }

  #answer(call: Call): Answer {
    if (call.scope.startsWith("ssm/")) {
      const { Names } = JSON.parse(call.body) as { Names: string[] };
      const members = { "control-plane": this.wanted, etcd: this.wanted };
      const Parameters = Names.map((Name) => ({
        Name,
        Value: JSON.stringify(Name.endsWith(membersParameter) ? members : this.restore),
      }));
      return { body: JSON.stringify({ Parameters }) };
    }
    if (call.scope.startsWith("monitoring/")) return this.#putMetrics(new URLSearchParams(call.body));
    return this.#handleObject(call, call.path.slice(`/${bucket}/`.length));
  }

  #putMetrics(form: URLSearchParams): Answer {
    for (let item = 1; form.has(`MetricData.member.${item}.MetricName`); item++) {
      const field = (name: string): string | undefined => form.get(`MetricData.member.${item}.${name}`) ?? undefined;
      const member = field("Dimensions.member.2.Value");
      this.metrics.push({ name: field("MetricName") ?? "", value: Number(field("Value")), member });
    }
    return { body: "<PutMetricDataResponse/>" };
  }

  #handleObject({ method, headers, bytes }: Call, key: string): Answer {
    const stored = this.objects.get(key);
    if (method === "PUT") {
      if (headers["if-none-match"] !== "*") return { status: 403, body: "AccessDenied" };
      if (stored !== undefined) return { status: 412, body: "PreconditionFailed" };
      this.objects.set(key, { bytes, headers });
      return {};
    }
    if (stored === undefined) return { status: 404, body: "<Code>NoSuchKey</Code>" };
    const meta = Object.entries(stored.headers).filter(([name]) => name.startsWith("x-amz-meta-"));
    return { body: stored.bytes, headers: Object.fromEntries(meta.map(([name, value]) => [name, String(value)])) };
  }
}

const letters = ["a", "b", "c"];
/** Loopback subnet of this process: the scripts use fixed ports, so that every member needs a separate address. */
const subnet = `127.${(process.pid % 250) + 2}.${(process.pid >> 8) % 250}`;
const addressOf = (letter: string): string => `${subnet}.${letters.indexOf(letter) + 10}`;

/** Stub of systemctl that starts, stops and kills etcd; records other calls. */
const systemctl = `
running() { [ -s "$HOME/pid" ] && kill -0 "$(cat "$HOME/pid")" 2>/dev/null; }
echo "$*" >>"$HOME/systemctl"
case "$1 $*" in
  "start "*etcd.service)
    [[ $* != *holdfast* ]] || exit 0
    running && exit 0
    set -a; . "$HOLDFAST_ETC/etcd/etcd.env"; [ ! -e "$HOLDFAST_ETC/etcd/initial.env" ] || . "$HOLDFAST_ETC/etcd/initial.env"; set +a
    setsid etcd >>"$HOME/etcd.log" 2>&1 9>&- </dev/null & echo $! >"$HOME/pid" ;;
  "kill "*etcd.service | "stop "*etcd.service)
    ! running || kill -KILL "$(cat "$HOME/pid")"
    while running; do sleep 0.02; done ;;
  "is-failed "*) exit 1 ;;
esac`;

const terabyte = String(2 ** 40);

/** Fake machine with an etcd member. */
export class EtcdMachine extends FakeMachine {
  readonly endpoint: string;

  constructor(
    readonly letter: string,
    members: readonly string[],
    private readonly tools: string,
    aws: EtcdAws,
    pki: string,
    settings: Readonly<Record<string, string>>,
  ) {
    const node = { ...machines.etcd, member: { name: letter, volumeId: "vol-1" } };
    const endpoint = `https://${addressOf(letter)}:2379`;
    super(node, clusterOf(members), { ...aws.server.environment, HOLDFAST_ETCD_ENDPOINT: endpoint });
    this.endpoint = endpoint;
    const peer = `https://${addressOf(letter)}:2380`;
    const folder = this.path("kubernetes/pki/etcd");
    mkdirSync(this.path("kubernetes/pki"), { recursive: true });
    execFileSync("cp", ["-r", pki, folder]);
    const key = `${folder}/server`;
    this.write(
      "etc/etcd/etcd.env",
      Object.entries({
        ETCD_NAME: letter,
        ETCD_DATA_DIR: this.path("etcd/data"),
        ETCD_LISTEN_PEER_URLS: peer,
        ETCD_LISTEN_CLIENT_URLS: endpoint,
        ETCD_INITIAL_ADVERTISE_PEER_URLS: peer,
        ETCD_ADVERTISE_CLIENT_URLS: endpoint,
        ETCD_CERT_FILE: `${key}.crt`,
        ETCD_KEY_FILE: `${key}.key`,
        ETCD_TRUSTED_CA_FILE: `${folder}/ca.crt`,
        ETCD_CLIENT_CERT_AUTH: "true",
        ETCD_PEER_CERT_FILE: `${key}.crt`,
        ETCD_PEER_KEY_FILE: `${key}.key`,
        ETCD_PEER_TRUSTED_CA_FILE: `${folder}/ca.crt`,
        ETCD_PEER_CLIENT_CERT_AUTH: "true",
        ETCD_UNSAFE_NO_FSYNC: "true",
        ...settings,
      })
        .map(([name, value]) => `${name}=${value}\n`)
        .join(""),
    );
    this.stub("systemctl", systemctl);
    this.stub("mountpoint", "exit 0");
    // The scripts leave an eighth of a disk free; the host's may be fuller.
    this.stub("df", `echo; case "$*" in *avail,size*) echo "${terabyte} ${terabyte}" ;; *) echo ${terabyte} ;; esac`);
    mkdirSync(this.path("etcd"), { recursive: true });
  }

  override run(
    what: string | readonly string[],
    environment: Readonly<Record<string, string>> = {},
    timeoutMs?: number,
  ): Promise<RunResult> {
    return super.run(what, { ...this.#environment, ...environment }, timeoutMs);
  }

  get #environment(): Record<string, string> {
    return {
      PATH: `${this.path("stubs")}:${this.tools}:${process.env["PATH"] ?? ""}`,
      HOLDFAST_ETC: this.path("etc"),
      HOLDFAST_ETCD: this.path("etcd"),
    };
  }

  /** Runs etcdctl with this member as the endpoint. @returns standard output. */
  async etcdctl(args: string): Promise<string> {
    const { code, stdout, output } = await this.run(
      `etcd_client; export ETCDCTL_ENDPOINTS=$own_endpoint; etcdctl ${args}`,
    );
    if (code !== 0) throw new Error(`etcdctl ${args}: ${output}`);
    return stdout.trim();
  }

  /** Runs a script of the bundle and kills its process group as soon as a file exists. */
  async killedAt(script: string, file: string, args: readonly string[] = []): Promise<void> {
    const child = spawn(
      "bash",
      ["-c", `setsid bash "$@" & echo $!; wait`, "bash", this.path(`home/current/${script}`), ...args],
      { env: { ...process.env, ...this.environment, ...this.#environment }, stdio: ["ignore", "pipe", "ignore"] },
    );
    const pid = await new Promise<number>((resolve) => {
      child.stdout.once("data", (text: Buffer) => {
        resolve(Number(text.toString()));
      });
    });
    while (child.exitCode === null && !existsSync(this.path(file))) await new Promise((r) => setTimeout(r, 2));
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      throw new Error(`${script} finished before ${file} existed`);
    }
  }

  startNewCluster(): Promise<RunResult> {
    return this.run(
      'mkdir -p "$HOLDFAST_ETC/etcd"; initial_settings 1 >"$initial_env"; systemctl start --no-block etcd.service',
    );
  }

  get pid(): string {
    return readFileSync(this.path("pid"), "utf8").trim();
  }

  /** @throws if its folder is gone, without which nothing finds its process */
  async off(): Promise<void> {
    if (!existsSync(this.path("stubs/systemctl"))) {
      throw new Error("the folder was removed before etcd was stopped: call membersForAll within describe");
    }
    await this.run("systemctl stop etcd.service");
  }

  async destroy(): Promise<void> {
    await this.off();
    rmSync(this.root, { recursive: true, force: true });
  }
}

function clusterOf(members: readonly string[]): object {
  const url = (letter: string, port: number): string => `https://${addressOf(letter)}:${port}`;
  return {
    pki: { leafHours: 8760 },
    etcd: {
      metricsNamespace: "Test",
      ports: { client: 2379, peer: 2380, metrics: 2381 },
      members: members.map((name) => ({
        name,
        dnsName: addressOf(name),
        clientUrl: url(name, 2379),
        peerUrl: url(name, 2380),
      })),
    },
  };
}

/** Creates an authority and one certificate for all purposes. */
export function makeCertificates(directory: string): string {
  const pki = join(directory, "etcd");
  mkdirSync(pki);
  const names = letters.map((letter) => `IP:${addressOf(letter)}`).join();
  const script = `
    cd "${pki}"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=ca -keyout ca.key -out ca.crt
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=member -keyout server.key -out server.csr
    openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -out server.crt \\
      -extfile <(echo "subjectAltName=IP:127.0.0.1,${names}")
    for name in peer healthcheck-client; do cp server.crt $name.crt; cp server.key $name.key; done`;
  execFileSync("bash", ["-ec", script], { stdio: "ignore" });
  return pki;
}

export interface Members {
  readonly aws: EtcdAws;
  readonly all: readonly EtcdMachine[];
}

/** Starts a cluster. @param tools folder of etcd, etcdctl and etcdutl. */
export async function startCluster(
  tools: string,
  pki: string,
  settings: Readonly<Record<string, string>> = {},
  names: readonly string[] = letters,
): Promise<Members> {
  const aws = await EtcdAws.start();
  const all = names.map((letter) => new EtcdMachine(letter, names, tools, aws, pki, settings));
  const members = { aws, all };
  try {
    await Promise.all(all.map((machine) => machine.startNewCluster()));
    await waitUntilServing(all);
  } catch (error) {
    // What still runs would keep jest from ending.
    await stopCluster(members);
    throw error;
  }
  return members;
}

/** Waits until every member serves. */
export async function waitUntilServing(all: readonly EtcdMachine[], seconds = 120): Promise<void> {
  const serves = `etcd_client; export ETCDCTL_ENDPOINTS=$own_endpoint
    INTERVAL=0.1 wait_for ${seconds} "$own_endpoint" eval 'etcdctl endpoint health >/dev/null 2>&1'`;
  const timeoutMs = 1000 * (seconds + 10);
  await Promise.all(
    all.map(async (machine) => {
      const { code, output } = await machine.run(serves, {}, timeoutMs);
      const log = machine.path("etcd.log");
      if (code !== 0) throw new Error(`${output}\n${readFileSync(log, "utf8").slice(-4000)}`);
    }),
  );
}

export async function stopCluster({ aws, all }: Members): Promise<void> {
  await Promise.all(all.map((machine) => machine.destroy()));
  await aws.server.stop();
}
