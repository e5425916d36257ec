import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { parseTar } from "nanotar";
import { buildMemberBundle, buildWorkerBundle } from "../../../components/node/bundle.plan";
import { usesFile } from "../../../components/node/bundleFiles.plan";
import type { ClusterSpec } from "../../../components/clusterSpec";
import { nodeSteps } from "../../../components/node/steps.plan";
import { threeZones } from "../../machineSupport";
import { specOf } from "../../specs";
import { external, stacked } from "./nodeSupport";

const workersOf = (spec: ClusterSpec) => buildWorkerBundle(spec, spec.kubernetesVersion);
const bundle = buildMemberBundle(stacked);
const workers = workersOf(stacked);
interface ClusterJson {
  etcd: { settings: Record<string, string> };
  secrets: Record<string, string[]>;
  assets: Record<string, Record<string, { name: string }[]>>;
}
const clusterJson = ({ files }: typeof bundle): ClusterJson => JSON.parse(files["cluster.json"] ?? "") as ClusterJson;

test("same settings, same bytes; the key is their hash", () => {
  expect(buildMemberBundle(stacked).content.equals(bundle.content)).toBe(true);
  expect(createHash("sha256").update(bundle.content).digest("hex")).toBe(bundle.sha256);
  expect(bundle.key).toBe(`bundle/members/${bundle.sha256}.tar.gz`);
  expect(workers.key).toBe(`bundle/workers/${workers.sha256}.tar.gz`);
  // RFC 1952: no time, no name, unknown operating system.
  expect([...bundle.content.subarray(3, 8), bundle.content[9]]).toEqual([0, 0, 0, 0, 0, 255]);
  expect(buildMemberBundle({ ...stacked, kubernetesVersion: "1.36.2" }).key).not.toBe(bundle.key);
});

test.each([bundle, workers])("scripts are executable, other files are not, and all belong to root: $name", (bundle) => {
  const entries = parseTar(gunzipSync(bundle.content));
  expect(entries.map(({ name }) => name)).toEqual(Object.keys(bundle.files));
  for (const { name, attrs } of entries) {
    const mode = /^(bin|steps)\/|^install$/.test(name) ? 0o755 : 0o644;
    expect([name, Number.parseInt(attrs?.mode ?? "", 8) & 0o777, attrs?.uid, attrs?.mtime]).toEqual([name, mode, 0, 0]);
  }
});

test("the pause image is kubeadm's", () => {
  const config = (kubernetesVersion: string) =>
    buildWorkerBundle(stacked, kubernetesVersion).files["config/containerd.toml"];
  expect(config("1.36.3")).toContain("sandbox = 'registry.k8s.io/pause:3.10.2'");
  expect(config("1.35.8")).toContain("pause:3.10.1");
});

test("registry mirrors in containerd's format", () => {
  const registryMirrors = {
    "docker.io": "https://mirror.example.com",
    "ghcr.io": "https://mirror.example.com/v2/ghcr/",
    "registry.k8s.io": "https://111122223333.dkr.ecr.eu-central-1.amazonaws.com/v2/k8s",
  };
  const { files } = workersOf({ ...stacked, nodes: { ...stacked.nodes, registryMirrors } });
  expect(files["config/registries/docker.io/hosts.toml"]).toBe(
    'server = "https://registry-1.docker.io"\n[host."https://mirror.example.com"]\ncapabilities = ["pull", "resolve"]\n',
  );
  expect(files["config/registries/ghcr.io/hosts.toml"]).toContain('/v2/ghcr"]\n');
  expect(files["config/registries/ghcr.io/hosts.toml"]).toContain("override_path = true");
  // The only host: containerd would send the token of ECR to the registry, too.
  expect(files["config/registries/registry.k8s.io/hosts.toml"]).toBe(
    'server = "https://111122223333.dkr.ecr.eu-central-1.amazonaws.com/v2/k8s"\ncapabilities = ["pull", "resolve"]\noverride_path = true\n',
  );
});

