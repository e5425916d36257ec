/** bin/trust: what a member makes of an order, with a store and an API that are played. */

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fingerprints } from "../../../../components/pki/rotation.plan";
import { Certificates } from "../../pki/certificates";
import { FakeAws } from "./awsSupport";
import { FakeMachine, filesDirectory, machines } from "../nodeSupport";

let aws: FakeAws;
let machine: FakeMachine;
let authorities: { pem: string; key: string; print: string }[];
/** By path below the cluster's parameters. */
let parameters: Record<string, string>;

const members = { etcd: ["control-plane-a", "etcd-b"] };
const cluster = {
  etcd: {
    members: [{ name: "b", dnsName: "etcd-b.blue.internal" }],
    clientUrls: ["https://etcd-b.blue.internal:2379"],
  },
  pki: { leafHours: 8760, members },
};

/** An authority, and a certificate of it as this member's. */
function authority(name: string): { pem: string; key: string; print: string } {
  const made = new Certificates(machine.path("made"));
  const { certificate: pem, key } = made.root(name);
  made.issue(`${name}-leaf`, name);
  return { pem, key, print: fingerprints(pem)[0] ?? "" };
}

const [one, two] = [0, 1].map((index) => () => authorities[index] ?? { pem: "", key: "", print: "" }) as [
  () => (typeof authorities)[number],
  () => (typeof authorities)[number],
];

/** This member's files: what it trusts, and whose certificates it has. */
function installed(trusted: readonly { pem: string }[], leaves: string): void {
  machine.write("kubernetes/pki/etcd/ca.crt", trusted.map(({ pem }) => pem).join(""));
  const leaf = readFileSync(machine.path(`made/${leaves}-leaf.crt`), "utf8");
  for (const name of ["server", "peer", "healthcheck-client"]) machine.write(`kubernetes/pki/etcd/${name}.crt`, leaf);
}

function order(stage: string, ...trust: { print: string }[]): void {
  parameters["/pki/order"] = JSON.stringify({ etcd: { stage, trust: trust.map(({ print }) => print) } });
}

/** What another member says of itself. */
function otherSays(trust: readonly { print: string }[], leaves: { print: string } | undefined): void {
  const holds = { etcd: { trust: trust.map(({ print }) => print), leaves: leaves?.print ?? "" } };
  machine.write("store/control-plane-a", JSON.stringify(holds));
}

beforeEach(async () => {
  aws = await FakeAws.start();
  machine = new FakeMachine(machines.etcd, cluster, aws.environment);
  authorities = [authority("one"), authority("two")];
  parameters = { "/pki/settled": "{}" };
  aws.answer = ({ body }) => {
    const { Names } = JSON.parse(body) as { Names: string[] };
    const Parameters = Names.map((Name) => ({ Name, Value: parameters[Name.replace("/holdfast/blue", "")] }));
    return { body: JSON.stringify({ Parameters, InvalidParameters: [] }) };
  };
  machine.ownFolder("bin");
  machine.write("home/current/bin/trust", readFileSync(join(filesDirectory, "bin/trust"), "utf8"), 0o755);
  machine.write("home/current/bin/with-lock", '#!/bin/bash\necho lock >>"$HOME/calls"\nexec "$@"\n', 0o755);
  machine.write("home/current/bin/take-authorities", '#!/bin/bash\necho "take ${*:2}" >>"$HOME/calls"\n', 0o755);
  machine.stub(
    "etcdctl",
    `case "$1" in
  put) mkdir -p "$HOME/store"; printf %s "$3" >"$HOME/store/\${2##*/}" ;;
  get) cd "$HOME/store"; for name in *; do jq -cn --arg key "$(printf %s "/holdfast/pki/$name" | base64 -w 0)" --arg value "$(base64 -w 0 <"$name")" '$ARGS.named'; done | jq -cs '{kvs: .}' ;;
  endpoint) [ ! -e "$HOME/sick" ] ;;
esac`,
  );
});
afterEach(() => aws.stop());

const run = async () => {
  const { code, output } = await machine.run(["bin/trust"]);
  const calls = existsSync(machine.path("calls")) ? readFileSync(machine.path("calls"), "utf8").trim().split("\n") : [];
  return { code, output, calls };
};

test("says what it holds, and does nothing where all is as ordered", async () => {
  installed([one()], "one");
  order("1-drop", one());
  otherSays([one()], one());
  expect(await run()).toMatchObject({ code: 0, output: "", calls: [] });
  expect(JSON.parse(readFileSync(machine.path("store/etcd-b"), "utf8"))).toEqual({
    etcd: { trust: [one().print], leaves: one().print },
  });
});

