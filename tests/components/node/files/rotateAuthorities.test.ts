/** rotate-authorities and install-authorities of an etcd member. */

import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fingerprints } from "../../../../components/pki/rotation.plan";
import { Certificates } from "../../pki/certificates";
import { FakeAws } from "./awsSupport";
import { FakeMachine, clusterJson, filesDirectory, machines } from "../nodeSupport";

const script = (name: string): string => readFileSync(join(filesDirectory, "bin", name), "utf8");

let aws: FakeAws;
let machine: FakeMachine;
let authorities: { pem: string; key: string; print: string }[];
/** By path below the cluster's parameters. */
let parameters: Record<string, string>;

// As with external etcd: this member and one of the control plane.
const cluster = { etcd: { ...clusterJson.etcd, topology: "external" } };

/** An authority, and a leaf certificate of it. */
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

/** Files of this member: trusted authorities, and leaf certificates of one of them. */
function installed(trusted: readonly { pem: string }[], leaves: string): void {
  machine.write("kubernetes/pki/etcd/ca.crt", trusted.map(({ pem }) => pem).join(""));
  const leaf = readFileSync(machine.path(`made/${leaves}-leaf.crt`), "utf8");
  for (const name of ["server", "peer", "healthcheck-client"]) machine.write(`kubernetes/pki/etcd/${name}.crt`, leaf);
}

function order(stage: string, ...trust: { print: string }[]): void {
  parameters["/pki/order"] = JSON.stringify({ etcd: { stage, trust: trust.map(({ print }) => print) } });
}

/** Status of the other member. */
function otherReports(trust: readonly { print: string }[], leaves: { print: string } | undefined): void {
  const holds = { etcd: { trust: trust.map(({ print }) => print), leaves: leaves?.print ?? "" } };
  machine.write("store/control-plane-a", JSON.stringify(holds));
}

beforeEach(async () => {
  aws = await FakeAws.start();
  machine = new FakeMachine(machines.etcd, cluster, aws.environment);
  machine.wantMembers(["b"], ["a"]);
  authorities = [authority("one"), authority("two")];
  parameters = { "/pki/settled": "{}", "/members": JSON.stringify({ "control-plane": ["a"], etcd: ["b"] }) };
  aws.answer = ({ body }) => {
    const { Names } = JSON.parse(body) as { Names: string[] };
    const Parameters = Names.map((Name) => ({ Name, Value: parameters[Name.replace("/holdfast/blue", "")] }));
    return { body: JSON.stringify({ Parameters, InvalidParameters: [] }) };
  };
  machine.ownFolder("bin");
  machine.write("home/current/bin/rotate-authorities", script("rotate-authorities"), 0o755);
  machine.write("home/current/bin/with-maintenance-lock", '#!/bin/bash\necho lock >>"$HOME/calls"\nexec "$@"\n', 0o755);
  machine.write("home/current/bin/install-authorities", '#!/bin/bash\necho "install ${*:2}" >>"$HOME/calls"\n', 0o755);
  machine.stub(
    "etcdctl",
    `case "$1" in
  put) mkdir -p "$HOME/store"; printf %s "$3" >"$HOME/store/\${2##*/}" ;;
  get) cd "$HOME/store"; for name in *; do jq -cn --arg key "$(printf %s "/holdfast/pki/$name" | base64 -w 0)" --arg value "$(base64 -w 0 <"$name")" '$ARGS.named'; done | jq -cs '{kvs: .}' ;;
  endpoint) true ;;
esac`,
  );
});
afterEach(() => aws.stop());

const run = async () => {
  const { code, output } = await machine.run(["bin/rotate-authorities"]);
  return { code, output, calls: machine.lines("calls") };
};

test("reports its status, and does nothing if it is as ordered", async () => {
  installed([one()], "one");
  order("1-drop", one());
  otherReports([one()], one());
  expect(await run()).toMatchObject({ code: 0, output: "", calls: [] });
  expect(JSON.parse(machine.read("store/etcd-b"))).toEqual({ etcd: { trust: [one().print], leaves: one().print } });
});

test("runs no openssl while nothing changes, and sees a new order", async () => {
  installed([one()], "one");
  order("1-drop", one());
  otherReports([one()], one());
  machine.stub("openssl", 'echo "$1" >>"$HOME/openssl"; exec /usr/bin/openssl "$@"');
  const runsOpenssl = async () => {
    rmSync(machine.path("openssl"), { force: true });
    expect((await run()).calls).toEqual([]);
    return existsSync(machine.path("openssl"));
  };
  expect(await runsOpenssl()).toBe(true);
  // Repeat: openssl runs again if a ten-minute interval ends between two runs.
  expect((await runsOpenssl()) && (await runsOpenssl())).toBe(false);
  order("2-trust", one(), two());
  expect((await run()).calls).toEqual(["lock", "install etcd"]);
});

