/** Windows machines without Windows: rendered files, PowerShell's grammar, and references between scripts. */
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";

import { Language, Parser } from "web-tree-sitter";

import { buildWorkerBundle } from "../../../components/node/bundle.plan";
import { userDataLimit } from "../../../components/node/userData.plan";
import { windowsAssets, windowsReleaseAssets } from "../../../components/node/assets.plan";
import { componentVersions } from "../../../components/node/kubernetesVersions.plan";
import { renderWindowsUserData } from "../../../components/node/windowsUserData.plan";
import { forWindows, specOf, windowsChecksums } from "../../specs";
import { filesDirectory, machines } from "./nodeSupport";

const location = { bucket: "blue-bundle-1a2b3c4", key: `bundle/${"0".repeat(64)}.tar.gz`, sha256: "0".repeat(64) };
const folder = join(filesDirectory, "windows");
const scripts = readdirSync(folder).filter((name) => name.endsWith(".ps1"));
const read = (name: string): string => readFileSync(join(folder, name), "utf8");

const checksums = windowsChecksums("1.36.3");
const spec = specOf({
  name: "blue",
  kubernetesVersion: "1.36.3",
  workers: { general: {}, win: { os: "windows" } },
  ...forWindows("1.36.3"),
});

let parser: Parser;
beforeAll(async () => {
  await Parser.init();
  const grammar = join(dirname(require.resolve("tree-sitter-powershell/package.json")), "tree-sitter-powershell.wasm");
  parser = new Parser().setLanguage(await Language.load(readFileSync(grammar)));
});

/** Syntax errors, by line. */
function syntaxErrors(text: string): readonly string[] {
  const tree = parser.parse(text);
  const found: string[] = [];
  const cursor = tree?.walk();
  const visit = (): void => {
    const node = cursor?.currentNode;
    if (node?.isError === true || node?.isMissing === true) {
      found.push(`line ${node.startPosition.row + 1}: ${node.text.slice(0, 60)}`);
    }
    if (cursor?.gotoFirstChild() === true) {
      do visit();
      while (cursor.gotoNextSibling());
      cursor.gotoParent();
    }
  };
  visit();
  return found;
}

describe("user data", () => {
  const text = renderWindowsUserData({ bundle: location, node: machines.worker });
  const script = /^<powershell>\n([^]*)\n<\/powershell>\n<persist>true<\/persist>\n$/.exec(text)?.[1] ?? "";

  test("is valid PowerShell in EC2Launch's tags, below half of EC2's limit", () => {
    expect(script).not.toBe("");
    expect(syntaxErrors(script)).toEqual([]);
    expect(Buffer.byteLength(text)).toBeLessThan(userDataLimit / 2);
  });

  test("contains node.json, with any characters in labels", () => {
    const pool = { ...machines.worker.pool, labels: { a: "'; Remove-Item C:\\ #", b: "$(whoami)", c: "ümlaut" } };
    const rendered = renderWindowsUserData({ bundle: location, node: { ...machines.worker, pool } });
    const encoded = /^\$Node = '([^']*)'$/m.exec(rendered)?.[1] ?? "";
    expect(JSON.parse(Buffer.from(encoded, "base64").toString())).toEqual({ ...machines.worker, pool });
    expect(syntaxErrors(rendered.split("\n").slice(1, -3).join("\n"))).toEqual([]);
  });

  test("escapes quotes", () => {
    const bundle = { ...location, key: "it's" };
    expect(renderWindowsUserData({ bundle, node: machines.worker })).toContain("$BundleKey = 'it''s'\n");
  });

  test("with too many labels exceeds EC2's limit", () => {
    const labels = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`label-${index}`, "x".repeat(60)]));
    const node = { ...machines.worker, pool: { ...machines.worker.pool, labels } };
    expect(() => renderWindowsUserData({ bundle: location, node })).toThrow(/limit 16384/);
  });
});

