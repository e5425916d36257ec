/** lib/pki.sh, rotation.jq and the step certificates, with real certificates. */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fingerprints } from "../../../../components/pki/rotation.plan";
import { Certificates } from "../../pki/certificates";
import { FakeMachine, clusterJson, filesDirectory, machines } from "../nodeSupport";

let machine: FakeMachine;
let certificates: Certificates;
let one: string;
let two: string;
beforeAll(() => {
  machine = new FakeMachine(machines.controlPlane);
  certificates = new Certificates(machine.path("authorities"));
  // Both authorities have the same name, as in a rotation.
  const subject = "/CN=kubernetes";
  one = certificates.root("one", { subject }).certificate;
  two = certificates.root("two", { subject }).certificate;
});

test("fingerprints equal those of the rotation order", async () => {
  machine.write("bundle", `${one}\n${two}`);
  const { stdout } = await machine.run(`fingerprints "$HOME/bundle"`);
  expect(stdout.trim().split("\n")).toEqual(fingerprints(one + two));
});

test("key_matches compares with the first certificate or public key", async () => {
  machine.write("bundle", one + two);
  for (const name of ["one", "two"])
    certificates.openssl("pkey", "-in", `${name}.key`, "-pubout", "-out", `${name}.pub`);
  machine.write("keys", certificates.read("one.pub") + certificates.read("two.pub"));
  const { stdout } = await machine.run(`cd "$HOME/authorities"
    for key in one two; do for file in bundle keys; do if key_matches $key.key "$HOME/$file"; then echo "$key $file"; fi; done; done
    if key_matches "$HOME/bundle" "$HOME/bundle"; then echo no key; fi`);
  expect(stdout).toBe("one bundle\none keys\n");
});

test("authority_status lists trusted authorities, and the issuer of all certificates", async () => {
  const issued = certificates.issue("leaf", "one").certificate;
  for (const name of ["ca.crt", "etcd/ca.crt", "front-proxy-ca.crt"])
    machine.write(`kubernetes/pki/${name}`, one + two);
  machine.write("kubernetes/pki/sa.pub", certificates.read("one.pub"));
  for (const name of ["apiserver", "etcd/server", "front-proxy-client"])
    machine.write(`kubernetes/pki/${name}.crt`, issued);
  machine.write("kubernetes/pki/etcd/peer.crt", certificates.issue("leaf", "two").certificate);
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  machine.write("kubernetes/scheduler.conf", `users:\n- user:\n    client-certificate-data: ${base64(issued)}\n`);
  const [first, second] = fingerprints(one + two);
  const trust = [first, second];
  const [signer] = fingerprints(certificates.read("one.pub"));
  expect(JSON.parse((await machine.run("authority_status")).stdout)).toEqual({
    kubernetes: { trust, leaves: first },
    // Mixed issuers.
    etcd: { trust, leaves: "" },
    frontProxy: { trust, leaves: first },
    serviceAccount: { trust: [signer], leaves: signer },
  });
  machine.write(
    "kubernetes/scheduler.conf",
    `    client-certificate-data: ${base64(certificates.issue("leaf", "two").certificate)}\n`,
  );
  expect(JSON.parse((await machine.run("authority_status")).stdout)).toMatchObject({ kubernetes: { leaves: "" } });
});

test("update_kubeconfig_trust writes all trusted authorities", async () => {
  machine.write("kubernetes/pki/ca.crt", one + two);
  machine.write(
    "kubernetes/kubelet.conf",
    "clusters:\n- cluster:\n    certificate-authority-data: b2xk\n    server: https://x\n",
  );
  const twice =
    'for _ in 1 2; do update_kubeconfig_trust "$KUBERNETES/kubelet.conf" "$KUBERNETES/absent.conf"; echo "$trust_changed"; done';
  expect((await machine.run(twice)).stdout).toBe("1\n0\n");
  const conf = readFileSync(machine.path("kubernetes/kubelet.conf"), "utf8");
  expect(conf).toBe(
    `clusters:\n- cluster:\n    certificate-authority-data: ${Buffer.from(one + two).toString("base64")}\n    server: https://x\n`,
  );
});

