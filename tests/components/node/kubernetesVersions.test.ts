import { readFileSync } from "node:fs";
import { join } from "node:path";

import { gt, lt, rsort, valid } from "semver";
import { coreDnsImage, pauseImage } from "../../../components/node/images.plan";
import {
  defaultKubernetesVersion,
  findComponentVersions,
  minorOf,
  newestOfMinor,
  supportedKubernetesVersions,
  versionsByMinor,
} from "../../../components/node/kubernetesVersions.plan";

const minors = Object.keys(versionsByMinor);

test("three successive minors are supported, oldest first", () => {
  const numbers = minors.map((minor) => Number(minor.split(".")[1]));
  const [first = 0] = numbers;
  expect(numbers).toEqual([first, first + 1, first + 2]);
});

test("every minor has a version of everything, and a patch release with known checksums", () => {
  const [one] = Object.values(versionsByMinor);
  for (const [minor, versions] of Object.entries(versionsByMinor)) {
    expect(Object.keys(versions)).toEqual(Object.keys(one ?? {}));
    for (const [name, version] of Object.entries(versions)) expect([name, valid(version)]).toEqual([name, version]);
    expect(newestOfMinor(minor)).toMatch(new RegExp(`^${minor.replace(".", "\\.")}\\.\\d+$`));
  }
});

test("versions are in the order of releases", () => {
  expect([...supportedKubernetesVersions].reverse()).toEqual(rsort([...supportedKubernetesVersions]));
});

test("an upgrade never goes back to an older etcd, CoreDNS, containerd or controller", () => {
  for (const [index, minor] of minors.entries()) {
    const [from, to] = [versionsByMinor[minors[index - 1] ?? ""], versionsByMinor[minor]];
    if (from === undefined || to === undefined) continue;
    const older = Object.entries(to).filter(([name, version]) => lt(version, from[name as keyof typeof from]));
    expect([minor, older]).toEqual([minor, []]);
  }
});

test("etcd's minor version is the same for all: going back to the previous binaries needs no downgrade of the data", () => {
  expect([...new Set(Object.values(versionsByMinor).map(({ etcd }) => minorOf(etcd)))]).toEqual(["3.6"]);
  // The oldest release of 3.6 that upgrades to 3.7 (https://etcd.io/docs/v3.7/upgrades/upgrade_3_7/).
  expect(gt(findComponentVersions("1.37.0")?.etcd ?? "", "3.6.10")).toBe(true);
});

test("the default is a supported version, and not simply the newest: a release upgrades no cluster by itself", () => {
  expect(supportedKubernetesVersions).toContain(defaultKubernetesVersion);
  expect(supportedKubernetesVersions.at(-1)).not.toBe(defaultKubernetesVersion);
});

test.each([
  ["1.35.8", "v1.13.1", "3.10.1"],
  ["1.36.3", "v1.14.2", "3.10.2"],
  ["1.37.1", "v1.14.6", "3.10.2"],
])("%s has the CoreDNS and pause of its kubeadm", (version, coreDns, pause) => {
  expect([coreDnsImage(version), pauseImage(version)]).toEqual([
    `registry.k8s.io/coredns/coredns:${coreDns}`,
    `registry.k8s.io/pause:${pause}`,
  ]);
});

test.each(["1.34.9", "1.38.0", "1.37", "v1.37.1", ""])("%p has no versions", (version) => {
  expect(findComponentVersions(version)).toBeUndefined();
});

test("docs/versions.md names the default; a test of the command compares its table", () => {
  const page = readFileSync(join(__dirname, "../../../docs/versions.md"), "utf8");
  expect(page).toContain(`Without \`kubernetesVersion\`, a cluster runs ${defaultKubernetesVersion}, `);
});
