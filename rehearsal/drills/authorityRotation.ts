/** Staged rotation of authorities and keys: changes Parameter Store and the administrator's kubeconfig as `pulumi up` does. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse, stringify } from "yaml";
import { authorities, serviceAccountKey } from "../../components/pki/authorities.plan";
import { chainOf, issuingCertificate } from "../../components/pki/pem.plan";
import {
  checkRotationStep,
  formatStage,
  orderParameter,
  parseStages,
  renderRotationOrder,
  rotated,
  type Rotated,
  type Rotation,
  type RotationStage,
  rotationStages,
  settledParameter,
  trustedGenerations,
} from "../../components/pki/rotation.plan";
import { callJsonApi } from "./aws";
import { elapsed } from "./durations";
import { type RehearsedCluster, waitUntil } from "./rehearsedCluster";

/** Certificate (with its chain) or public key, and its private key; PEM. */
export interface KeyPair {
  readonly trusted: string;
  readonly key: string;
}

const paths: Readonly<Record<Rotated, { readonly trust: string; readonly key: string }>> = {
  ...(Object.fromEntries(
    authorities.map(({ name, certificatePath, keyPath }) => [name, { trust: certificatePath, key: keyPath }]),
  ) as Record<Exclude<Rotated, "serviceAccount">, { trust: string; key: string }>),
  serviceAccount: { trust: serviceAccountKey.publicPath, key: serviceAccountKey.privatePath },
};

const callSsm = (cluster: RehearsedCluster, action: string, request: object): Promise<unknown> =>
  callJsonApi(cluster, "ssm", `AmazonSSM.${action}`, request);

/** Rotation of some authorities of a cluster to their successors. */
export class AuthorityRotation {
  private constructor(
    private readonly cluster: RehearsedCluster,
    private readonly prefix: string,
    private readonly current: Readonly<Record<Rotated, KeyPair>>,
    private readonly successors: Readonly<Partial<Record<Rotated, KeyPair>>>,
    private stages: Record<Rotated, Rotation>,
  ) {}

  /** Starts a rotation; the cluster must have completed the previous one. */
  static async start(
    cluster: RehearsedCluster,
    successors: Readonly<Partial<Record<Rotated, KeyPair>>>,
  ): Promise<AuthorityRotation> {
    const prefix = await cluster.readParameterPrefix();
    const names = rotated.flatMap((name) => [paths[name].trust, paths[name].key]).map((path) => prefix + path);
    const { Parameters } = (await callSsm(cluster, "GetParameters", { Names: names, WithDecryption: true })) as {
      Parameters: { Name: string; Value: string }[];
    };
    const value = (path: string): string => Parameters.find(({ Name }) => Name === prefix + path)?.Value ?? "";
    const current = Object.fromEntries(
      rotated.map((name) => [name, { trusted: value(paths[name].trust), key: value(paths[name].key) }]),
    ) as Record<Rotated, KeyPair>;
    const order = parseStages(await fetchParameter(cluster, prefix + orderParameter));
    const stages = Object.fromEntries(
      rotated.map((name) => [name, { generation: Number.parseInt(order[name] ?? "1", 10), stage: "drop" }]),
    ) as Record<Rotated, Rotation>;
    const rotation = new AuthorityRotation(cluster, prefix, current, successors, stages);
    // Machines report their stage only some time after their boot.
    await rotation.waitUntilSettled(180_000);
    return rotation;
  }

  /** Runs all stages, each after every machine has settled on the previous one. */
  async run(log: (text: string) => void, afterStage?: (stage: RotationStage) => Promise<void>): Promise<void> {
    for (const stage of rotationStages) {
      const started = Date.now();
      await this.order(stage);
      await this.waitUntilSettled(900_000);
      log(`stage ${stage}: all machines settled after ${elapsed(started)}`);
      await afterStage?.(stage);
    }
  }

  /** Orders a stage, with the checks of `pulumi up`. */
  private async order(stage: RotationStage): Promise<void> {
    const { cluster, prefix } = this;
    const changed = rotated.filter((name) => this.successors[name] !== undefined);
    const wanted = { ...this.stages };
    for (const name of changed) {
      const { generation } = this.stages[name];
      wanted[name] = { generation: stage === "trust" ? generation + 1 : generation, stage };
    }
    const [ordered, settled] = await Promise.all([
      fetchParameter(cluster, prefix + orderParameter),
      fetchParameter(cluster, prefix + settledParameter),
    ]);
    const problems = checkRotationStep(parseStages(ordered), parseStages(settled), wanted);
    if (problems.length > 0) throw new Error(problems.join("; "));
    this.stages = wanted;
    for (const name of changed) {
      const [issuer] = this.trusted(name);
      await this.writeParameter(paths[name].trust, "SecureString", this.bundle(name));
      await this.writeParameter(paths[name].key, "SecureString", issuer?.key ?? "");
    }
    const trusted = Object.fromEntries(rotated.map((name) => [name, this.bundle(name)])) as Record<Rotated, string>;
    const [issuer] = this.trusted("kubernetes");
    const order = renderRotationOrder(wanted, trusted, chainOf(issuer?.trusted ?? ""));
    await this.writeParameter(orderParameter, "String", order);
    if (this.successors.kubernetes !== undefined) this.renewKubeconfig();
  }

  /** Waits until every machine has settled on the ordered stage. Starts the workers' unit, whose timer runs every five minutes. */
  private async waitUntilSettled(timeoutMs: number): Promise<void> {
    const { cluster, prefix } = this;
    await waitUntil("every machine to settle on the stage", timeoutMs, async () => {
      const settled = parseStages(await fetchParameter(cluster, prefix + settledParameter));
      if (rotated.every((name) => settled[name] === formatStage(this.stages[name]))) return true;
      await cluster.client
        .exec(cluster.worker.name, ["systemctl", "start", "holdfast-rotate-authorities-worker.service"], {
          timeoutMs: 100_000,
        })
        .catch(() => undefined);
      await sleep(3_000);
      return false;
    });
  }

