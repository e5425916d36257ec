/** Publishers of releases on a loopback server, with the layout of their sites, and a signing authority made with openssl. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { assetsOf, releaseAssets } from "../../../components/node/assets.plan";
import { type MinorVersions, minorOf } from "../../../components/node/kubernetesVersions.plan";
import type { Get } from "../../../operations/versions/publishers";
import type { Tables } from "../../../operations/versions/tables";

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

const releaseIdentity = "krel-staging@k8s-releng-prod.iam.gserviceaccount.com";

interface Signed {
  readonly signature: string;
  readonly certificate: string;
}

/** Chain of an authority that issues certificates of signers, as Fulcio does. */
export class SigningAuthority {
  private readonly folder = mkdtempSync(join(tmpdir(), "holdfast-signer-"));
  private readonly signed = new Map<string, Signed>();

  constructor() {
    const ca = "basicConstraints=critical,CA:TRUE";
    this.openssl(
      "req",
      "-x509",
      ...this.newKey("root"),
      "-subj",
      "/O=sigstore.dev/CN=sigstore",
      "-addext",
      ca,
      "-days",
      "2",
      "-out",
      this.at("root.crt"),
    );
    this.issue("intermediate", "root", "/O=sigstore.dev/CN=sigstore-intermediate", [ca]);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  get chain(): readonly string[] {
    return ["intermediate.crt", "root.crt"].map((file) => this.read(file).toString());
  }

  /** Signature and certificate of a text, in the encoding of cosign. */
  sign(text: string, identity = releaseIdentity, issuer = "https://accounts.google.com"): Signed {
    const key = [text, identity, issuer].join("\n");
    const signed = this.signed.get(key) ?? this.signNew(text, identity, issuer);
    this.signed.set(key, signed);
    return signed;
  }

  private signNew(text: string, identity: string, issuer: string): Signed {
    this.issue("leaf", "intermediate", "/", [
      `subjectAltName=critical,email:${identity}`,
      `1.3.6.1.4.1.57264.1.8=ASN1:UTF8String:${issuer}`,
    ]);
    writeFileSync(this.at("file"), text);
    this.openssl("dgst", "-sha256", "-sign", this.at("leaf.key"), "-out", this.at("file.sig"), this.at("file"));
    return {
      signature: this.read("file.sig").toString("base64"),
      certificate: this.read("leaf.crt").toString("base64"),
    };
  }

  private issue(name: string, by: string, subject: string, extensions: readonly string[]): void {
    this.openssl("req", ...this.newKey(name), "-subj", subject, "-out", this.at("csr"));
    writeFileSync(this.at("ext"), extensions.join("\n"));
    this.openssl(
      "x509",
      "-req",
      "-in",
      this.at("csr"),
      "-CA",
      this.at(`${by}.crt`),
      "-CAkey",
      this.at(`${by}.key`),
      "-CAcreateserial",
      "-days",
      "1",
      "-extfile",
      this.at("ext"),
      "-out",
      this.at(`${name}.crt`),
    );
  }

  private newKey(name: string): readonly string[] {
    return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", this.at(`${name}.key`)];
  }

  private at(file: string): string {
    return join(this.folder, file);
  }

  private read(file: string): Buffer {
    return readFileSync(this.at(file));
  }

  private openssl(...args: readonly string[]): void {
    execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
  }
}

/** Serves texts by URL without `https://`; everything else is not found. */
export class StandIn {
  readonly files = new Map<string, string>();
  readonly requests: string[] = [];
  private readonly server: Server;
  private port = 0;

