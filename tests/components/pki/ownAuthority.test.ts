/** Authorities made by openssl, right and wrong in every way that is checked. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AuthorityProblem, ownAuthorityProblems } from "../../../components/pki/ownAuthority.plan";
import { chainOf, issuingCertificate } from "../../../components/pki/pem.plan";
import { fingerprints } from "../../../components/pki/rotation.plan";
import { Certificates, ec } from "./certificates";
import type { Wish } from "./certificates";

// Keys and certificates are made by processes of their own.
jest.setTimeout(30_000);

const folder = mkdtempSync(join(tmpdir(), "holdfast-own-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
const certificates = new Certificates(folder);
const read = (name: string): string => certificates.read(name);

interface Kind extends Omit<Wish, "subject" | "extensions"> {
  readonly by?: string;
  readonly basic?: string;
  readonly usage?: string;
  readonly extended?: string;
}
const rsa = (bits: number): string[] => ["genpkey", "-algorithm", "RSA", "-pkeyopt", `rsa_keygen_bits:${bits}`];

/** Makes `<name>.crt` and `<name>.key`; a root unless `by` names another. */
function make(name: string, { by, basic, usage, extended, ...rest }: Kind = {}): void {
  const extensions = [
    `basicConstraints=${basic ?? "critical,CA:TRUE"}`,
    ...(usage === "" ? [] : [`keyUsage=${usage ?? "critical,keyCertSign,cRLSign"}`]),
    ...(extended === undefined ? [] : [`extendedKeyUsage=${extended}`]),
    "subjectKeyIdentifier=hash",
  ];
  const wish = { days: 1825, ...rest, extensions };
  if (by === undefined) certificates.root(name, wish);
  else certificates.issue(name, by, wish);
}

beforeAll(() => {
  make("root");
  make("upper", { by: "root" });
  make("issuing", { by: "upper", basic: "critical,CA:TRUE,pathlen:0" });
  make("other");
  make("leaf", { basic: "CA:FALSE" });
  make("signs-nothing", { usage: "critical,digitalSignature" });
  make("no-usage", { usage: "" });
  make("servers-alone", { extended: "serverAuth" });
  make("both", { extended: "serverAuth,clientAuth" });
  make("soon-over", { days: 30 });
  make("short", { basic: "critical,CA:TRUE,pathlen:0" });
  make("below-short", { by: "short" });
  make("rsa", { algorithm: rsa(2048) });
  make("weak-rsa", { algorithm: rsa(1024) });
  make("odd-curve", { algorithm: ec("secp256k1") });
  make("ed25519", { algorithm: ["genpkey", "-algorithm", "ED25519"] });
  make("sha1", { by: "root", hash: "sha1" });
  certificates.openssl("pkey", "-in", "root.key", "-aes128", "-passout", "pass:secret", "-out", "locked.key");
});

const pem = (...names: string[]): string => names.map((name) => read(`${name}.crt`)).join("");
const problems = (
  names: readonly string[],
  key: string | undefined = read(`${names[0] ?? ""}.key`),
  now = new Date(),
) => ownAuthorityProblems({ certificate: pem(...names), key, leafHours: 8760 }, now);
const year = 365 * 86_400_000;

test.each([[["root"]], [["issuing", "upper", "root"]], [["upper", "root"]], [["rsa"]], [["both"]]])(
  "%j will do",
  (names) => {
    expect(problems(names)).toEqual([]);
  },
);

test.each<[string, () => readonly AuthorityProblem[], "certificate" | "key", RegExp]>([
  ["no authority", () => problems(["leaf"]), "certificate", /basic constraints lack CA:TRUE/],
  ["one that signs nothing", () => problems(["signs-nothing"]), "certificate", /lacks keyCertSign/],
  ["one without key usage", () => problems(["no-usage"]), "certificate", /lacks keyCertSign/],
  ["one for servers alone", () => problems(["servers-alone"]), "certificate", /is not for client_auth/],
  ["one that ends before its leaves", () => problems(["soon-over"]), "certificate", /before what it would issue now/],
  ["one that is over", () => problems(["root"], undefined, new Date(Date.now() + 6 * year)), "certificate", /ended on/],
  [
    "one of the future",
    () => problems(["root"], undefined, new Date(Date.now() - year)),
    "certificate",
    /valid only from/,
  ],
  [
    "a path that is too long",
    () => problems(["below-short", "short"]),
    "certificate",
    /certificate 2 \(CN=short\) allows 0 authorities below it, and 1 follow/,
  ],
  [
    "a chain without its root",
    () => problems(["issuing", "upper"]),
    "certificate",
    /certificate 2 \(CN=upper\) was issued by CN=root: append its chain/,
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
    /certificate 2 \(CN=root\) has not issued the issuing certificate/,
  ],
  ["a chain of somebody else", () => problems(["upper", "other"]), "certificate", /has not issued/],
  ["a weak RSA key", () => problems(["weak-rsa"]), "certificate", /RSA key of 1024 bits/],
  ["a curve that Go does not know", () => problems(["odd-curve"]), "certificate", /key on secp256k1/],
  ["a key that kubeadm does not take", () => problems(["ed25519"]), "certificate", /type ed25519/],
  ["a weak signature", () => problems(["sha1", "root"]), "certificate", /signed with sha1/],
  ["another's key", () => problems(["root"], read("other.key")), "key", /is not the key of the issuing certificate/],
  ["the root's key for an intermediate", () => problems(["upper", "root"], read("root.key")), "key", /is not the key/],
  ["a key behind a passphrase", () => problems(["root"], read("locked.key")), "key", /is encrypted with a passphrase/],
  ["no key at all", () => problems(["root"], "hunter2"), "key", /is no private key in PEM/],
])("%s is refused, and nothing of the key is told", (_, found, about, message) => {
  const list = found();
  expect(list.map((problem) => problem.about)).toContain(about);
  expect(list.map((problem) => problem.message).join("\n")).toMatch(message);
  expect(JSON.stringify(list)).not.toMatch(/hunter2|BEGIN/);
});

test("what cannot be read is told by its place", () => {
  const broken =
    pem("root") +
    pem("root")
      .replace(/.{40}\n-----END/, "AAAA\n-----END")
      .replace("MI", "AA");
  expect(ownAuthorityProblems({ certificate: broken, key: undefined, leafHours: 1 }, new Date())).toEqual([
    { about: "certificate", message: "certificate 2 cannot be read" },
  ]);
});

test("the issuing certificate alone is trusted; API servers show all but the root", () => {
  const chain = pem("issuing", "upper", "root");
  expect(fingerprints(issuingCertificate(chain))).toEqual(fingerprints(pem("issuing")));
  expect(fingerprints(chainOf(chain) ?? "")).toEqual(fingerprints(pem("issuing", "upper")));
  expect(chainOf(pem("root"))).toBeUndefined();
});
