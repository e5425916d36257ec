/** Authorities and keys as `pulumi up` changes them: stage by stage, in Parameter Store, and in the administrator's kubeconfig. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse, stringify } from "yaml";
import { authorities, serviceAccountKey } from "../../components/pki/authorities.plan";
import { chainOf, issuingCertificate } from "../../components/pki/pem.plan";
import {
  orderParameter,
  parseStages,
  renderRotationOrder,
  rotated,
  type Rotated,
  type Rotation,
  type RotationStage,
  rotationStages,
  settledParameter,
  checkRotationStep,
  trustedGenerations,
} from "../../components/pki/rotation.plan";
import { callJsonApi } from "./aws";
import { type RehearsedCluster, waitUntil } from "./rehearsedCluster";

/** What a generation trusts and issues with; PEM. An organisation's own comes with its chain. */
export interface Pair {
  readonly trusted: string;
  readonly key: string;
}

const paths: Readonly<Record<Rotated, { readonly trust: string; readonly key: string }>> = {
  ...(Object.fromEntries(
    authorities.map(({ name, certificatePath, keyPath }) => [name, { trust: certificatePath, key: keyPath }]),
  ) as Record<Exclude<Rotated, "serviceAccount">, { trust: string; key: string }>),
  serviceAccount: { trust: serviceAccountKey.publicPath, key: serviceAccountKey.privatePath },
};

const call = (cluster: RehearsedCluster, action: string, request: object): Promise<unknown> =>
  callJsonApi(cluster, "ssm", `AmazonSSM.${action}`, request);

/** An operator's view of the cluster's authorities: what there is, and what comes after it. */
export class AuthorityRotation {
  private constructor(
    private readonly cluster: RehearsedCluster,
    private readonly prefix: string,
    private readonly before: Readonly<Record<Rotated, Pair>>,
    private readonly after: Readonly<Partial<Record<Rotated, Pair>>>,
    private stages: Record<Rotated, Rotation>,
  ) {}

  /** Begins a rotation of a cluster whose authorities are at rest, to successors of some of them. */
  static async begin(
    cluster: RehearsedCluster,
    after: Readonly<Partial<Record<Rotated, Pair>>>,
  ): Promise<AuthorityRotation> {
    const [first = "a"] = cluster.memberNames;
    const prefix = await cluster.runOnMember(first, "node .parameterPrefix");
    const names = rotated.flatMap((name) => [paths[name].trust, paths[name].key]).map((path) => prefix + path);
    const { Parameters } = (await call(cluster, "GetParameters", { Names: names, WithDecryption: true })) as {
      Parameters: { Name: string; Value: string }[];
    };
    const value = (path: string): string => Parameters.find(({ Name }) => Name === prefix + path)?.Value ?? "";
    const before = Object.fromEntries(
      rotated.map((name) => [name, { trusted: value(paths[name].trust), key: value(paths[name].key) }]),
    ) as Record<Rotated, Pair>;
    const order = parseStages(await stored(cluster, prefix + orderParameter));
    const stages = Object.fromEntries(
      rotated.map((name) => [name, { generation: Number.parseInt(order[name] ?? "1", 10), stage: "drop" }]),
    ) as Record<Rotated, Rotation>;
    const rotating = new AuthorityRotation(cluster, prefix, before, after, stages);
    // Machines that have just booted have not yet said what they hold.
    await rotating.waitUntilSettled(180_000);
    return rotating;
  }

  /** Orders the next stage, as `pulumi up` does, and refuses what that refuses. */
  async order(stage: RotationStage): Promise<void> {
    const wanted = { ...this.stages };
    for (const name of rotated) {
      if (this.after[name] === undefined) continue;
      const { generation } = this.stages[name];
      wanted[name] = { generation: stage === "trust" ? generation + 1 : generation, stage };
    }
    const { cluster, prefix } = this;
    const [ordered, settled] = await Promise.all([
      stored(cluster, prefix + orderParameter),
      stored(cluster, prefix + settledParameter),
    ]);
    const problems = checkRotationStep(parseStages(ordered), parseStages(settled), wanted);
    if (problems.length > 0) throw new Error(problems.join("; "));
    this.stages = wanted;
    for (const name of rotated) {
      if (this.after[name] === undefined) continue;
      const [issuer] = this.trusted(name);
      await this.put(paths[name].trust, "SecureString", this.bundle(name));
      await this.put(paths[name].key, "SecureString", issuer?.key ?? "");
    }
    const trusted = Object.fromEntries(rotated.map((name) => [name, this.bundle(name)])) as Record<Rotated, string>;
    const [issuer] = this.trusted("kubernetes");
    await this.put(orderParameter, "String", renderRotationOrder(wanted, trusted, chainOf(issuer?.trusted ?? "")));
    if (this.after.kubernetes !== undefined) this.renewKubeconfig();
  }

  /** Waits until every machine is through with what was ordered. Workers look every five minutes; here they are told to. */
  async waitUntilSettled(timeoutMs: number): Promise<void> {
    const { cluster, prefix } = this;
    await waitUntil("every machine to be through with the stage", timeoutMs, async () => {
      const settled = parseStages(await stored(cluster, prefix + settledParameter));
      if (rotated.every((name) => settled[name] === `${this.stages[name].generation}-${this.stages[name].stage}`))
        return true;
      await cluster.client
        .exec(cluster.worker.name, ["systemctl", "start", "holdfast-trust-worker.service"], { timeoutMs: 100_000 })
        .catch(() => undefined);
      await sleep(3_000);
      return false;
    });
  }