test("asks openssl nothing where all is still as ordered, and sees another order all the same", async () => {
  installed([one()], "one");
  order("1-drop", one());
  otherSays([one()], one());
  machine.stub("openssl", 'echo "$1" >>"$HOME/asked"; exec /usr/bin/openssl "$@"');
  const asks = async () => {
    rmSync(machine.path("asked"), { force: true });
    expect((await run()).calls).toEqual([]);
    return existsSync(machine.path("asked"));
  };
  expect(await asks()).toBe(true);
  // Every ten minutes they are over: then it is the second time.
  expect((await asks()) && (await asks())).toBe(false);
  order("2-trust", one(), two());
  expect((await run()).calls).toEqual(["lock", "take etcd"]);
});

test("trusts another one under the lock", async () => {
  installed([one()], "one");
  order("2-trust", one(), two());
  otherSays([one()], one());
  expect(await run()).toMatchObject({ code: 0, calls: ["lock", "take etcd"] });
});

test("issues from another one when all trust it, and says once whom it waits for until then", async () => {
  installed([one(), two()], "one");
  order("2-issue", two(), one());
  otherSays([one()], one());
  const first = await run();
  expect(first).toMatchObject({ code: 0, calls: [] });
  expect(first.output).toContain(`waiting: etcd: control-plane-a do not trust ${two().print} yet`);
  expect((await run()).output).toBe("");
  otherSays([one(), two()], one());
  expect((await run()).calls).toEqual(["lock", "take etcd"]);
});

test("refuses a stage that is skipped, with a status that says so", async () => {
  installed([one()], "one");
  order("2-drop", two());
  otherSays([one()], one());
  const { code, output, calls } = await run();
  expect([code, calls]).toEqual([78, []]);
  expect(output).toContain("refused: etcd: the settings skip a stage");
});

test("finishes what it was killed in, even if nothing else is due", async () => {
  installed([two(), one()], "two");
  order("2-issue", two(), one());
  otherSays([two(), one()], two());
  machine.write("state/trust-unfinished", "");
  expect((await run()).calls).toEqual(["lock", "take"]);
});

describe("authorities are taken", () => {
  const take = (...kinds: string[]) =>
    machine.run(
      [
        "bin/take-authorities",
        JSON.stringify({ etcd: { stage: "2-trust", trust: [one().print, two().print] } }),
        ...kinds,
      ],
      { HOLDFAST_ETC: machine.path("etc") },
    );
  beforeEach(() => {
    machine.write(
      "home/current/bin/take-authorities",
      readFileSync(join(filesDirectory, "bin/take-authorities"), "utf8"),
      0o755,
    );
    machine.write("run/identity.env", "INSTANCE_ID=i-1\nINSTANCE_IP=10.0.0.11\nINSTANCE_ZONE=z\nINSTANCE_TYPE=t\n");
    machine.stub("systemctl", 'echo "$*" >>"$HOME/systemctl"; [ ! -e "$HOME/fails" ]');
    machine.stub("curl", 'case "$*" in *2381*) exit 0 ;; *) exec /usr/bin/curl "$@" ;; esac');
    machine.write("etc/etcd/etcd.env", "");
    installed([one()], "one");
    parameters["/pki/etcd/ca.crt"] = one().pem + two().pem;
    parameters["/pki/etcd/ca.key"] = one().key;
  });
  const asked = () =>
    existsSync(machine.path("systemctl")) ? readFileSync(machine.path("systemctl"), "utf8").trim().split("\n") : [];
  const trusts = () => fingerprints(readFileSync(machine.path("kubernetes/pki/etcd/ca.crt"), "utf8"));

  test("etcd restarts for one that is trusted besides, and the steps follow", async () => {
    expect(await take("etcd")).toMatchObject({ code: 0 });
    expect(trusts()).toEqual([one().print, two().print]);
    expect(asked()).toEqual(["restart etcd.service", "restart holdfast-node.service"]);
    expect(existsSync(machine.path("state/trust-unfinished"))).toBe(false);
  });

  test("etcd does not restart where only another one issues", async () => {
    machine.write("kubernetes/pki/etcd/ca.crt", two().pem + one().pem);
    expect(await take("etcd")).toMatchObject({ code: 0 });
    expect(asked()).toEqual(["restart holdfast-node.service"]);
  });

  test.each([
    [
      "certificates that are not those of the order",
      () => (parameters["/pki/etcd/ca.crt"] = two().pem),
      "not those of the order yet",
    ],
    [
      "a key that is not the first one's",
      () => (parameters["/pki/etcd/ca.key"] = two().key),
      "not that of its first authority yet",
    ],
  ])("%s change nothing", async (_, change, message) => {
    change();
    const { code, output } = await take("etcd");
    expect([code, output]).toEqual([1, expect.stringContaining(message)]);
    expect([trusts(), asked()]).toEqual([[one().print], []]);
  });

  test("who was killed before etcd was back restarts it again", async () => {
    machine.write("fails", "");
    expect((await take("etcd")).code).not.toBe(0);
    expect(existsSync(machine.path("state/etcd-unfinished"))).toBe(true);
    execFileSync("rm", [machine.path("fails"), machine.path("systemctl")]);
    expect((await take()).code).toBe(0);
    expect(asked()).toEqual(["restart etcd.service", "restart holdfast-node.service"]);
  });
});
