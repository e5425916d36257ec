/** lib/held.sh: what a machine has is asked of openssl again whenever the answer could be another. */

import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fingerprints } from "../../../../components/pki/rotation.plan";
import { Certificates } from "../../pki/certificates";
import { FakeMachine, machines } from "../nodeSupport";

let machine: FakeMachine;
let certificates: Certificates;
let one: string;
let two: string;
let print: readonly string[];
/** A certificate of each. */
let leaves: readonly string[];

const names = { trust: "kubernetes/pki/etcd/ca.crt", server: "kubernetes/pki/etcd/server.crt" };

beforeAll(() => {
  machine = new FakeMachine(machines.etcd, {});
  certificates = new Certificates(machine.path("authorities"));
  one = certificates.root("one").certificate;
  two = certificates.root("two").certificate;
  print = fingerprints(one + two);
  leaves = ["one", "two"].map((by) => certificates.issue(`of-${by}`, by).certificate);
  machine.stub("openssl", 'echo "$1" >>"$HOME/asked"; exec /usr/bin/openssl "$@"');
});
beforeEach(() => {
  machine.write(names.trust, one + two);
  for (const name of ["server", "peer", "healthcheck-client"])
    machine.write(`kubernetes/pki/etcd/${name}.crt`, leaves[0] ?? "");
  rmSync(machine.path("run"), { recursive: true, force: true });
});

/** What it says, and whether openssl was asked. */
async function look(before = ""): Promise<{ said: unknown; asked: boolean }> {
  rmSync(machine.path("asked"), { force: true });
  const script = `. "$HOLDFAST/lib/pki.sh"; . "$HOLDFAST/lib/held.sh"\n${before}\nholds_still`;
  const { code, stdout } = await machine.run(script);
  expect(code).toBe(0);
  return { said: JSON.parse(stdout), asked: existsSync(machine.path("asked")) };
}
const said = (trust: readonly string[], from: string | undefined) => ({ etcd: { trust, leaves: from } });
/** At this time, in seconds. */
const at = (seconds: number) => `unset EPOCHSECONDS; EPOCHSECONDS=${seconds}`;
const now = at(1_800_000_000);

test("as long as nothing has changed it is said again without being asked", async () => {
  expect(await look(now)).toEqual({ said: said(print, print[0]), asked: true });
  expect(await look(now)).toEqual({ said: said(print, print[0]), asked: false });
  expect(await look(at(1_800_000_599))).toMatchObject({ asked: false });
});

test.each<[string, string, () => string, () => object]>([
  ["whom it trusts", names.trust, () => one, () => said(print.slice(0, 1), print[0])],
  ["who issues", names.trust, () => two + one, () => said([...print].reverse(), "")],
  ["a certificate", names.server, () => leaves[1] ?? "", () => said(print, "")],
  ["a file that says the same", names.server, () => `${leaves[0] ?? ""}\n`, () => said(print, print[0])],
  ["a certificate that goes", names.server, () => "", () => said(print, print[0])],
])("it is asked again after a change of %s", async (_, file, content, expected) => {
  await look(now);
  machine.write(file, content());
  expect(await look(now)).toEqual({ said: expected(), asked: true });
});

test("it is asked again when ten minutes have gone by, as certificates end", async () => {
  await look(now);
  expect(await look(at(1_800_000_600))).toMatchObject({ asked: true });
});

test("it is asked each time while a certificate is of another authority", async () => {
  machine.write(names.server, leaves[1] ?? "");
  await look(now);
  expect(await look(now)).toEqual({ said: said(print, ""), asked: true });
});

test("what changes while it is asked is not kept", async () => {
  const swap = `real_holds=$(declare -f holds); eval "\${real_holds/holds/first_holds}"
    holds() { first_holds; cp "$KUBERNETES/pki/etcd/other" "$KUBERNETES/pki/etcd/ca.crt"; }`;
  machine.write("kubernetes/pki/etcd/other", one);
  expect(await look(`${now}\n${swap}`)).toMatchObject({ said: said(print, print[0]) });
  expect(await look(now)).toEqual({ said: said(print.slice(0, 1), print[0]), asked: true });
});

test("half a memory is none", async () => {
  await look(now);
  const memory = machine.path("run/trust.holds");
  const [word = ""] = readFileSync(memory, "utf8").split("\n");
  writeFileSync(memory, `${word}\n`);
  expect(await look(now)).toEqual({ said: said(print, print[0]), asked: true });
});

test("another bundle asks anew", async () => {
  await look(now);
  expect(await look(`${now}; mkdir -p "$HOME/bundle"; HOLDFAST=$HOME/bundle`)).toMatchObject({ asked: true });
});