  private trusted(name: Rotated): readonly Pair[] {
    const { generation } = this.stages[name];
    const successor = this.after[name];
    if (successor === undefined) return [this.before[name]];
    return trustedGenerations(this.stages[name]).map((each) => (each === generation ? successor : this.before[name]));
  }

  /** All that is trusted: of an organisation's own the issuing certificate alone. */
  private bundle(name: Rotated): string {
    return this.trusted(name)
      .map(({ trusted }) => (name === "serviceAccount" ? trusted : issuingCertificate(trusted)))
      .map((pem) => `${pem.trimEnd()}\n`)
      .join("");
  }

  private async put(path: string, Type: string, Value: string): Promise<void> {
    const request = { Name: this.prefix + path, Type, Value, Overwrite: true, Tier: "Intelligent-Tiering" };
    await call(this.cluster, "PutParameter", request);
  }

  /** What `pulumi stack output kubeconfig` gives from now on: all that are trusted, and a certificate of the one that issues. */
  private renewKubeconfig(): void {
    const file = this.cluster.client.paths.kubeconfig;
    const config = parse(readFileSync(file, "utf8")) as {
      clusters: { cluster: Record<string, string> }[];
      users: { user: Record<string, string> }[];
    };
    const [issuer] = this.trusted("kubernetes");
    const { certificate, key } = issueAdministrator(issuer ?? this.before.kubernetes);
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

/** A parameter as it is now. */
async function stored(cluster: RehearsedCluster, Name: string): Promise<string> {
  const { Parameter } = (await call(cluster, "GetParameter", { Name, WithDecryption: true })) as {
    Parameter: { Value: string };
  };
  return Parameter.Value;
}

/** All stages of a rotation, each when every machine is through with the one before. */
export async function rotate(
  rotating: AuthorityRotation,
  log: (text: string) => void,
  then?: (stage: RotationStage) => Promise<void>,
): Promise<void> {
  for (const stage of rotationStages) {
    const started = Date.now();
    await rotating.order(stage);
    await rotating.waitUntilSettled(900_000);
    log(`stage ${stage}: every machine through after ${Math.round((Date.now() - started) / 1000)} s`);
    await then?.(stage);
  }
}

/** Runs openssl in a folder of its own; the inputs are files there, and so are the results. */
function openssl(files: Readonly<Record<string, string>>, ...commands: readonly string[][]): (name: string) => string {
  const directory = mkdtempSync(join(tmpdir(), "holdfast-openssl-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text, { mode: 0o600 });
    for (const command of commands)
      execFileSync("openssl", command, { cwd: directory, stdio: ["ignore", "ignore", "pipe"] });
    const made = new Map(
      ["root.pem", "ca.pem", "ca.key", "leaf.pem", "leaf.key", "public.pem"].map((name): [string, string] => {
        try {
          return [name, readFileSync(join(directory, name), "utf8")];
        } catch {
          return [name, ""];
        }
      }),
    );
    return (name) => made.get(name) ?? "";
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const newKey = (file: string): string[] => ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", file];
const authorityExtensions = (pathLength: string): string =>
  `[e]\nbasicConstraints=critical,CA:TRUE${pathLength}\nkeyUsage=critical,keyCertSign,cRLSign,digitalSignature\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n[req]\ndistinguished_name=d\n[d]\n`;

/** An authority that nobody knows yet. */
export function createAuthority(commonName: string): Pair {
  const made = openssl({ "e.cnf": authorityExtensions("") }, newKey("ca.key"), [
    ...["req", "-x509", "-new", "-key", "ca.key", "-subj", `/O=drill/CN=${commonName}`, "-days", "3650"],
    ...["-config", "e.cnf", "-extensions", "e", "-out", "ca.pem"],
  ]);
  return { trusted: made("ca.pem"), key: made("ca.key") };
}

/** An intermediate authority of an organisation, with its chain. */
export function createIntermediate(commonName: string): Pair {
  const root = createAuthority("An organisation's root");
  const made = openssl(
    { "root.pem": root.trusted, "root.key": root.key, "e.cnf": authorityExtensions(",pathlen:0") },
    newKey("ca.key"),
    ["req", "-new", "-key", "ca.key", "-subj", `/O=drill/CN=${commonName}`, "-config", "e.cnf", "-out", "ca.csr"],
    [
      ...["x509", "-req", "-in", "ca.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", "1825"],
      ...["-extfile", "e.cnf", "-extensions", "e", "-out", "ca.pem"],
    ],
  );
  return { trusted: made("ca.pem") + root.trusted, key: made("ca.key") };
}

/** A key that signs tokens. */
export function createServiceAccountKey(): Pair {
  const made = openssl(
    {},
    ["genrsa", "-out", "ca.key", "2048"],
    ["rsa", "-in", "ca.key", "-pubout", "-out", "public.pem"],
  );
  return { trusted: made("public.pem"), key: made("ca.key") };
}

function issueAdministrator({ trusted, key }: Pair): { certificate: string; key: string } {
  const made = openssl(
    { "ca.pem": issuingCertificate(trusted), "ca.key": key, "e.cnf": "[e]\nextendedKeyUsage=clientAuth\n" },
    newKey("leaf.key"),
    ["req", "-new", "-key", "leaf.key", "-subj", "/O=kubeadm:cluster-admins/CN=holdfast-admin", "-out", "leaf.csr"],
    [
      ...["x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "7"],
      ...["-extfile", "e.cnf", "-extensions", "e", "-out", "leaf.pem"],
    ],
  );
  return { certificate: made("leaf.pem"), key: made("leaf.key") };
}