describe("scripts", () => {
  test("are valid PowerShell", () => {
    for (const name of scripts) expect([name, syntaxErrors(read(name))]).toEqual([name, []]);
    expect(syntaxErrors(`${read("Node.ps1")}\nif ($x {`)).not.toEqual([]);
  });

  test("call every function that they define, and only those", () => {
    const all = scripts.map(read).join("\n");
    const defined = [...all.matchAll(/^function ([A-Za-z-]+)/gm)].map(([, name = ""]) => name);
    const own =
      /\b(?:Install-Asset|Install-ContainerFeature|Start-Containerd|Join-Cluster|Test-ApiServersUpgraded|Get-Identity|Get-KubeletArguments|Register-Kubelet|Write-JoinConfiguration|Test-Registered|Complete-Launch|Wait-Until|Write-Log|Write-Step|Invoke-Program)\b/g;
    expect(new Set(defined)).toEqual(new Set(all.match(own)));
    for (const name of defined) expect([name, all.split(name).length - 1]).not.toEqual([name, 1]);
  });

  test("are shorter than 120 lines", () => {
    expect(scripts.filter((name) => read(name).split("\n").length >= 120)).toEqual([]);
  });

  test("call GetParameters, which a worker's role allows, and not GetParameter", () => {
    expect(read("Kubelet.ps1")).toContain("Get-SSMParameterValue ");
    expect(read("Kubelet.ps1")).not.toMatch(/Get-SSMParameter /);
  });

  test("contain no secret", () => {
    expect(scripts.map(read).join("\n")).not.toMatch(/BEGIN|password|AKIA/i);
  });
});

describe("bundle", () => {
  const { files } = buildWorkerBundle(spec, spec.kubernetesVersion);

  const clusterJson = JSON.parse(files["cluster.json"] ?? "") as Record<string, unknown> & {
    windows: { assets: object[] };
  };

  test("has every file and setting that the scripts read", () => {
    const all = scripts.map(read).join("\n");
    for (const [, path = ""] of all.matchAll(
      /\$Cluster\.(parameters\.\w+|lifecycleHooks\.\w+|windows\.\w+|kubeadm\.\w+)/g,
    ))
      expect(clusterJson).toHaveProperty(path);
    const named = [...all.matchAll(/\$bundle\\([\w\\.]+\.(?:ps1|toml|json))/gi)].map(([, path = ""]) =>
      path.replaceAll("\\", "/"),
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((path) => files[path] === undefined)).toEqual([]);
  });

  test("lists Windows assets with checksums", () => {
    const { windows } = clusterJson;
    expect(windows.assets).toEqual(windowsAssets(spec));
    expect(windows.assets).toContainEqual({
      name: "kubelet",
      path: "kubernetes/v1.36.3/bin/windows/amd64/kubelet.exe",
      url: "https://dl.k8s.io/release/v1.36.3/bin/windows/amd64/kubelet.exe",
      sha256: "a".repeat(64),
      directory: "C:\\k",
      binary: "kubelet.exe",
    });
  });

  test("lists none if a checksum is missing", () => {
    const [first = "", ...others] = Object.keys(checksums);
    const sha256 = Object.fromEntries(others.map((path) => [path, "a".repeat(64)]));
    expect(first).not.toBe("");
    expect(windowsAssets({ ...spec, nodes: { ...spec.nodes, assets: { sha256 } } })).toEqual([]);
  });

  test("lists those of a mirror", () => {
    const assets = windowsAssets({ ...spec, nodes: { assets: { baseUrl: "https://m.example/", sha256: checksums } } });
    const paths = windowsReleaseAssets(componentVersions("1.36.3")).map(({ path }) => path);
    expect(assets.map((asset) => (asset as { url: string }).url)).toEqual(
      paths.map((path) => `https://m.example/${path}`),
    );
  });

  test("overrides kubelet's cgroup settings", () => {
    const patch = JSON.parse(files["windows/kubelet.json"] ?? "") as Record<string, unknown>;
    expect(patch).toMatchObject({ cgroupsPerQOS: false, enforceNodeAllocatable: [], protectKernelDefaults: false });
    expect(Object.keys(patch["evictionHard"] as object).some((signal) => /inodes|pid/.test(signal))).toBe(false);
  });

  test("uses kubeadm's pause image", () => {
    expect(files["windows/containerd.toml"]).toContain("sandbox = 'registry.k8s.io/pause:3.10.2'");
  });
});
