/** Members of etcd on loopback, each with the node's scripts around it as on a machine; S3, SSM and CloudWatch in memory. */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Answer, type Call, FakeAws } from "../../components/node/files/awsSupport";
import { FakeMachine, type RunResult, machines } from "../../components/node/nodeSupport";

export const bucket = machines.etcd.backupsBucket;
export const cluster = machines.etcd.cluster;

/** An object as it was stored. */
export interface Stored {
  readonly bytes: Buffer;
  readonly headers: Call["headers"];
}

/** What of AWS a member's scripts speak to. */
export class EtcdAws {
  /** By key. */
  readonly objects = new Map<string, Stored>();
  /** Figures by name, as they came. */
  readonly figures: { name: string; value: number; member: string | undefined }[] = [];
  restore: object = { generation: 1 };
  reachable = true;

  private constructor(readonly server: FakeAws) {
    server.answer = (call) => (this.reachable ? this.#answer(call) : { status: 503, body: "unreachable" });
  }

  static async start(): Promise<EtcdAws> {
    return new EtcdAws(await FakeAws.start());
  }

  keys(below: string): string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith(below)).sort();
  }

  figure(name: string): number | undefined {
    return this.figures.findLast((figure) => figure.name === name)?.value;
  }

  #answer(call: Call): Answer {
    if (call.scope.startsWith("ssm/")) {
      const { Names } = JSON.parse(call.body) as { Names: string[] };
      const Parameters = Names.map((Name) => ({ Name, Value: JSON.stringify(this.restore) }));
      return { body: JSON.stringify({ Parameters }) };
    }
    if (call.scope.startsWith("monitoring/")) return this.#measure(new URLSearchParams(call.body));
    return this.#store(call, call.path.slice(`/${bucket}/`.length));
  }

  #measure(form: URLSearchParams): Answer {
    for (let item = 1; form.has(`MetricData.member.${item}.MetricName`); item++) {
      const field = (name: string): string | undefined => form.get(`MetricData.member.${item}.${name}`) ?? undefined;
      const member = field("Dimensions.member.2.Value");
      this.figures.push({ name: field("MetricName") ?? "", value: Number(field("Value")), member });
    }
    return { body: "<PutMetricDataResponse/>" };
  }

  #store({ method, headers, bytes }: Call, key: string): Answer {
    const there = this.objects.get(key);
    if (method === "PUT") {
      if (headers["if-none-match"] !== "*") return { status: 403, body: "AccessDenied" };
      if (there !== undefined) return { status: 412, body: "PreconditionFailed" };
      this.objects.set(key, { bytes, headers });
      return {};
    }
    if (there === undefined) return { status: 404, body: "<Code>NoSuchKey</Code>" };
    const meta = Object.entries(there.headers).filter(([name]) => name.startsWith("x-amz-meta-"));
    return { body: there.bytes, headers: Object.fromEntries(meta.map(([name, value]) => [name, String(value)])) };
  }
}

const letters = ["a", "b", "c"];
/** Of this process alone: the scripts speak to fixed ports, so every member has an address of its own. */
const subnet = `127.${(process.pid % 250) + 2}.${(process.pid >> 8) % 250}`;
const addressOf = (letter: string): string => `${subnet}.${letters.indexOf(letter) + 10}`;

/** Stands for systemd where the scripts start, stop and kill etcd; other calls are written down. */
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

/** A machine that runs a member. */
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
    const node = { ...machines.etcd, member: { name: letter, volumeId: "vol-1" }, backupsKeyArn: "arn:aws:kms:key" };
    const endpoint = `https://${addressOf(letter)}:2379`;
    super(node, clusterOf(members), { ...aws.server.environment, HOLDFAST_ETCD_ENDPOINT: endpoint });
    this.endpoint = endpoint;
    const peer = `https://${addressOf(letter)}:2380`;
    const place = this.path("kubernetes/pki/etcd");
    mkdirSync(this.path("kubernetes/pki"), { recursive: true });
    execFileSync("cp", ["-r", pki, place]);
    const key = `${place}/server`;
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
        ETCD_TRUSTED_CA_FILE: `${place}/ca.crt`,
        ETCD_CLIENT_CERT_AUTH: "true",
        ETCD_PEER_CERT_FILE: `${key}.crt`,
        ETCD_PEER_KEY_FILE: `${key}.key`,
        ETCD_PEER_TRUSTED_CA_FILE: `${place}/ca.crt`,
        ETCD_PEER_CLIENT_CERT_AUTH: "true",
        ETCD_UNSAFE_NO_FSYNC: "true",
        ...settings,
      })
        .map(([name, value]) => `${name}=${value}\n`)
        .join(""),
    );
    this.stub("systemctl", systemctl);
    this.stub("mountpoint", "exit 0");
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

  /** Standard output of etcdctl, asked of this member. */
  async etcdctl(args: string): Promise<string> {
    const { code, stdout, output } = await this.run(
      `etcd_client; export ETCDCTL_ENDPOINTS=$own_endpoint; etcdctl ${args}`,
    );
    if (code !== 0) throw new Error(`etcdctl ${args}: ${output}`);
    return stdout.trim();
  }

  /** Runs a script of the bundle and kills it, with all that it has started, as soon as a file is there. */
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
      throw new Error(`${script} was over before ${file} was there`);
    }
  }

  found(): Promise<RunResult> {
    return this.run(
      'mkdir -p "$HOLDFAST_ETC/etcd"; initial_settings 1 >"$initial_env"; systemctl start --no-block etcd.service',
    );
  }

  get pid(): string {
    return readFileSync(this.path("pid"), "utf8").trim();
  }

  async off(): Promise<void> {
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
      initialCluster: members.map((letter) => `${letter}=${url(letter, 2380)}`).join(),
      clientUrls: members.map((letter) => url(letter, 2379)),
    },
  };
}

/** One certificate for everything, of an authority of its own. */
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

/** Members that have founded a cluster. `tools`: folder of etcd, etcdctl and etcdutl. */
export async function foundCluster(
  tools: string,
  pki: string,
  settings: Readonly<Record<string, string>> = {},
  names: readonly string[] = letters,
): Promise<Members> {
  const aws = await EtcdAws.start();
  const all = names.map((letter) => new EtcdMachine(letter, names, tools, aws, pki, settings));
  await Promise.all(all.map((machine) => machine.found()));
  await serving(all);
  return { aws, all };
}

/** Waits until every machine's member serves. */
export async function serving(all: readonly EtcdMachine[], seconds = 20): Promise<void> {
  const serves = `etcd_client; export ETCDCTL_ENDPOINTS=$own_endpoint
    INTERVAL=0.1 wait_for ${seconds} "$own_endpoint" eval 'etcdctl endpoint health >/dev/null 2>&1'`;
  for (const result of await Promise.all(all.map((machine) => machine.run(serves)))) {
    if (result.code !== 0) throw new Error(result.output);
  }
}

export async function disband({ aws, all }: Members): Promise<void> {
  await Promise.all(all.map((machine) => machine.destroy()));
  await aws.server.stop();
}
