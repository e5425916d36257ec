/** API server and etcd on loopback, with the files and flags of the node bundle. Tests send requests as various subjects. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request as httpsRequest } from "node:https";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { issuerPlaceholder } from "../../../components/access/serviceAccounts/issuerFlags.plan";
import { buildMemberBundle } from "../../../components/node/bundle.plan";
import { kubeadmDocuments } from "../../../components/node/kubeadm.plan";
import { findFreePort } from "../../../operations/tunnel/session";
import { preparePrograms } from "../../../rehearsal/assets";
import { specOf } from "../../specs";
import { Authority, type Certificate } from "./authority";

export interface Reply {
  readonly status: number;
  readonly body: unknown;
  /** Id of the request in the audit log. */
  readonly auditId: string;
}

/** Credentials of a request. */
export interface Subject {
  readonly certificate?: Certificate;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Folders of the programs among the rehearsal's assets. */
export function programs(): Promise<{ readonly kubernetes: string; readonly etcd: string }> {
  return preparePrograms(["kubernetes", "etcd"], () => undefined);
}

export class ApiServer {
  readonly directory = mkdtempSync(join(tmpdir(), "holdfast-api-"));
  /** Authority of the cluster, which signs client certificates. */
  readonly authority = new Authority(this.path("kubernetes/pki"), "ca");
  readonly admin: Subject;
  #etcd: ChildProcess | undefined;
  #server: ChildProcess | undefined;
  #etcdPort = 0;
  #port = 0;
  readonly #agents = new Map<Subject, Agent>();
  readonly #programs: { kubernetes: string; etcd: string };

  private constructor(
    found: { kubernetes: string; etcd: string },
    private readonly issuer: string,
  ) {
    this.#programs = found;
    const frontProxy = new Authority(this.path("kubernetes/pki"), "front-proxy-ca");
    frontProxy.issue("front-proxy-client", { name: "front-proxy-client" });
    this.authority.issue("apiserver", { name: "kube-apiserver" });
    this.authority.issue("apiserver-kubelet-client", { name: "kube-apiserver-kubelet-client" });
    this.admin = { certificate: this.authority.issue("admin", { name: "admin", groups: ["system:masters"] }) };
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    writeFileSync(this.path("kubernetes/pki/sa.key"), privateKey.export({ type: "pkcs1", format: "pem" }));
    writeFileSync(this.path("kubernetes/pki/sa.pub"), publicKey.export({ type: "spki", format: "pem" }));
    for (const name of ["1", "2"]) this.putKey(name);
  }

