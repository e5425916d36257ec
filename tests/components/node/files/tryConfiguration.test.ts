/** Trial of a new configuration before a control-plane member is replaced. */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { encryptionTemplate } from "../../../../components/access/encryption/encryptionConfiguration.plan";
import { renderMemberConfiguration } from "../../../../components/machines/memberConfiguration.plan";
import { FakeAws } from "./awsSupport";
import type { Answer, Call } from "./awsSupport";
import { clusterJson, FakeMachine, filesDirectory, machines } from "../nodeSupport";

const node = machines.controlPlane;
const parameter = "/holdfast/blue/control-plane/a";
const secrets = (clusterJson["secrets"] as Readonly<Record<string, readonly string[]>>)["control-plane"] ?? [];
const image = "registry.k8s.io/kube-apiserver:v1.36.3";
const minute = 60_000;

let aws: FakeAws;
let machine: FakeMachine;
let bundle: Buffer;
let configuration: string;
let refresh: string;

beforeEach(async () => {
  aws = await FakeAws.start();
  aws.answer = answer;
  machine = new FakeMachine(node, {}, aws.environment);
  refresh = "InProgress";
  aws.metadata["autoscaling/target-lifecycle-state"] = "InService";
  for (const file of secrets) machine.write(`kubernetes/pki/${file.replace("kubernetes/", "")}`, "key");
  machine.stub("sleep", "exec /bin/sleep 0.02");
  machine.stub("systemctl", `echo "systemctl $*" >>"$HOME/calls"; [ "$1" != is-active ]`);
  machine.stub("mountpoint", `[ -e "$HOME/mounted" ]`);
  machine.stub(
    "ctr",
    `echo "ctr $*" >>"$HOME/calls"
    case "$*" in *" ls -q") echo ${image} ;; *" mount "*) touch "$HOME/mounted" ;; *" unmount "*) rm "$HOME/mounted" ;; esac`,
  );
  // Other members and workers run this member's version and have its keys, or what a test writes into the file.
  machine.write("kubelets", "v1.36.3\n");
  machine.write("members", '{ "items": [] }');
  machine.stub("kubectl", `case "$*" in *"-o json") cat "$HOME/members" ;; *) cat "$HOME/kubelets" ;; esac`);
  machine.stub("systemd-run", `echo "$*" >>"$HOME/trials"; [ ! -e "$HOME/bad" ] || exit 78`);
  offer(makeBundle({}));
});
afterEach(() => aws.stop());

jest.setTimeout(minute);

/** Archive of the real scripts, with other files. */
function makeBundle(files: Readonly<Record<string, string>>, cluster: object = {}): Buffer {
  const folder = machine.path("new");
  execFileSync("rm", ["-rf", folder]);
  execFileSync("cp", ["-r", filesDirectory, folder]);
  const all = { ...files, "cluster.json": JSON.stringify({ ...clusterJson, ...cluster }) };
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text, { mode: 0o755 });
  }
  execFileSync("tar", ["-czf", machine.path("new.tar.gz"), "-C", folder, "."]);
  return readFileSync(machine.path("new.tar.gz"));
}

/** Publishes a configuration, as the program does. */
function offer(
  archive: Buffer,
  template = "2",
  sha256 = createHash("sha256").update(archive).digest("hex"),
  patches: Readonly<Record<string, string>> = {},
): void {
  bundle = archive;
  configuration = renderMemberConfiguration(template, {
    bundle: { bucket: "bundles", key: `bundle/${sha256}.tar.gz`, sha256 },
    node,
    patches,
  });
}

function answer({ path, body, method }: Call): Answer {
  if (method === "GET") return path.startsWith("/bundles/bundle/") ? { body: bundle } : { status: 404 };
  if (body.startsWith("{"))
    return { body: JSON.stringify({ Parameters: [{ Name: parameter, Value: configuration }] }) };
  switch (new URLSearchParams(body).get("Action")) {
    case "DescribeInstanceRefreshes":
      return { body: `<Status>${refresh}</Status>` };
    case "DescribeAutoScalingGroups":
      return {
        body: `<member><Version>2</Version><Instances><member><Version>1</Version><InstanceId>i-0123456789abcdef0</InstanceId></member></Instances></member>`,
      };
    default:
      return {};
  }
}