  /** Key pairs that are trusted in the current stage; the first one issues. */
  private trusted(name: Rotated): readonly KeyPair[] {
    const { generation } = this.stages[name];
    const successor = this.successors[name];
    if (successor === undefined) return [this.current[name]];
    return trustedGenerations(this.stages[name]).map((each) => (each === generation ? successor : this.current[name]));
  }

  /** Trusted certificates or keys; of an intermediate authority only the issuing certificate. */
  private bundle(name: Rotated): string {
    return this.trusted(name)
      .map(({ trusted }) => (name === "serviceAccount" ? trusted : issuingCertificate(trusted)))
      .map((pem) => `${pem.trimEnd()}\n`)
      .join("");
  }

  private async writeParameter(path: string, Type: string, Value: string): Promise<void> {
    const request = { Name: this.prefix + path, Type, Value, Overwrite: true, Tier: "Intelligent-Tiering" };
    await callSsm(this.cluster, "PutParameter", request);
  }

  /** Writes the kubeconfig as the stack outputs it: all trusted certificates, and a client certificate of the issuer. */
  private renewKubeconfig(): void {
    const file = this.cluster.client.paths.kubeconfig;
    const config = parse(readFileSync(file, "utf8")) as {
      clusters: { cluster: Record<string, string> }[];
      users: { user: Record<string, string> }[];
    };
    const [issuer] = this.trusted("kubernetes");
    const { certificate, key } = issueAdministrator(issuer ?? this.current.kubernetes);
    const base64 = (text: string): string => Buffer.from(text).toString("base64");
    Object.assign(config.clusters[0]?.cluster ?? {}, {
      "certificate-authority-data": base64(this.bundle("kubernetes")),
    });
    Object.assign(config.users[0]?.user ?? {}, {
      "client-certificate-data": base64(certificate),
      "client-key-data": base64(key),
    });
    writeFileSync(`${file}.new`, stringify(config, { lineWidth: 0 }), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
}

async function fetchParameter(cluster: RehearsedCluster, Name: string): Promise<string> {
  const { Parameter } = (await callSsm(cluster, "GetParameter", { Name, WithDecryption: true })) as {
    Parameter: { Value: string };
  };
  return Parameter.Value;
}

/** Runs openssl commands in a temporary folder with these files. @returns a function that reads a file of the folder. */
function runOpenssl(
  files: Readonly<Record<string, string>>,
  ...commands: readonly string[][]
): (name: string) => string {
  const directory = mkdtempSync(join(tmpdir(), "holdfast-openssl-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text, { mode: 0o600 });
    for (const command of commands)
      execFileSync("openssl", command, { cwd: directory, stdio: ["ignore", "ignore", "pipe"] });
    const results = new Map(readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), "utf8")]));
    return (name) => results.get(name) ?? "";
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const ecKey = (file: string): string[] => ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", file];
const authorityExtensions = (pathLength: string): string =>
  `[e]\nbasicConstraints=critical,CA:TRUE${pathLength}\nkeyUsage=critical,keyCertSign,cRLSign,digitalSignature\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n[req]\ndistinguished_name=d\n[d]\n`;

/** Root authority. */
export function createAuthority(commonName: string): KeyPair {
  const read = runOpenssl({ "e.cnf": authorityExtensions("") }, ecKey("ca.key"), [
    ...["req", "-x509", "-new", "-key", "ca.key", "-subj", `/O=drill/CN=${commonName}`, "-days", "3650"],
    ...["-config", "e.cnf", "-extensions", "e", "-out", "ca.pem"],
  ]);
  return { trusted: read("ca.pem"), key: read("ca.key") };
}

/** Intermediate authority of an organization, with its chain. */
export function createIntermediate(commonName: string): KeyPair {
  const root = createAuthority("An organization's root");
  const read = runOpenssl(
    { "root.pem": root.trusted, "root.key": root.key, "e.cnf": authorityExtensions(",pathlen:0") },
    ecKey("ca.key"),
    ["req", "-new", "-key", "ca.key", "-subj", `/O=drill/CN=${commonName}`, "-config", "e.cnf", "-out", "ca.csr"],
    [
      ...["x509", "-req", "-in", "ca.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", "1825"],
      ...["-extfile", "e.cnf", "-extensions", "e", "-out", "ca.pem"],
    ],
  );
  return { trusted: read("ca.pem") + root.trusted, key: read("ca.key") };
}

/** Key that signs ServiceAccount tokens. */
export function createServiceAccountKey(): KeyPair {
  const read = runOpenssl(
    {},
    ["genrsa", "-out", "sa.key", "2048"],
    ["rsa", "-in", "sa.key", "-pubout", "-out", "sa.pub"],
  );
  return { trusted: read("sa.pub"), key: read("sa.key") };
}

function issueAdministrator({ trusted, key }: KeyPair): { certificate: string; key: string } {
  const read = runOpenssl(
    { "ca.pem": issuingCertificate(trusted), "ca.key": key, "e.cnf": "[e]\nextendedKeyUsage=clientAuth\n" },
    ecKey("leaf.key"),
    ["req", "-new", "-key", "leaf.key", "-subj", "/O=kubeadm:cluster-admins/CN=holdfast-admin", "-out", "leaf.csr"],
    [
      ...["x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "7"],
      ...["-extfile", "e.cnf", "-extensions", "e", "-out", "leaf.pem"],
    ],
  );
  return { certificate: read("leaf.pem"), key: read("leaf.key") };
}