  /** Starts etcd; {@link configure} starts the API server. @param issuer issuer of ServiceAccount tokens. */
  static async create(issuer = "https://issuer.example"): Promise<ApiServer> {
    const server = new ApiServer(await programs(), issuer);
    server.#etcdPort = await findFreePort();
    server.#port = await findFreePort();
    const client = `http://127.0.0.1:${server.#etcdPort}`;
    const peer = `http://127.0.0.1:${await findFreePort()}`;
    server.#etcd = server.#spawn("etcd", join(server.#programs.etcd, "etcd"), [
      `--data-dir=${server.path("etcd")}`,
      ...["--listen-client-urls", "--advertise-client-urls"].map((flag) => `${flag}=${client}`),
      ...["--listen-peer-urls", "--initial-advertise-peer-urls"].map((flag) => `${flag}=${peer}`),
      `--initial-cluster=default=${peer}`,
      "--unsafe-no-fsync",
    ]);
    return server;
  }

  get url(): string {
    return `https://127.0.0.1:${this.#port}`;
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  /** Writes a key for encryption at rest. */
  putKey(name: string): void {
    mkdirSync(this.path("kubernetes/pki/encryption"), { recursive: true });
    const key = Buffer.from(name.padStart(32, "k")).toString("base64");
    writeFileSync(this.path(`kubernetes/pki/encryption/${name}.key`), `${key}\n`);
  }

  /** Installs the files for these `access` settings; a running API server reloads some of them. @returns its flags. */
  installConfig(access: object): readonly string[] {
    const spec = specOf({ name: "blue", access });
    for (const [name, content] of Object.entries(buildMemberBundle(spec).files)) {
      if (!/^(config\/apiserver|lib|steps)\/|^cluster\.json$/.test(name)) continue;
      mkdirSync(dirname(this.path(`home/current/${name}`)), { recursive: true });
      writeFileSync(this.path(`home/current/${name}`), this.#localise(content));
    }
    mkdirSync(this.path("config"), { recursive: true });
    writeFileSync(this.path("config/node.json"), JSON.stringify({ region: spec.region, role: "control-plane" }));
    execFileSync("bash", [this.path("home/current/steps/api-server-config")], {
      env: {
        PATH: process.env.PATH ?? "",
        HOLDFAST_HOME: this.path("home"),
        HOLDFAST_CONFIG: this.path("config"),
        HOLDFAST_KUBERNETES: this.path("kubernetes"),
      },
      stdio: "pipe",
    });
    const cluster = kubeadmDocuments(spec).init.find(({ kind }) => kind === "ClusterConfiguration");
    const { extraArgs } = cluster?.["apiServer"] as { extraArgs: { name: string; value: string }[] };
    return extraArgs.map(({ name, value }) => `--${name}=${this.#localise(value)}`);
  }

  /** Replaces folders by those of this server. */
  #localise(text: string): string {
    return text
      .replaceAll("/etc/kubernetes/", `${this.path("kubernetes")}/`)
      .replaceAll("/var/log/kubernetes/", `${this.path("log")}/`)
      .replaceAll(issuerPlaceholder, this.issuer);
  }

  /**
   * Starts or restarts the API server with the settings. Rejects with its log if it does not become ready.
   * @param change changes files before the start, by their names below `/etc/kubernetes/apiserver`
   */
  async configure(access: object, change: Readonly<Record<string, (text: string) => string>> = {}): Promise<void> {
    await this.#stop(this.#server);
    const own = this.installConfig(access);
    for (const [name, edit] of Object.entries(change)) {
      const file = this.path(`kubernetes/apiserver/${name}`);
      writeFileSync(file, edit(readFileSync(file, "utf8")));
    }
    const pki = this.path("kubernetes/pki");
    const named = new Set(own.map((flag) => flag.split("=")[0]));
    // Defaults of kubeadm; flags of the cluster configuration take precedence.
    const kubeadm = {
      "advertise-address": "127.0.0.1",
      "bind-address": "127.0.0.1",
      "allow-privileged": "true",
      "client-ca-file": `${pki}/ca.crt`,
      "enable-bootstrap-token-auth": "true",
      "etcd-servers": `http://127.0.0.1:${this.#etcdPort}`,
      "kubelet-client-certificate": `${pki}/apiserver-kubelet-client.crt`,
      "kubelet-client-key": `${pki}/apiserver-kubelet-client.key`,
      "proxy-client-cert-file": `${pki}/front-proxy-client.crt`,
      "proxy-client-key-file": `${pki}/front-proxy-client.key`,
      "requestheader-allowed-names": "front-proxy-client",
      "requestheader-client-ca-file": `${pki}/front-proxy-ca.crt`,
      "requestheader-extra-headers-prefix": "X-Remote-Extra-",
      "requestheader-group-headers": "X-Remote-Group",
      "requestheader-username-headers": "X-Remote-User",
      "secure-port": String(this.#port),
      "service-account-key-file": `${pki}/sa.pub`,
      "service-account-signing-key-file": `${pki}/sa.key`,
      "service-cluster-ip-range": "10.96.0.0/12",
      "tls-cert-file": `${pki}/apiserver.crt`,
      "tls-private-key-file": `${pki}/apiserver.key`,
    };
    const flags = [
      ...Object.entries(kubeadm)
        .map(([name, value]) => `--${name}=${value}`)
        .filter((flag) => !named.has(flag.split("=")[0])),
      // No load balancer has to notice the shutdown.
      ...own.filter((flag) => !flag.startsWith("--shutdown-delay-duration")),
    ];
    mkdirSync(this.path("log/audit"), { recursive: true });
    this.#server = this.#spawn("apiserver", join(this.#programs.kubernetes, "kube-apiserver"), flags);
    await this.waitFor(60, "the API server", async () => {
      if (this.#server?.exitCode !== null) throw new Error(this.log("apiserver", 15));
      return (await this.request({}, "GET", "/readyz")).status === 200;
    });
  }

  log(name: string, lines: number): string {
    return readFileSync(this.path(`${name}.log`), "utf8")
      .trimEnd()
      .split("\n")
      .slice(-lines)
      .join("\n");
  }

  /** Waits until `holds` returns true; treats a refused connection as false. */
  async waitFor(seconds: number, what: string, holds: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const answer = await holds().catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code === "ECONNREFUSED") return false;
        if ((error as NodeJS.ErrnoException).code === "ECONNRESET") return false;
        throw error;
      });
      if (answer) return;
      if (Date.now() > deadline)
        throw new Error(`timed out after ${seconds} s waiting for ${what}\n${this.log("apiserver", 15)}`);
      await sleep(100);
    }
  }

  /** Sends a request, with a JSON body or a merge patch. */
  async request(subject: Subject, method: string, path: string, body?: object): Promise<Reply> {
    const agent = this.#agents.get(subject) ?? new Agent({ keepAlive: true });
    this.#agents.set(subject, agent);
    const { certificate } = subject;
    return new Promise((resolve, reject) => {
      const request = httpsRequest(
        {
          host: "127.0.0.1",
          port: this.#port,
          method,
          path,
          agent,
          ca: this.authority.pem,
          ...(certificate && { cert: readFileSync(certificate.certificate), key: readFileSync(certificate.key) }),
          headers: {
            ...subject.headers,
            ...(body && { "content-type": method === "PATCH" ? "application/merge-patch+json" : "application/json" }),
          },
        },
        (response) => {
          text(response).then((answer) => {
            const auditId = response.headers["audit-id"];
            resolve({
              status: response.statusCode ?? 0,
              body: answer.startsWith("{") ? (JSON.parse(answer) as unknown) : answer,
              auditId: typeof auditId === "string" ? auditId : "",
            });
          }, reject);
        },
      );
      request.once("error", reject);
      request.end(body && JSON.stringify(body));
    });
  }

  /** Creates objects as the administrator; skips existing ones. */
  async create(...objects: readonly ClusterObject[]): Promise<void> {
    for (const object of objects) {
      const { status, body } = await this.request(this.admin, "POST", collectionOf(object), object);
      if (status !== 201 && status !== 409)
        throw new Error(`${object.kind} ${object.metadata.name}: ${JSON.stringify(body)}`);
    }
  }

  /** Value of an etcd key. */
  stored(key: string): Buffer {
    const endpoint = `--endpoints=http://127.0.0.1:${this.#etcdPort}`;
    return execFileSync(join(this.#programs.etcd, "etcdctl"), [endpoint, "get", key, "--print-value-only"]);
  }

  /** Audit records by request id. */
  auditRecords(): ReadonlyMap<string, { readonly responseStatus?: { code?: number } }> {
    const lines = readFileSync(this.path("log/audit/audit.log"), "utf8").split("\n").filter(Boolean);
    return new Map(
      lines.map((line) => {
        const record = JSON.parse(line) as { auditID: string; responseStatus?: { code?: number } };
        return [record.auditID, record];
      }),
    );
  }

  #spawn(name: string, program: string, flags: readonly string[]): ChildProcess {
    const log = openSync(this.path(`${name}.log`), "a");
    return spawn(program, flags, { stdio: ["ignore", log, log] });
  }

  async #stop(child: ChildProcess | undefined): Promise<void> {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
    if (child?.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }

  async destroy(): Promise<void> {
    await this.#stop(this.#server);
    await this.#stop(this.#etcd);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export interface ClusterObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

const irregular: Readonly<Record<string, string>> = {
  ValidatingAdmissionPolicy: "validatingadmissionpolicies",
  NetworkPolicy: "networkpolicies",
  PriorityClass: "priorityclasses",
};

/** Path of an object's collection. */
export function collectionOf({ apiVersion, kind, metadata }: ClusterObject): string {
  const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const within = metadata.namespace === undefined ? "" : `/namespaces/${metadata.namespace}`;
  return `${base}${within}/${irregular[kind] ?? `${kind.toLowerCase()}s`}`;
}