const published = (): string[] =>
  aws.calls
    .map(({ body }) => new URLSearchParams(body))
    .filter((form) => form.get("Action") === "PutMetricData")
    .flatMap((form) =>
      [1, 2, 3, 4]
        .map((number) => `MetricData.member.${number}`)
        .filter((item) => form.get(`${item}.MetricName`) === "ApiServerConfigRefused")
        .map((item) => `ApiServerConfigRefused ${form.get(`${item}.Value`) ?? ""}`),
    );
/** Makes the last refusal 16 minutes old. */
function longAgo(): void {
  const then = new Date(Date.now() - 16 * minute);
  utimesSync(machine.path("state/configuration-refused"), then, then);
}

const trials = (): string[] => machine.lines("trials");
const mounts = (of: string): string[] =>
  machine.lines("calls").filter((call) => call.startsWith(`ctr -n k8s.io images mount ${of} `));
const tryConfiguration = () => machine.run(["bin/try-configuration"]);
const holds = async (condition: string): Promise<boolean> =>
  (await machine.run(`if ${condition}; then exit 0; else exit 1; fi`)).code === 0;

test("starts the new API server without a network, with copies of the machine's files, and leaves nothing", async () => {
  expect(await tryConfiguration()).toMatchObject({ code: 0 });
  const work = machine.path("state/trial");
  expect(trials()).toEqual([expect.stringContaining("-p PrivateNetwork=yes")]);
  expect(trials()[0]).toContain(`BindPaths=${work}/kubernetes:/etc/kubernetes ${work}/log:/var/log/kubernetes`);
  expect(trials()[0]).toMatch(/bin\/try-api-server \S+\/image-[.\d]+\/usr\/local\/bin /);
  expect(mounts(image)).toHaveLength(1);
  expect([existsSync(work), existsSync(machine.path("mounted")), published()]).toEqual([false, false, []]);
});

test("tries an accepted configuration once", async () => {
  await tryConfiguration();
  expect(await tryConfiguration()).toMatchObject({ code: 0 });
  expect(trials()).toHaveLength(1);
});

test("mounts the image at a new place in each trial: containerd 2.3 refuses the name of a former mount", async () => {
  await tryConfiguration();
  offer(makeBundle({ "config/apiserver/audit-policy.yaml": "new" }));
  await tryConfiguration();
  expect(new Set(mounts(image)).size).toBe(2);
});

test("does not try the configuration that the machine has", async () => {
  // The folder of the running bundle is named after its SHA-256.
  offer(bundle, "2", "current");
  expect(await tryConfiguration()).toMatchObject({ code: 0 });
  expect(trials()).toEqual([]);
});

test("kubeadm patches of the settings belong to the configuration", async () => {
  const name = "kube-apiserver1settings+json.json";
  const patch = '[{"op":"add"}]\n';
  machine.write(`kubernetes/patches/${name}`, patch);
  offer(bundle, "2", "current", { [name]: patch });
  expect([(await tryConfiguration()).code, trials()]).toEqual([0, []]);
  // The image's patch stays, that of the former settings does not.
  machine.write("kubernetes/patches/etcd0image+merge.json", "{}");
  machine.stub("systemd-run", `ls "$HOME/state/trial/kubernetes/patches" >"$HOME/trials"`);
  offer(makeBundle({}), "2", undefined, { "kubeletconfiguration1settings+merge.json": "{}\n" });
  expect(await tryConfiguration()).toMatchObject({ code: 0 });
  expect(trials()).toEqual(["etcd0image+merge.json", "kubeletconfiguration1settings+merge.json"]);
  offer(bundle, "2", "current", {});
  expect([(await tryConfiguration()).code, trials()]).not.toEqual([0, []]);
});