describe("rotation.jq", () => {
  interface Result {
    readonly decisions: Record<string, { do: string; why?: string }>;
    readonly settled: object;
  }
  function evaluate(input: object): Result {
    const options = { input: JSON.stringify({ nodes: {}, ...input }), encoding: "utf8" } as const;
    return JSON.parse(execFileSync("jq", ["-c", "-f", join(filesDirectory, "config/rotation.jq")], options)) as Result;
  }
  /** Status `"<trusted>"` with certificates of the first, or `"<trusted>/<issuer>"`; "1/" has mixed issuers. */
  function etcd(text: string) {
    const [trusted = "", issuer] = text.split("/");
    return { etcd: { trust: trusted.split(""), leaves: issuer ?? trusted[0] } };
  }
  /** Decision of member a, with the status of both members; undefined: no report. */
  const decide = (want: string, a: string, b?: string): Result =>
    evaluate({
      want: { etcd: { stage: "s", trust: want.split("") } },
      have: etcd(a),
      members: { etcd: ["control-plane-a", "control-plane-b"] },
      reports: { "control-plane-a": etcd(a), "control-plane-b": b === undefined ? undefined : etcd(b) },
    });

  test.each<[string, string, string, string | undefined, string, RegExp?]>([
    ["nothing to do", "1", "1", "1", "nothing"],
    ["trust another one", "12", "1", undefined, "trust"],
    ["issue from one that all members trust", "21", "12", "12", "issue"],
    [
      "issue from one that a member does not trust",
      "21",
      "12",
      "1",
      "wait",
      /^etcd: not all trust 2: control-plane-b$/,
    ],
    ["issue without a report of a member", "21", "12", undefined, "wait", /control-plane-b/],
    ["drop an unused one", "2", "21", "2", "trust"],
    ["drop one that a member uses", "2", "21", "21/1", "wait", /^etcd: some still use 1: control-plane-b$/],
    ["drop one while a member has mixed issuers", "2", "21", "21/", "wait"],
    ["issue from an untrusted one", "21", "1", "1", "refuse", /skip a stage/],
    ["issue from another and drop the old one at once", "2", "12", "12", "refuse", /skip a stage/],
    ["issue from the old one again", "12", "21", "12", "issue"],
    ["drop the new one again", "1", "12", "12", "trust"],
  ])("%s", (_case, want, a, b, action, why = /^/) => {
    const decision = decide(want, a, b).decisions["etcd"];
    expect([decision?.do, decision?.why ?? ""]).toEqual([action, expect.stringMatching(why)]);
  });

  test.each<[string | undefined, object]>([
    ["21", { etcd: "s" }],
    ["21/", {}],
    ["12", {}],
    [undefined, {}],
  ])("settled with status %s of the other member: %j", (b, settled) => {
    expect(decide("21", "21", b).settled).toEqual(settled);
  });

  test.each<[object | null, string]>([
    [{ trust: ["1", "2"], leaves: "1" }, "issue"],
    [{ trust: ["1"], leaves: "1" }, "wait"],
    [null, "wait"],
  ])("worker with report %j: %s", (report, action) => {
    const status = { kubernetes: { trust: ["1", "2"], leaves: "1" } };
    const { decisions } = evaluate({
      want: { kubernetes: { stage: "s", trust: ["2", "1"] } },
      have: status,
      members: { kubernetes: ["control-plane-a"] },
      reports: { "control-plane-a": status },
      nodes: { "i-1": report },
    });
    const why = action === "wait" ? "kubernetes: not all trust 2: i-1" : undefined;
    expect(decisions["kubernetes"]).toEqual({ do: action, why });
  });
});

