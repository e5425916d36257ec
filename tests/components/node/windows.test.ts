/**
 * Windows machines, as far as they can be looked at without one: what is rendered, whether PowerShell's grammar takes it,
 * and whether the scripts' names, files and settings fit together.
 */
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";

import { Language, Parser } from "web-tree-sitter";

import { buildBundle } from "../../../components/node/bundle.plan";
import { userDataLimit } from "../../../components/node/userData.plan";
import {
  componentVersions,
  windowsAssets,
  windowsReleaseAssets,
} from "../../../components/node/kubernetesVersions.plan";
import { renderWindowsUserData } from "../../../components/node/windowsUserData.plan";
import { joinedHook } from "../../../components/workers/rollout.plan";
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

/** Where the grammar does not take a script. */
function mistakes(text: string): readonly string[] {
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

describe("the user data", () => {
  const text = renderWindowsUserData({ bundle: location, node: machines.worker });
  const script = /^<powershell>\n([^]*)\n<\/powershell>\n<persist>true<\/persist>\n$/.exec(text)?.[1] ?? "";

  test("is PowerShell in EC2Launch's tags, run at every boot, and less than half of what EC2 takes", () => {
    expect(script).not.toBe("");
    expect(mistakes(script)).toEqual([]);
    expect(Buffer.byteLength(text)).toBeLessThan(userDataLimit / 2);
  });

  test("tells the machine what it is, byte for byte, whatever is in a label", () => {
    const pool = { ...machines.worker.pool, labels: { a: "'; Remove-Item C:\\ #", b: "$(whoami)", c: "ümlaut" } };
    const rendered = renderWindowsUserData({ bundle: location, node: { ...machines.worker, pool } });
    const encoded = /^\$Node = '([^']*)'$/m.exec(rendered)?.[1] ?? "";
    expect(JSON.parse(Buffer.from(encoded, "base64").toString())).toEqual({ ...machines.worker, pool });
    expect(mistakes(rendered.split("\n").slice(1, -3).join("\n"))).toEqual([]);
  });

  test("ends no string early", () => {
    const bundle = { ...location, key: "it's" };
    expect(renderWindowsUserData({ bundle, node: machines.worker })).toContain("$BundleKey = 'it''s'\n");
  });

  test("with too many labels is refused before AWS does", () => {
    const labels = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`label-${index}`, "x".repeat(60)]));
    const node = { ...machines.worker, pool: { ...machines.worker.pool, labels } };
    expect(() => renderWindowsUserData({ bundle: location, node })).toThrow(/is over EC2's 16384/);
  });
});

describe("the scripts", () => {
  test.each(scripts)("%s is what PowerShell's grammar takes", (name) => {
    expect(mistakes(read(name))).toEqual([]);
  });

  test("the grammar would find a mistake", () => {
    expect(mistakes(read("Node.ps1").replace("function Write-Log(", "function Write-Log("))).toEqual([]);
    expect(mistakes(`${read("Node.ps1")}\nif ($x {`)).not.toEqual([]);
  });

  test("call no function of their own that is nowhere, and have none that nobody calls", () => {
    const all = scripts.map(read).join("\n");
    const defined = [...all.matchAll(/^function ([A-Za-z-]+)/gm)].map(([, name = ""]) => name);
    const own =
      /\b(?:Install-Asset|Install-ContainerFeature|Start-Containerd|Join-Cluster|Get-Identity|Get-KubeletArguments|Register-Kubelet|Write-JoinConfiguration|Test-Registered|Complete-Joining|Wait-Until|Write-Log|Write-Step|Invoke-Program)\b/g;
    expect(new Set(defined)).toEqual(new Set(all.match(own)));
    for (const name of defined) expect([name, all.split(name).length - 1]).not.toEqual([name, 1]);
  });

  test("are short, and do one thing each", () => {
    for (const name of scripts) expect([name, read(name).split("\n").length < 120]).toEqual([name, true]);
  });

  test("ask SSM for what a worker's role may ask: GetParameters", () => {
    const text = read("Kubelet.ps1");
    expect(text).toContain("Get-SSMParameterValue ");
    expect(text).not.toMatch(/Get-SSMParameter /);
  });

  test("answer the hook that holds the machine, by its name", () => {
    expect(read("Kubelet.ps1")).toContain(`-LifecycleHookName ${joinedHook.name} `);
  });

  test("hold no secret", () => {
    expect(scripts.map(read).join("\n")).not.toMatch(/BEGIN|password|AKIA/i);
  });
});

describe("the bundle", () => {
  const { files } = buildBundle(spec);

  test("has every file that the scripts name", () => {
    const all = scripts.map(read).join("\n");
    const named = [...all.matchAll(/\$bundle\\([\w\\.]+\.(?:ps1|toml|json))/gi)].map(([, path = ""]) =>
      path.replaceAll("\\", "/"),
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((path) => files[path] === undefined)).toEqual([]);
  });

  test("tells Windows what to fetch, checksums included", () => {
    const { windows } = JSON.parse(files["cluster.json"] ?? "") as { windows: { assets: object[] } };
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

  test("has nothing for Windows where a checksum is missing", () => {
    const [first = "", ...others] = Object.keys(checksums);
    const sha256 = Object.fromEntries(others.map((path) => [path, "a".repeat(64)]));
    expect(first).not.toBe("");
    expect(windowsAssets({ ...spec, nodes: { ...spec.nodes, assets: { sha256 } } })).toEqual([]);
  });

  test("takes all from a mirror where there is one", () => {
    const assets = windowsAssets({ ...spec, nodes: { assets: { baseUrl: "https://m.example/", sha256: checksums } } });
    const paths = windowsReleaseAssets(componentVersions("1.36.3")).map(({ path }) => path);
    expect(assets.map((asset) => (asset as { url: string }).url)).toEqual(
      paths.map((path) => `https://m.example/${path}`),
    );
  });

  test("has a kubelet configuration for Windows without what cgroups are for", () => {
    const patch = JSON.parse(files["windows/kubelet.json"] ?? "") as Record<string, unknown>;
    expect(patch).toMatchObject({ cgroupsPerQOS: false, enforceNodeAllocatable: [], protectKernelDefaults: false });
    expect(Object.keys(patch["evictionHard"] as object).some((signal) => /inodes|pid/.test(signal))).toBe(false);
  });

  test("runs the pause image that kubeadm of this version runs", () => {
    expect(files["windows/containerd.toml"]).toContain("sandbox = 'registry.k8s.io/pause:3.10.2'");
  });
});