describe("with Kubernetes' registry mirrored in ECR", () => {
  const inEcr = (registryMirrors: Readonly<Record<string, string>>) => ({
    ...stacked,
    nodes: { ...stacked.nodes, registryMirrors },
  });
  const mirrored = inEcr({ "registry.k8s.io": "https://111122223333.dkr.ecr.eu-central-1.amazonaws.com/v2/k8s" });

  test("kubelet gets credentials for its images, and for no other mirror", () => {
    const matchImages = (spec: ClusterSpec): readonly string[] => {
      const text = workersOf(spec).files["config/credential-provider.json"] ?? "";
      return (JSON.parse(text) as { providers: [{ matchImages: string[] }] }).providers[0].matchImages;
    };
    const usual = matchImages(stacked);
    expect(usual.every((pattern) => /^\*\.dkr[.-]ecr(-fips)?\.\*\./.test(pattern))).toBe(true);
    expect(matchImages(mirrored)).toEqual([...usual, "registry.k8s.io"]);
    expect(matchImages(inEcr({ "quay.io": "https://mirror.example.com" }))).toEqual(usual);
  });

  test("kubelet's flags name the installed files, on Linux only", () => {
    const { files } = workersOf(mirrored);
    const unit = files["units/kubelet.service.d/10-kubeadm.conf"] ?? "";
    const { assets, kubeadm } = JSON.parse(files["cluster.json"] ?? "") as {
      assets: { worker: { amd64: { binary?: string; directory: string }[] } };
      kubeadm: { join: unknown };
    };
    const program = assets.worker.amd64.find(({ binary }) => binary === "ecr-credential-provider");
    expect(unit).toContain(`--image-credential-provider-bin-dir=${program?.directory ?? ""}"`);
    const [, configuration = ""] = /--image-credential-provider-config=\/etc\/kubernetes\/(\S+) /.exec(unit) ?? [];
    expect(files["steps/credential-provider"]).toContain(`install_file "$KUBERNETES/${configuration}" `);
    // Windows' kubelet has these arguments, too.
    expect(JSON.stringify(kubeadm.join)).not.toContain("credential-provider");
  });

  test("workers pull the pause image before they join", () => {
    const worker = (spec: ClusterSpec) => clusterJson(workersOf(spec)) as unknown as WorkerDocument;
    const join = ({ steps }: WorkerDocument) => steps.worker.find(({ name }) => name === "join")?.after;
    expect(worker(mirrored).images).toEqual(["registry.k8s.io/pause:3.10.2"]);
    expect(join(worker(mirrored))).toContain("images");
    expect(worker(stacked).images).toBeUndefined();
    expect(join(worker(stacked))).not.toContain("images");
  });
});

interface WorkerDocument {
  readonly images?: readonly string[];
  readonly steps: { readonly worker: readonly { readonly name: string; readonly after: readonly string[] }[] };
}

test("the bundle does not depend on the size of the data volume, unless the settings have a quota", () => {
  const sha256 = (etcd: object): string => buildMemberBundle(threeZones({ etcd })).sha256;
  expect(sha256({ volume: { sizeGiB: 40 } })).toBe(sha256({ volume: { sizeGiB: 10 } }));
  expect(sha256({ maintenance: { quotaBytes: 2 ** 31 } })).not.toBe(sha256({}));
});

test("the number of members does not change the bundle, so that it replaces no machine", () => {
  const sha256Of = (spec: ClusterSpec, members: 1 | 3 | 5): string =>
    buildMemberBundle({
      ...spec,
      controlPlane: { ...spec.controlPlane, members },
      etcd: spec.etcd.topology === "external" ? { ...spec.etcd, members } : spec.etcd,
    }).sha256;
  for (const spec of [stacked, external])
    expect([sha256Of(spec, 1), sha256Of(spec, 5)]).toEqual(Array(2).fill(buildMemberBundle(spec).sha256));
});

test("workers get no secrets, etcd machines only those of etcd", () => {
  const { secrets } = clusterJson(bundle);
  expect(Object.keys(secrets)).toEqual(["control-plane", "etcd"]);
  expect(clusterJson(workers)).not.toHaveProperty("secrets");
  expect(secrets["etcd"]).toEqual(["etcd/ca.crt", "etcd/ca.key"]);
});

describe.each([
  ["stacked", stacked],
  ["external", external],
])("steps, etcd %s", (_, spec) => {
  test.each(Object.entries(nodeSteps(spec)))("of %s: scripts exist, dependencies come first", (role, steps) => {
    const done = new Set<string>();
    for (const { name, run, after } of steps) {
      expect([name, after.filter((need) => !done.has(need))]).toEqual([name, []]);
      const { files } = role === "worker" ? workers : bundle;
      expect(Object.keys(files)).toContain(`steps/${run?.[0] ?? name}`);
      done.add(name);
    }
    expect(done.size).toBe(steps.length);
    // A machine that preflight refuses does not become a node.
    const needsPreflight = (name: string): boolean => {
      const step = steps.find((candidate) => candidate.name === name);
      return step !== undefined && (step.after.includes("preflight") || step.after.some(needsPreflight));
    };
    expect(needsPreflight(role === "worker" ? "join" : role)).toBe(true);
  });
});

test("only machines with a data volume take a DNS name, and only after the volume", () => {
  const names = (role: "control-plane" | "etcd") => nodeSteps(external)[role].map(({ name }) => name);
  expect(names("control-plane")).not.toContain("etcd-dns");
  expect(names("etcd")).toContain("etcd-dns");
  const step = nodeSteps(stacked)["control-plane"].find(({ name }) => name === "etcd-dns");
  expect(step?.after).toEqual(["data-volume"]);
});

test("rules of worker replacement are present only with add-ons", () => {
  expect(clusterJson(bundle)).toHaveProperty("workerReplacement.conditions");
  const withoutAddons = { ...stacked, addons: { ...stacked.addons, enabled: false } };
  expect(clusterJson(buildMemberBundle(withoutAddons))).not.toHaveProperty("workerReplacement");
});

