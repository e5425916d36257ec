/** Authorities and certificates for tests, created with openssl. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Certificate {
  /** Paths of the files. */
  readonly certificate: string;
  readonly key: string;
}

const ecKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

function openssl(...args: string[]): void {
  execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
}

/** A certificate authority in a folder. */
export class Authority {
  readonly certificate: string;
  readonly key: string;

  constructor(
    private readonly directory: string,
    name: string,
  ) {
    mkdirSync(directory, { recursive: true });
    this.certificate = join(directory, `${name}.crt`);
    this.key = join(directory, `${name}.key`);
    openssl(
      "req", "-x509", ...ecKey, "-days", "2", "-subj", `/CN=${name}`,
      "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
      "-keyout", this.key, "-out", this.certificate,
    ); // prettier-ignore
  }

  get pem(): string {
    return readFileSync(this.certificate, "utf8");
  }

  /** Issues a certificate for clients and for servers on loopback. */
  issue(file: string, subject: { readonly name: string; readonly groups?: readonly string[] }): Certificate {
    const at = (ending: string) => join(this.directory, `${file}.${ending}`);
    const parts = [...(subject.groups ?? []).map((group) => `/O=${group}`), `/CN=${subject.name}`].join("");
    openssl("req", ...ecKey, "-subj", parts, "-keyout", at("key"), "-out", at("csr"));
    writeFileSync(at("ext"), "subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=clientAuth,serverAuth\n");
    openssl(
      "x509", "-req", "-in", at("csr"), "-CA", this.certificate, "-CAkey", this.key, "-CAcreateserial",
      "-days", "1", "-extfile", at("ext"), "-out", at("crt"),
    ); // prettier-ignore
    return { certificate: at("crt"), key: at("key") };
  }
}
