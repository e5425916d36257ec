/** lib/authority-status.sh: the cache is used only while the status cannot have changed. */

import { existsSync, rmSync } from "node:fs";
import { fingerprints } from "../../../../components/pki/rotation.plan";
import { Certificates } from "../../pki/certificates";
import { FakeMachine, machines } from "../nodeSupport";

let machine: FakeMachine;
let one: string;
let two: string;
let prints: readonly string[];
/** A certificate of each authority. */
let leaves: readonly string[];

const trustFile = "kubernetes/pki/etcd/ca.crt";
const serverFile = "kubernetes/pki/etcd/server.crt";

beforeAll(() => {
  machine = new FakeMachine(machines.etcd);
  const certificates = new Certificates(machine.path("authorities"));
  one = certificates.root("one").certificate;
  two = certificates.root("two").certificate;
  prints = fingerprints(one + two);
  leaves = ["one", "two"].map((by) => certificates.issue(`of-${by}`, by).certificate);
  machine.stub("openssl", 'echo "$1" >>"$HOME/openssl"; exec /usr/bin/openssl "$@"');
});
beforeEach(() => {
  machine.write(trustFile, one + two);
  for (const name of ["server", "peer", "healthcheck-client"])
    machine.write(`kubernetes/pki/etcd/${name}.crt`, leaves[0] ?? "");
  rmSync(machine.path("run"), { recursive: true, force: true });
});

/** The status, and whether openssl ran for it. */
async function read(before = at(1_800_000_000)): Promise<{ status: unknown; cached: boolean }> {
  rmSync(machine.path("openssl"), { force: true });
  const { code, stdout } = await machine.run(`${before}\ncached_authority_status`);
  expect(code).toBe(0);
  return { status: JSON.parse(stdout), cached: !existsSync(machine.path("openssl")) };
}
const etcd = (trust: readonly string[], issuer: string | undefined) => ({ etcd: { trust, leaves: issuer } });
/** At a Unix time in seconds. */
const at = (seconds: number) => `unset EPOCHSECONDS; EPOCHSECONDS=${seconds}`;

test("an unchanged status is cached for at most ten minutes", async () => {
  expect(await read()).toEqual({ status: etcd(prints, prints[0]), cached: false });
  expect(await read()).toEqual({ status: etcd(prints, prints[0]), cached: true });
  expect(await read(at(1_800_000_599))).toMatchObject({ cached: true });
  expect(await read(at(1_800_000_600))).toMatchObject({ cached: false });
});

test.each<[string, string, () => string, () => object]>([
  ["a trusted authority", trustFile, () => one, () => etcd(prints.slice(0, 1), prints[0])],
  ["the issuing authority", trustFile, () => two + one, () => etcd([...prints].reverse(), "")],
  ["a certificate", serverFile, () => leaves[1] ?? "", () => etcd(prints, "")],
  ["a file with the same certificate", serverFile, () => `${leaves[0] ?? ""}\n`, () => etcd(prints, prints[0])],
  ["a removed certificate", serverFile, () => "", () => etcd(prints, prints[0])],
])("the cache is invalid after a change of %s", async (_case, file, content, expected) => {
  await read();
  machine.write(file, content());
  expect(await read()).toEqual({ status: expected(), cached: false });
});

test("mixed issuers are not cached", async () => {
  machine.write(serverFile, leaves[1] ?? "");
  await read();
  expect(await read()).toEqual({ status: etcd(prints, ""), cached: false });
});

test("a status that changes while it is read is not cached", async () => {
  const swap = `original=$(declare -f authority_status); eval "\${original/authority_status/read_status}"
    authority_status() { read_status; cp "$KUBERNETES/pki/etcd/other" "$KUBERNETES/pki/etcd/ca.crt"; }`;
  machine.write("kubernetes/pki/etcd/other", one);
  expect(await read(`${at(1_800_000_000)}\n${swap}`)).toMatchObject({ status: etcd(prints, prints[0]) });
  expect(await read()).toEqual({ status: etcd(prints.slice(0, 1), prints[0]), cached: false });
});

test("a truncated cache is ignored", async () => {
  await read();
  machine.write("run/authority-status", `${machine.lines("run/authority-status")[0] ?? ""}\n`);
  expect(await read()).toEqual({ status: etcd(prints, prints[0]), cached: false });
});

test("another bundle ignores the cache", async () => {
  await read();
  const otherBundle = 'mkdir -p "$HOME/bundle"; cp "$HOLDFAST/cluster.json" "$HOME/bundle"; HOLDFAST=$HOME/bundle';
  expect(await read(`${at(1_800_000_000)}; ${otherBundle}`)).toMatchObject({ cached: false });
});