test("a sandboxed pool does not change the bundle; gVisor is an asset of every worker", () => {
  const sandboxed = [bundle, workers].flatMap((each) =>
    Object.entries(clusterJson(each).assets).filter(([, byArchitecture]) =>
      Object.values(byArchitecture).some((listed) => listed.some(({ name }) => name === "gvisor-runsc")),
    ),
  );
  expect(sandboxed.map(([role]) => role)).toEqual(["worker"]);
  const pools = Object.fromEntries(
    Object.entries(stacked.workers).map(([name, pool]) => [name, { ...pool, sandbox: "gvisor" as const }]),
  );
  expect(workersOf({ ...stacked, workers: pools }).sha256).toBe(workers.sha256);
});

test.each<[what: string, change: Partial<ClusterSpec>]>([
  ["another version of the control plane", { kubernetesVersion: "1.37.1" }],
  ["an emulated version", { emulatedVersion: "1.35" }],
  ["another topology of etcd", { etcd: external.etcd }],
  [
    "settings of the API server",
    { access: specOf({ name: "blue", access: { encryption: { keys: ["1", "2"] } } }).access },
  ],
  ["the scale", { scale: "large" }],
])("the workers' bundle does not depend on %s, the members' does", (_what, change) => {
  const changed = { ...stacked, ...change, domain: stacked.domain, workers: stacked.workers };
  expect(buildWorkerBundle(changed, stacked.kubernetesVersion).sha256).toBe(workers.sha256);
  expect(buildMemberBundle(changed).sha256).not.toBe(bundle.sha256);
});

test("everything in the workers' bundle that has a version has theirs", () => {
  const text = JSON.stringify(buildWorkerBundle({ ...stacked, kubernetesVersion: "1.36.4" }, "1.35.8").files);
  expect(text).toContain("kubernetes/v1.35.8/bin/linux/amd64/kubelet");
  expect(text).not.toContain("1.36.4");
});

describe("files of the bundles", () => {
  /** Files that a script or unit names; placeholders such as `$step` match nothing. */
  const named = (text: string): readonly string[] =>
    [
      ...text.matchAll(/\$HOLDFAST"?\/((?:bin|config|lib|steps)\/[\w.-]+)/g),
      ...text.matchAll(/\/opt\/holdfast\/current\/(\w+\/[\w.-]+)/g),
    ].map(([, path = ""]) => path);
  const units = (text: string): readonly string[] =>
    [...text.matchAll(/systemctl (?:start|restart|enable)[^\n;|&]*/g)]
      .flatMap(([line]) => line.split(" "))
      .filter((word) => /^(holdfast-|containerd|kubelet|etcd)[\w-]*\.(service|timer)$/.test(word))
      .map((unit) => `units/${unit}`);

  test("workers have every file that their steps and units lead to", () => {
    const { files } = workers;
    const own = nodeSteps(stacked).worker.map(({ name, run }) => `steps/${run?.[0] ?? name}`);
    const queue = ["install", ...own, ...Object.keys(files).filter((name) => name.startsWith("units/"))];
    const reached = new Set<string>();
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      if (reached.has(name)) continue;
      reached.add(name);
      // In what all machines share, members have branches of their own.
      const text = (files[name] ?? "")
        .replaceAll(/^ {2}(control-plane|etcd)\)[^]*?(?=^ {2}\w+\)|^esac)/gm, "")
        .replaceAll(/^if runs_etcd; then\n[^]*?^fi$/gm, "");
      queue.push(...named(text), ...(name === "install" ? [] : units(text)));
    }
    // A name may end before a variable, and that of a folder before its files.
    const withMirror = { ...stacked.nodes, registryMirrors: { "docker.io": "https://mirror.example.com" } };
    const all = Object.keys(workersOf({ ...stacked, nodes: withMirror }).files);
    const exists = (path: string): boolean => all.some((name) => name.startsWith(path));
    const missing = [...reached].filter((path) => !exists(path));
    expect(missing).toEqual([]);
  });

  test("a file of members alone is not in the workers' bundle, and the reverse", () => {
    for (const name of ["bin/etcd-backup", "steps/control-plane", "units/etcd.service", "config/apiserver/a.yaml"]) {
      expect([name, usesFile("workers", name), usesFile("members", name)]).toEqual([name, false, true]);
    }
    for (const name of ["steps/join", "windows/Node.ps1", "bin/rotate-authorities-worker"]) {
      expect([name, usesFile("workers", name), usesFile("members", name)]).toEqual([name, true, false]);
    }
    expect(
      Object.keys(workers.files).filter((name) => /etcd-|apiserver/.test(name) && !name.startsWith("lib/")),
    ).toEqual([]);
  });

  test("a unit that starts has the program that it runs", () => {
    for (const { files } of [bundle, workers]) {
      const programs = Object.entries(files)
        .filter(([name]) => name.startsWith("units/"))
        .flatMap(([, text]) => named(text));
      expect(programs.filter((name) => files[name] === undefined)).toEqual([]);
    }
  });
});