  constructor(private readonly authority: SigningAuthority) {
    this.server = createServer((request, response) => {
      const path = (request.url ?? "").slice(1);
      this.requests.push(path);
      const text = this.files.get(path);
      response.writeHead(text === undefined ? 404 : 200);
      response.end(text ?? "not found");
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  readonly get: Get = (url) => fetch(`http://127.0.0.1:${this.port}/${url.replace("https://", "")}`);

  /** Releases of a repository by tag; assets and their digests by file name. */
  github(repository: string, tags: readonly string[], assets: Readonly<Record<string, string>> = {}): void {
    const api = `api.github.com/repos/${repository}/releases`;
    const all = tags.map((tag_name) => ({ tag_name, draft: false, prerelease: tag_name.includes("-rc") }));
    this.files.set(`${api}?per_page=100`, JSON.stringify(all));
    const listed = Object.entries(assets).map(([name, sum]) => ({ name, digest: `sha256:${sum}` }));
    for (const tag of tags) this.files.set(`${api}/tags/${tag}`, JSON.stringify({ assets: listed }));
  }

  /** Publishes etcd 3.6.15 with checksums in its file, and with others in GitHub's API. */
  etcd(sums: Readonly<Record<string, string>>, digests = sums): void {
    this.github("etcd-io/etcd", ["v3.6.15", "v3.6.14", "v3.6.13"], digests);
    const lines = Object.entries({ "etcd-v3.6.15-windows-amd64.zip": sha256("zip"), ...sums });
    this.files.set(
      "github.com/etcd-io/etcd/releases/download/v3.6.15/SHA256SUMS",
      lines.map(([file, sum]) => `${sum}  ${file}\n`).join(""),
    );
  }

  /** Publishes a Kubernetes version: programs with checksums and signatures. */
  kubernetes(version: string): void {
    this.files.set(`dl.k8s.io/release/stable-${version.replace(/\.\d+$/, "")}.txt`, `v${version}`);
    for (const url of programsOf(version)) this.program(url, `program ${url}`);
  }

  /** Publishes all checksums of {@link tables}. */
  everything(): void {
    for (const [path, sum] of tables.checksums) {
      if (path.startsWith("kubernetes/"))
        this.files.set(`${path.replace("kubernetes", "dl.k8s.io/release")}.sha256`, sum);
    }
    const publish = (repository: string, name: string, version: string, sumsFile: (file: string) => string): void => {
      const sums = sumsOf(`${name}/${version}/`);
      this.github(repository, [version], sums);
      const lines = Object.entries(sums).map(([file, sum]) => `${sum} *${file}\n`);
      for (const file of Object.keys(sums)) {
        this.files.set(`github.com/${repository}/releases/download/${version}/${sumsFile(file)}`, lines.join(""));
      }
    };
    publish("etcd-io/etcd", "etcd", "v3.6.14", () => "SHA256SUMS");
    publish("containerd/containerd", "containerd", "v2.3.4", (file) => `${file}.sha256sum`);
    publish("opencontainers/runc", "runc", "v1.4.3", () => "runc.sha256sum");
    this.credentialProvider("1.37.0", sumsOf("cloud-provider-aws/v1.37.0/"));
    publish("containernetworking/plugins", "cni-plugins", "v1.9.1", (file) => `${file}.sha256`);
  }

  /** Publishes manifests of promoted files, and the checksums of one version; by default, the manifest has the same. */
  credentialProvider(version: string, sums: Readonly<Record<string, string>>, promoted = sums): void {
    const manifests = "artifacts/manifests/k8s-staging-provider-aws";
    const names = ["OWNERS", "v1.30.0-rc.0.yaml", "v1.36.1.yaml", "v1.37.0.yaml", `v${version}.yaml`];
    this.files.set(
      `api.github.com/repos/kubernetes/k8s.io/contents/${manifests}`,
      JSON.stringify([...new Set(names)].map((name) => ({ name }))),
    );
    const at = (file: string): string => `v${version}/linux/${file.split("-").at(-1) ?? ""}/${file}`;
    const lines = Object.entries(promoted).map(([file, sum]) => `- name: ${at(file)}\n  sha256: ${sum}\n`);
    this.files.set(
      `raw.githubusercontent.com/kubernetes/k8s.io/main/${manifests}/v${version}.yaml`,
      `files:\n${lines.join("")}`,
    );
    for (const [file, sum] of Object.entries(sums)) {
      this.files.set(`artifacts.k8s.io/binaries/cloud-provider-aws/${at(file)}.sha256`, `${sum}\n`);
    }
  }

  /** Publishes a program, by default signed by the release process. */
  program(url: string, content: string, { signature, certificate } = this.authority.sign(content)): void {
    const files = { "": content, ".sha256": sha256(content), ".sig": signature, ".cert": certificate };
    for (const [ending, text] of Object.entries(files)) this.files.set(`${url}${ending}`, text);
  }
}

export const etcdArchive = (arch: string): string => `etcd-v3.6.15-linux-${arch}.tar.gz`;

const row = (minor: string, more: Partial<MinorVersions> = {}): MinorVersions => ({
  etcd: "3.6.14",
  coredns: "1.14.2",
  pause: "3.10.2",
  containerd: "2.3.4",
  runc: "1.4.3",
  cniPlugins: "1.9.1",
  cloudController: `${minor}.0`,
  clusterAutoscaler: `${minor}.0`,
  ecrCredentialProvider: "1.37.0",
  ...more,
});

/** Tables of their own, so that tests do not change with those of Holdfast. The autoscaler of 1.37 is not out yet. */
export const tables: Tables = withChecksums({
  versions: { "1.35": row("1.35"), "1.36": row("1.36"), "1.37": row("1.37", { clusterAutoscaler: "1.36.0" }) },
  kubernetes: ["1.35.8", "1.36.3", "1.36.4", "1.37.0"],
});

/** Tables with an invented checksum of every file. */
export function withChecksums(without: Omit<Tables, "checksums">): Tables {
  const assets = without.kubernetes.flatMap((kubernetes) => {
    const others = without.versions[minorOf(kubernetes)];
    return others === undefined ? [] : assetsOf({ kubernetes, ...others });
  });
  return { ...without, checksums: new Map(assets.map(({ path }) => [path, sha256(path)])) };
}

/** URLs of the programs of a Kubernetes version, without `https://`. */
export const programsOf = (kubernetes: string): readonly string[] =>
  (["amd64", "arm64"] as const).flatMap((arch) =>
    releaseAssets({ kubernetes, ...row(minorOf(kubernetes)) }, arch)
      .filter(({ path }) => path.startsWith("kubernetes/"))
      .map(({ upstreamUrl }) => upstreamUrl.replace("https://", "")),
  );

/** Checksums of the files of a release, by file name. */
const sumsOf = (prefix: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...tables.checksums].flatMap(([path, sum]) =>
      path.startsWith(prefix) ? [[path.slice(path.lastIndexOf("/") + 1), sum] as const] : [],
    ),
  );

/** Lines of checksums that were added and removed. */
export function difference(before: string, after: string) {
  const [old, now] = [before.split("\n"), after.split("\n")];
  return { added: now.filter((line) => !old.includes(line)), removed: old.filter((line) => !now.includes(line)) };
}