test("waits while the parameter describes another version of the launch template", async () => {
  offer(bundle, "3");
  const { code, output } = await tryConfiguration();
  expect([code, trials(), published(), await holds("configuration_refused")]).toEqual([1, [], [], false]);
  expect(output).toContain("version 2 of the launch template is not the one that can be tried, 3");
});

test("a refusal keeps the machine and raises the alarm", async () => {
  machine.write("bad", "");
  const { code, output } = await machine.run(["bin/allow-replacement"]);
  expect([code, published()]).toEqual([78, ["ApiServerConfigRefused 1"]]);
  expect(output).toContain("this member keeps its configuration and is not replaced");
  expect(aws.calls.filter(({ body }) => body.includes("SetInstanceProtection"))).toEqual([]);
  expect(existsSync(machine.path("state/trial"))).toBe(false);
});

test("a refused configuration is tried again after 15 minutes, another one at once", async () => {
  machine.write("bad", "");
  await tryConfiguration();
  expect(await holds("configuration_recently_refused")).toBe(true);
  longAgo();
  expect([await holds("configuration_recently_refused"), await holds("configuration_refused")]).toEqual([false, true]);
  await tryConfiguration();
  offer(makeBundle({ "config/apiserver/audit-policy.yaml": "new" }));
  expect([await holds("configuration_recently_refused"), await holds("configuration_refused")]).toEqual([false, false]);
  execFileSync("rm", [machine.path("bad")]);
  expect(await tryConfiguration()).toMatchObject({ code: 0 });
  expect([trials().length, existsSync(machine.path("state/configuration-refused"))]).toEqual([3, false]);
});

test("members publish the refusal once an hour until the settings change", async () => {
  const certificate = [
    "-out",
    machine.path("ca.crt"),
    "-keyout",
    machine.path("ca.key"),
    "-days",
    "9",
    "-subj",
    "/CN=ca",
  ];
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...certificate], { stdio: "ignore" });
  const authority = readFileSync(machine.path("ca.crt"), "utf8");
  for (const name of ["ca", "etcd/ca", "front-proxy-ca"]) machine.write(`kubernetes/pki/${name}.crt`, authority);
  machine.write("state/configuration-refused", `${configuration}\n`);
  const publish = async (): Promise<void> => {
    expect(await machine.run(["bin/certificate-metrics"])).toMatchObject({ code: 0, output: "" });
  };
  await publish();
  offer(bundle, "3");
  await publish();
  expect(published()).toEqual(["ApiServerConfigRefused 1", "ApiServerConfigRefused 0"]);
});

test("a damaged bundle is not tried, and raises the alarm", async () => {
  bundle = Buffer.from("damaged");
  const { code, output } = await tryConfiguration();
  expect([code, trials(), published()]).toEqual([1, [], ["ApiServerConfigRefused 1"]]);
  expect(output).toContain("does not match its SHA-256");
});

test("another version of Kubernetes is tried with its own kubeadm and image", async () => {
  const next = "registry.k8s.io/kube-apiserver:v1.37.2";
  const asset = `#!/bin/bash\necho "asset $1 $HOLDFAST_PREFIX" >>"$HOME/calls"\n`;
  offer(makeBundle({ "steps/asset": asset }, { kubernetesVersion: "1.37.2", images: [next] }));
  expect(await tryConfiguration()).toMatchObject({ code: 0 });
  const work = machine.path("state/trial");
  expect(machine.lines("calls")).toEqual(
    expect.arrayContaining([
      `asset kubeadm ${work}`,
      `ctr -n k8s.io images pull --hosts-dir /etc/containerd/certs.d ${next}`,
    ]),
  );
  expect(mounts(next)).toHaveLength(1);
  expect(trials()[0]).toContain(`/usr/local/bin ${work}/usr/local/bin`);
});