test("trusts another authority under the lock", async () => {
  installed([one()], "one");
  order("2-trust", one(), two());
  otherReports([one()], one());
  expect(await run()).toMatchObject({ code: 0, calls: ["lock", "install etcd"] });
});

test("issues from another authority once all members trust it, and logs once that it waits", async () => {
  installed([one(), two()], "one");
  order("2-issue", two(), one());
  otherReports([one()], one());
  const first = await run();
  expect(first).toMatchObject({ code: 0, calls: [] });
  expect(first.output).toContain(`waiting: etcd: not all trust ${two().print}: control-plane-a`);
  expect((await run()).output).toBe("");
  otherReports([one(), two()], one());
  expect((await run()).calls).toEqual(["lock", "install etcd"]);
});

test("refuses a skipped stage with status 78", async () => {
  installed([one()], "one");
  order("2-drop", two());
  otherReports([one()], one());
  const { code, output, calls } = await run();
  expect([code, calls]).toEqual([78, []]);
  expect(output).toContain("refused: etcd: the settings skip a stage");
});

test("finishes an interrupted run", async () => {
  installed([two(), one()], "two");
  order("2-issue", two(), one());
  otherReports([two(), one()], two());
  machine.write("state/rotation-unfinished", "");
  expect((await run()).calls).toEqual(["lock", "install "]);
});

describe("install-authorities", () => {
  const install = (...names: string[]) =>
    machine.run(
      [
        "bin/install-authorities",
        JSON.stringify({ etcd: { stage: "2-trust", trust: [one().print, two().print] } }),
        ...names,
      ],
      { HOLDFAST_ETC: machine.path("etc") },
    );
  beforeEach(() => {
    machine.write("home/current/bin/install-authorities", script("install-authorities"), 0o755);
    machine.write("run/identity.env", "INSTANCE_ID=i-1\nINSTANCE_IP=10.0.0.11\nINSTANCE_ZONE=z\nINSTANCE_TYPE=t\n");
    machine.stub("systemctl", 'echo "$*" >>"$HOME/calls"; [ ! -e "$HOME/fails" ]');
    machine.stub("curl", 'case "$*" in *2381*) exit 0 ;; *) exec /usr/bin/curl "$@" ;; esac');
    machine.write("etc/etcd/etcd.env", "");
    installed([one()], "one");
    for (const file of ["server.crt", "server.key", "peer.crt", "peer.key"])
      machine.write(`kubernetes/pki/etcd/${file}`, "");
    parameters["/pki/etcd/ca.crt"] = one().pem + two().pem;
    parameters["/pki/etcd/ca.key"] = one().key;
  });
  const restarts = () => machine.lines("calls");
  const trusted = () => fingerprints(machine.read("kubernetes/pki/etcd/ca.crt"));

  test("restarts etcd for another trusted authority, then the steps", async () => {
    expect(await install("etcd")).toMatchObject({ code: 0 });
    expect(trusted()).toEqual([one().print, two().print]);
    expect(machine.read("etc/etcd/pki/ca.crt")).toBe(machine.read("kubernetes/pki/etcd/ca.crt"));
    expect(restarts()).toEqual(["restart etcd.service", "restart holdfast-node.service"]);
    expect(existsSync(machine.path("state/rotation-unfinished"))).toBe(false);
  });

  test("does not restart etcd for another order of the same authorities", async () => {
    machine.write("kubernetes/pki/etcd/ca.crt", two().pem + one().pem);
    expect(await install("etcd")).toMatchObject({ code: 0 });
    expect(restarts()).toEqual(["restart holdfast-node.service"]);
  });

  test.each([
    [
      "authorities other than the order's",
      () => (parameters["/pki/etcd/ca.crt"] = two().pem),
      "do not match the order yet",
    ],
    [
      "a key of another authority",
      () => (parameters["/pki/etcd/ca.key"] = two().key),
      "does not match its first authority yet",
    ],
  ])("installs nothing for %s", async (_, change, message) => {
    change();
    const { code, output } = await install("etcd");
    expect([code, output]).toEqual([1, expect.stringContaining(message)]);
    expect([trusted(), restarts()]).toEqual([[one().print], []]);
  });

  test("restarts etcd again after an interrupted run", async () => {
    machine.write("fails", "");
    expect((await install("etcd")).code).not.toBe(0);
    expect(existsSync(machine.path("state/etcd-restart-unfinished"))).toBe(true);
    for (const name of ["fails", "calls"]) rmSync(machine.path(name));
    expect((await install()).code).toBe(0);
    expect(restarts()).toEqual(["restart etcd.service", "restart holdfast-node.service"]);
  });
});