describe("step certificates", () => {
  const name = "apiserver";
  const shared = {
    etcd: { ...clusterJson.etcd, topology: "external" },
    kubeadm: {
      init: [
        { kind: "InitConfiguration" },
        { kind: "ClusterConfiguration", apiServer: { certSANs: [], extraArgs: [] } },
      ],
    },
  };
  const identity = "INSTANCE_ID=i-1\nINSTANCE_IP=10.0.0.11\nINSTANCE_ZONE=z\nINSTANCE_TYPE=t\n";
  /** Issues every leaf from the authorities in the documents' certificatesDir. */
  const kubeadm = `set -e
documents=\${!#}
folder=$(jq -rs 'map(select(.kind == "ClusterConfiguration"))[0].certificatesDir // "none"' <(grep -v -- --- "$documents"))
echo "$3 $4 $folder" >>"$HOME/kubeadm"
case "$4" in
  all) names="apiserver:ca apiserver-kubelet-client:ca front-proxy-client:front-proxy-ca" ;;
  apiserver-etcd-client) names=apiserver-etcd-client:etcd/ca ;;
esac
cd "$folder"
for pair in $names; do
  leaf=\${pair%:*} ca=\${pair#*:}
  openssl ecparam -name prime256v1 -genkey -noout -out "$leaf.key"
  openssl req -new -key "$leaf.key" -subj "/CN=$leaf" | openssl x509 -req -CA "$ca.crt" -CAkey "$ca.key" -CAcreateserial -days "\${DAYS:-365}" -out "$leaf.crt" 2>/dev/null
done`;

  const prepared = (): FakeMachine => {
    // With external etcd, a control-plane machine has no data volume.
    const fresh = new FakeMachine({ ...machines.controlPlane, member: { name: "a" } }, shared);
    fresh.write("run/identity.env", identity);
    fresh.stub("kubeadm", kubeadm);
    for (const ca of ["ca", "front-proxy-ca", "etcd/ca"]) {
      fresh.write(`kubernetes/pki/${ca}.crt`, one);
      fresh.write(`kubernetes/pki/${ca}.key`, certificates.read("one.key"));
    }
    fresh.write("kubernetes/pki/sa.pub", "");
    fresh.write("kubernetes/pki/sa.key", "");
    return fresh;
  };
  const serial = async (of: FakeMachine): Promise<string> =>
    (await of.run(`openssl x509 -noout -serial -in "$KUBERNETES/pki/${name}.crt"`)).stdout;
  const step = (of: FakeMachine, ...args: string[]) => of.run(["steps/certificates", ...args]);
  const due = async (of: FakeMachine): Promise<boolean> => (await step(of, "--check")).code !== 0;

  test("issues in another folder, and again only when another authority issues", async () => {
    const member = prepared();
    expect(await due(member)).toBe(true);
    expect((await step(member)).code).toBe(0);
    expect(await due(member)).toBe(false);
    const folders = readFileSync(member.path("kubeadm"), "utf8").trim().split("\n");
    expect(folders.map((line) => line.split(" ").at(-1))).toEqual(folders.map(() => member.path("run/issued")));
    const first = await serial(member);
    await step(member);
    expect(await serial(member)).toBe(first);

    member.write("kubernetes/pki/ca.crt", one + two);
    expect(await due(member)).toBe(false);
    member.write("kubernetes/pki/ca.crt", two + one);
    member.write("kubernetes/pki/ca.key", certificates.read("two.key"));
    expect(await due(member)).toBe(true);
    await step(member);
    expect(await serial(member)).not.toBe(first);
    expect(await due(member)).toBe(false);
  });

  test.each([
    [120, true],
    [125, false],
  ])("with %i of 365 days left, due: %s", async (days, expected) => {
    const member = prepared();
    await member.run(["steps/certificates"], { DAYS: String(days) });
    expect(await due(member)).toBe(expected);
  });

  test("appends the chain of an intermediate authority to the API server's certificate", async () => {
    const member = prepared();
    member.write("kubernetes/pki/ca.chain", `${one}${two}`);
    await step(member);
    const shown = readFileSync(member.path(`kubernetes/pki/${name}.crt`), "utf8");
    expect(fingerprints(shown).slice(1)).toEqual(fingerprints(one + two));
  });
});