test("refuses a minor version that skips one, because an earlier update was not rolled out", async () => {
  offer(makeBundle({}, { kubernetesVersion: "1.38.0" }));
  const { code, output } = await tryConfiguration();
  expect([code, trials(), published()]).toEqual([78, [], ["ApiServerConfigRefused 1"]]);
  expect(output).toContain("an API server runs 1.36: write 1.37, run pulumi up");
});

test("refuses to encrypt with a key that another member lacks", async () => {
  const encryption = encryptionTemplate({ provider: "secretbox", keys: ["new", "old"], resources: ["secrets"] });
  const member = (name: string, keys?: string) => ({
    metadata: {
      name: `i-${name}`,
      labels: { "holdfast.dev/member": name },
      ...(keys !== undefined && { annotations: { "holdfast.dev/encryption-keys": keys } }),
    },
  });
  offer(makeBundle({}, { encryption }));
  machine.write("members", JSON.stringify({ items: [member("b", "new,old"), member("c", "old"), member("d")] }));
  const { code, output } = await tryConfiguration();
  expect([code, trials(), published()]).toEqual([78, [], ["ApiServerConfigRefused 1"]]);
  expect(output).toContain("members c lack the key that encrypts");

  machine.write("members", JSON.stringify({ items: [member("b", "new,old"), member("c", "new,old"), member("d")] }));
  longAgo();
  expect([(await tryConfiguration()).code, trials().length]).toEqual([0, 1]);
});

test("back to the previous minor version, members wait for workers, and kube-proxy goes before the first member", async () => {
  const previous = "registry.k8s.io/kube-apiserver:v1.35.8";
  const stub = (name: string): string => `#!/bin/bash\necho "${name} $*" >>"$HOME/calls"\n`;
  const kubeProxy = `#!/bin/bash\n[ -s "$HOME/trials" ] && echo "kube-proxy $PATH" >>"$HOME/calls"\n[ ! -e "$HOME/unreachable" ]\n`;
  offer(
    makeBundle(
      { "steps/asset": stub("asset"), "steps/kube-proxy": kubeProxy },
      { kubernetesVersion: "1.35.8", images: [previous] },
    ),
  );

  machine.write("kubelets", "v1.35.8\nv1.36.3\n");
  const waiting = await tryConfiguration();
  expect([waiting.code, trials(), published()]).toEqual([1, [], []]);
  expect(waiting.output).toContain("waiting until no worker runs 1.36 any more");

  machine.write("kubelets", "v1.35.8\n");
  machine.write("unreachable", "");
  const failed = await tryConfiguration();
  expect([failed.code, published()]).toEqual([1, []]);
  expect(failed.output).toContain("kube-proxy could not be taken back to 1.35");

  execFileSync("rm", [machine.path("unreachable")]);
  expect(await tryConfiguration()).toMatchObject({ code: 0 });
  const work = machine.path("state/trial");
  expect(machine.lines("calls")).toContainEqual(expect.stringContaining(`kube-proxy ${work}/usr/local/bin:`));
  expect(await tryConfiguration()).toMatchObject({ code: 0 });
  expect(trials()).toHaveLength(2);
});

test("an earlier version of Holdfast, which has no trial, can be installed", async () => {
  makeBundle({});
  execFileSync("rm", [machine.path("new/bin/try-api-server")]);
  execFileSync("tar", ["-czf", machine.path("old.tar.gz"), "-C", machine.path("new"), "."]);
  offer(readFileSync(machine.path("old.tar.gz")));
  expect([(await tryConfiguration()).code, trials()]).toEqual([0, []]);
});

test.each([
  [`E1129 06:41:48.125161 1 run.go:72] "command failed" err="unknown \\"a\\": b"`, `unknown "a": b`],
  [`2026-11-29T06:41:48Z stderr F Error: unknown flag: --no-such`, "unknown flag: --no-such"],
  ["panic: something", "panic: something"],
])("reads the API server's reason from %s", async (line, reason) => {
  machine.write("log", `I1129 first\n${line}\n`);
  expect((await machine.run('api_server_error "$HOME/log"')).stdout.trim()).toBe(reason);
});
