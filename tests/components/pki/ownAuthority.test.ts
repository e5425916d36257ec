/** Authorities from openssl: valid ones, and one for each check. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AuthorityProblem, checkOwnAuthority } from "../../../components/pki/ownAuthority.plan";
import { chainOf, issuingCertificate } from "../../../components/pki/pem.plan";
import { fingerprints } from "../../../components/pki/rotation.plan";
import { Certificates, ec } from "./certificates";
import type { CertificateOptions } from "./certificates";

// Each certificate takes several openssl processes.
jest.setTimeout(30_000);

const folder = mkdtempSync(join(tmpdir(), "holdfast-own-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
const certificates = new Certificates(folder);
const read = (name: string): string => certificates.read(name);

interface AuthorityOptions extends Omit<CertificateOptions, "subject" | "extensions"> {
  readonly by?: string;
  readonly basic?: string;
  readonly usage?: string;
  readonly extended?: string;
}
const rsa = (bits: number): string[] => ["genpkey", "-algorithm", "RSA", "-pkeyopt", `rsa_keygen_bits:${bits}`];

/** Creates `<name>.crt` and `<name>.key`; a root unless `by` names the issuer. */
function create(name: string, { by, basic, usage, extended, ...rest }: AuthorityOptions = {}): void {
  const extensions = [
    `basicConstraints=${basic ?? "critical,CA:TRUE"}`,
    ...(usage === "" ? [] : [`keyUsage=${usage ?? "critical,keyCertSign,cRLSign"}`]),
    ...(extended === undefined ? [] : [`extendedKeyUsage=${extended}`]),
    "subjectKeyIdentifier=hash",
  ];
  const options = { days: 1825, ...rest, extensions };
  if (by === undefined) certificates.root(name, options);
  else certificates.issue(name, by, options);
}

beforeAll(() => {
  create("root");
  create("upper", { by: "root" });
  create("issuing", { by: "upper", basic: "critical,CA:TRUE,pathlen:0" });
  create("other");
  create("leaf", { basic: "CA:FALSE" });
  create("signs-nothing", { usage: "critical,digitalSignature" });
  create("no-usage", { usage: "" });
  create("servers-alone", { extended: "serverAuth" });
  create("both", { extended: "serverAuth,clientAuth" });
  create("soon-over", { days: 30 });
  create("short", { basic: "critical,CA:TRUE,pathlen:0" });
  create("below-short", { by: "short" });
  create("rsa", { algorithm: rsa(2048) });
  create("weak-rsa", { algorithm: rsa(1024) });
  create("odd-curve", { algorithm: ec("secp256k1") });
  create("ed25519", { algorithm: ["genpkey", "-algorithm", "ED25519"] });
  create("sha1", { by: "root", hash: "sha1" });
  certificates.openssl("pkey", "-in", "root.key", "-aes128", "-passout", "pass:secret", "-out", "locked.key");
});

const pem = (...names: string[]): string => names.map((name) => read(`${name}.crt`)).join("");
const problems = (
  names: readonly string[],
  key: string | undefined = read(`${names[0] ?? ""}.key`),
  now = new Date(),
) => checkOwnAuthority({ certificate: pem(...names), key, leafHours: 8760 }, now);
const year = 365 * 86_400_000;

test.each([[["root"]], [["issuing", "upper", "root"]], [["upper", "root"]], [["rsa"]], [["both"]]])(
  "%j is accepted",
  (names) => {
    expect(problems(names)).toEqual([]);
  },
);

test.each<[string, () => readonly AuthorityProblem[], "certificate" | "key", RegExp]>([
  ["a leaf certificate", () => problems(["leaf"]), "certificate", /basic constraints lack CA:TRUE/],
  ["no keyCertSign", () => problems(["signs-nothing"]), "certificate", /lacks keyCertSign/],
  ["no key usage", () => problems(["no-usage"]), "certificate", /lacks keyCertSign/],
  ["servers only", () => problems(["servers-alone"]), "certificate", /extended key usage lacks client_auth/],
  ["expiry before its leaves", () => problems(["soon-over"]), "certificate", /before the certificates that it issues/],
  ["expired", () => problems(["root"], undefined, new Date(Date.now() + 6 * year)), "certificate", /expired on/],
  [
    "not yet valid",
    () => problems(["root"], undefined, new Date(Date.now() - year)),
    "certificate",
    /is not valid before/,
  ],
  [
    "a path that is too long",
    () => problems(["below-short", "short"]),
    "certificate",
    /certificate 2 \(CN=short\) has path length 0; it must be at least 1/,
  ],
  [
    "a chain without its root",
    () => problems(["issuing", "upper"]),
    "certificate",
    /certificate 2 \(CN=upper\) was issued by CN=root; append its chain/,
  ],
  [
    "an intermediate alone",
    () => problems(["issuing"]),
    "certificate",
    /the issuing certificate was issued by CN=upper/,
  ],
  [
    "a chain in the wrong order",
    () => problems(["issuing", "root", "upper"]),
    "certificate",
    /certificate 2 \(CN=root\) did not issue the issuing certificate/,
  ],
  ["an unrelated chain", () => problems(["upper", "other"]), "certificate", /did not issue/],
  ["a weak RSA key", () => problems(["weak-rsa"]), "certificate", /RSA key of 1024 bits/],
  ["a curve that Go does not support", () => problems(["odd-curve"]), "certificate", /key on secp256k1/],
  ["a key type that kubeadm does not support", () => problems(["ed25519"]), "certificate", /type ed25519/],
  ["a weak signature", () => problems(["sha1", "root"]), "certificate", /signed with SHA-1/],
  [
    "the key of another certificate",
    () => problems(["root"], read("other.key")),
    "key",
    /is not the key of the issuing certificate/,
  ],
  ["the root's key for an intermediate", () => problems(["upper", "root"], read("root.key")), "key", /is not the key/],
  ["an encrypted key", () => problems(["root"], read("locked.key")), "key", /is encrypted with a passphrase/],
  ["a text that is no key", () => problems(["root"], "hunter2"), "key", /is not a private key in PEM/],
])("%s is refused without revealing the key", (_, found, about, message) => {
  const list = found();
  expect(list.map((problem) => problem.about)).toContain(about);
  expect(list.map((problem) => problem.message).join("\n")).toMatch(message);
  expect(JSON.stringify(list)).not.toMatch(/hunter2|BEGIN/);
});

test("an unreadable certificate is reported by its position", () => {
  const broken =
    pem("root") +
    pem("root")
      .replace(/.{40}\n-----END/, "AAAA\n-----END")
      .replace("MI", "AA");
  expect(checkOwnAuthority({ certificate: broken, key: undefined, leafHours: 1 }, new Date())).toEqual([
    { about: "certificate", message: "certificate 2 is unreadable" },
  ]);
});

test("only the issuing certificate is trusted; API servers present all but the root", () => {
  const chain = pem("issuing", "upper", "root");
  expect(fingerprints(issuingCertificate(chain))).toEqual(fingerprints(pem("issuing")));
  expect(fingerprints(chainOf(chain) ?? "")).toEqual(fingerprints(pem("issuing", "upper")));
  expect(chainOf(pem("root"))).toBeUndefined();
});
