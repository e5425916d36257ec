/** What tests of a booted cluster look at. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Validation } from "../../operations/validate/result";
import type { Rehearsed } from "../../rehearsal/drills/rehearsed";

const run = promisify(execFile);

/** Lines of private keys, and tokens: what must not be found where anybody may read. */
export async function secretsOf(cluster: Rehearsed): Promise<string[]> {
  const pki = "/etc/kubernetes/pki";
  const keys = await cluster.on(
    cluster.member("a"),
    `cat ${pki}/*.key ${pki}/etcd/*.key; grep -h client-key-data /etc/kubernetes/*.conf | cut -d: -f2`,
  );
  const lines = keys
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.length >= 60 && !line.startsWith("-----"));
  const found = JSON.parse(await cluster.kubectl("-n", "kube-system", "get", "secrets", "-o", "json")) as {
    items: { type: string; data: Record<string, string> }[];
  };
  const tokens = found.items
    .filter(({ type }) => type === "bootstrap.kubernetes.io/token")
    .map(({ data }) => Buffer.from(data["token-secret"] ?? "", "base64").toString());
  // at least the eight keys of the three authorities, the service accounts and the member
  expect(lines.length).toBeGreaterThan(30);
  expect(tokens.length).toBeGreaterThan(0);
  return [...lines, ...tokens];
}

/** What `npm run validate` finds in the rehearsal of staging with that name. */
export async function validate(id: string): Promise<Validation> {
  const command = ["--import", "tsx", join(__dirname, "../../operations/validate/cli.ts")];
  const options = ["staging", "--rehearsal", id, "--json"];
  const found = run(process.execPath, [...command, ...options], { maxBuffer: 16 << 20 });
  // Exit code 1: it is not valid, and says why.
  const { stdout } = await found.catch((error: unknown) => error as { stdout: string });
  return JSON.parse(stdout) as Validation;
}

/** What is not as it should be, in words. */
export const failures = ({ checks }: Validation): readonly string[] =>
  checks
    .filter(({ verdict }) => verdict === "failed" || verdict === "unknown")
    .map(({ area, subject, message }) => `${area}, ${subject}: ${message}`);
