/** Keys and certificates for tests, created by openssl in a folder. */

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateOptions {
  /** Default: `/CN=<file name>`. */
  readonly subject?: string;
  readonly days?: number;
  /** Arguments of openssl that create the key. Default: P-256. */
  readonly algorithm?: readonly string[];
  readonly hash?: string;
  /** Default: openssl's, an authority for a root and none for an issued certificate. */
  readonly extensions?: readonly string[];
}

export const ec = (curve: string): string[] => [
  "genpkey",
  "-algorithm",
  "EC",
  "-pkeyopt",
  `ec_paramgen_curve:${curve}`,
];

export class Certificates {
  constructor(readonly folder: string) {
    mkdirSync(folder, { recursive: true });
  }

  openssl(...args: readonly string[]): void {
    execFileSync("openssl", args, { cwd: this.folder, stdio: "ignore" });
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), "utf8");
  }

  /** Creates a root in `<name>.crt` and `<name>.key`. */
  root(name: string, options: CertificateOptions = {}): Certificate {
    const { request, extensions } = this.prepare(name, options);
    this.openssl(
      ...["req", "-x509", ...request, ...validity(options)],
      ...(extensions ? ["-config", extensions, "-extensions", "e"] : []),
      ...["-out", `${name}.crt`],
    );
    return this.readPair(name);
  }

  /** Creates a certificate that the authority in `<by>.crt` and `<by>.key` issues. */
  issue(name: string, by: string, options: CertificateOptions = {}): Certificate {
    const { request, extensions } = this.prepare(name, options);
    this.openssl("req", ...request, "-out", "csr");
    this.openssl(
      ...["x509", "-req", "-in", "csr", "-CA", `${by}.crt`, "-CAkey", `${by}.key`, "-CAcreateserial"],
      ...validity(options),
      ...(extensions ? ["-extfile", extensions, "-extensions", "e"] : []),
      ...["-out", `${name}.crt`],
    );
    return this.readPair(name);
  }

  private prepare(name: string, { subject = `/CN=${name}`, algorithm = ec("P-256"), extensions }: CertificateOptions) {
    this.openssl(...algorithm, "-out", `${name}.key`);
    const request = ["-new", "-key", `${name}.key`, "-subj", subject];
    if (extensions === undefined) return { request };
    const lines = ["[e]", ...extensions, "[req]", "distinguished_name=d", "[d]", ""];
    writeFileSync(join(this.folder, "e.cnf"), lines.join("\n"));
    return { request, extensions: "e.cnf" };
  }

  private readPair(name: string): Certificate {
    return { certificate: this.read(`${name}.crt`), key: this.read(`${name}.key`) };
  }
}

const validity = ({ days = 3650, hash = "sha256" }: CertificateOptions): string[] => [
  "-days",
  String(days),
  `-${hash}`,
];
