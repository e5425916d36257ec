/** Keys and certificates for tests: real ones, made by openssl in processes of their own, as files of a folder. */

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** In PEM. */
export interface Made {
  readonly certificate: string;
  readonly key: string;
}

export interface Wish {
  /** By default `/CN=` and the file's name. */
  readonly subject?: string;
  readonly days?: number;
  /** Arguments of openssl that make the key; by default one on P-256. */
  readonly algorithm?: readonly string[];
  readonly hash?: string;
  /** By default what openssl makes of itself: an authority for a root, nothing for what is issued. */
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

  /** A root in `<name>.crt` and `<name>.key`. */
  root(name: string, wish: Wish = {}): Made {
    const { request, extensions } = this.prepare(name, wish);
    this.openssl(
      ...["req", "-x509", ...request, ...validity(wish)],
      ...(extensions ? ["-config", extensions, "-extensions", "e"] : []),
      ...["-out", `${name}.crt`],
    );
    return this.made(name);
  }

  /** What the authority in `<by>.crt` and `<by>.key` issues. */
  issue(name: string, by: string, wish: Wish = {}): Made {
    const { request, extensions } = this.prepare(name, wish);
    this.openssl("req", ...request, "-out", "csr");
    this.openssl(
      ...["x509", "-req", "-in", "csr", "-CA", `${by}.crt`, "-CAkey", `${by}.key`, "-CAcreateserial"],
      ...validity(wish),
      ...(extensions ? ["-extfile", extensions, "-extensions", "e"] : []),
      ...["-out", `${name}.crt`],
    );
    return this.made(name);
  }

  private prepare(name: string, { subject = `/CN=${name}`, algorithm = ec("P-256"), extensions }: Wish) {
    this.openssl(...algorithm, "-out", `${name}.key`);
    const request = ["-new", "-key", `${name}.key`, "-subj", subject];
    if (extensions === undefined) return { request };
    const lines = ["[e]", ...extensions, "[req]", "distinguished_name=d", "[d]", ""];
    writeFileSync(join(this.folder, "e.cnf"), lines.join("\n"));
    return { request, extensions: "e.cnf" };
  }

  private made(name: string): Made {
    return { certificate: this.read(`${name}.crt`), key: this.read(`${name}.key`) };
  }
}

const validity = ({ days = 3650, hash = "sha256" }: Wish): string[] => ["-days", String(days), `-${hash}`];
