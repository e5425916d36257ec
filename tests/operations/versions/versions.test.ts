/** Version tables compared with publishers on a loopback server, and renewed. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Publishers } from "../../../operations/versions/publishers";
import { fetchStatus, isOutdated, updateTables, verifyTables } from "../../../operations/versions/refresh";
import { formatStatus, formatUpdate } from "../../../operations/versions/report";
import {
  currentTables,
  documentVersions,
  formatChecksums,
  formatVersions,
  tableFiles,
  writeTables,
} from "../../../operations/versions/tables";
import {
  SigningAuthority,
  StandIn,
  difference,
  etcdArchive,
  programsOf,
  sha256,
  tables,
  withChecksums,
} from "./standIn";

let authority: SigningAuthority;
let site: StandIn;
let publishers: Publishers;

beforeAll(() => {
  authority = new SigningAuthority();
});
afterAll(() => {
  authority.remove();
});

/** Publishers of what the tables have, and of nothing newer. */
beforeEach(async () => {
  site = new StandIn(authority);
  await site.start();
  publishers = new Publishers(site.get, () => Promise.resolve([[], authority.chain]));
  site.files.set("dl.k8s.io/release/stable.txt", "v1.37.0");
  for (const version of ["1.35.8", "1.36.4", "1.37.0"]) {
    site.files.set(`dl.k8s.io/release/stable-${version.slice(0, 4)}.txt`, `v${version}\n`);
  }
  site.github("etcd-io/etcd", ["v3.8.0", "v3.7.0-rc.1", "v3.6.14", "v3.6.13"]);
  site.github("containerd/containerd", ["api/v1.12.0", "v2.3.4"]);
  site.github("opencontainers/runc", ["v1.4.3"]);
  site.github("containernetworking/plugins", ["v1.9.1"]);
  site.github("kubernetes/cloud-provider-aws", ["v1.37.0", "v1.36.0", "v1.35.0"]);
  site.credentialProvider("1.37.0", {});
  site.github("kubernetes/autoscaler", ["vertical-pod-autoscaler-1.9.0", "cluster-autoscaler-1.36.0"]);
});
afterEach(() => {
  site.stop();
});

/** Tables after `--update <rows>`. */
async function update(rows: readonly string[], from = tables) {
  const status = await fetchStatus(from, publishers);
  const outdated = status.rows.filter((row) => isOutdated(row) && rows.includes(row.row));
  return { outdated, updated: await updateTables(from, outdated, publishers) };
}

test("the files of this checkout have the form that the command writes", () => {
  const read = (file: string): string => readFileSync(file, "utf8");
  expect(read(tableFiles.versions)).toBe(formatVersions(currentTables.versions));
  expect(read(tableFiles.checksums)).toBe(formatChecksums(currentTables));
  expect(read(tableFiles.page)).toBe(documentVersions(read(tableFiles.page), currentTables));
});

test("nothing is newer: pre-releases, other minor versions and other products of a repository do not count", async () => {
  const status = await fetchStatus(tables, publishers);
  expect(status.rows.filter(isOutdated)).toEqual([]);
  expect(formatStatus(status, tables).join("\n")).not.toMatch(/newer|released/);
});

test("status: newer releases, and a minor version that the tables lack", async () => {
  site.files.set("dl.k8s.io/release/stable.txt", "v1.38.0");
  site.files.set("dl.k8s.io/release/stable-1.37.txt", "v1.37.3");
  site.github("opencontainers/runc", ["v1.5.0", "v1.4.10", "v1.4.9"]);
  site.github("kubernetes/autoscaler", ["cluster-autoscaler-1.37.0", "cluster-autoscaler-1.36.0"]);
  const lines = formatStatus(await fetchStatus(tables, publishers), tables);
  expect(lines.filter((line) => line.includes("newer"))).toEqual([
    expect.stringMatching(/^kubernetes +1\.37 +1\.37\.0 +1\.37\.3 +newer release$/),
    expect.stringMatching(/^runc +1\.35, 1\.36, 1\.37 +1\.4\.3 +1\.4\.10 +newer release$/),
    expect.stringMatching(/^clusterAutoscaler +1\.37 +1\.36\.0 +1\.37\.0 +newer release$/),
  ]);
  expect(lines).toContain("  npx holdfast versions --update kubernetes runc clusterAutoscaler");
  expect(lines.at(-1)).toMatch(/^Kubernetes 1\.38 is released \(1\.38\.0\)/);
});

describe("update", () => {
  test("a patch release of Kubernetes adds its six checksums, and changes nothing else", async () => {
    site.kubernetes("1.36.10");
    const { outdated, updated } = await update(["kubernetes"]);
    expect(updated.versions).toEqual(tables.versions);
    const text = formatChecksums(updated);
    const { added, removed } = difference(formatChecksums(tables), text);
    expect(removed).toEqual([]);
    expect([...added].sort()).toEqual(
      programsOf("1.36.10")
        .map((url) => `${sha256(`program ${url}`)}  ${url.replace("dl.k8s.io/release/", "kubernetes/")}`)
        .sort(),
    );
    // By version, not by text.
    expect(text.match(/(?<=v)1\.\d+\.\d+(?=\/bin\/linux\/amd64\/kubelet)/g)).toEqual(updated.kubernetes);
    expect(updated.kubernetes).toEqual(["1.35.8", "1.36.3", "1.36.4", "1.36.10", "1.37.0"]);
    expect(formatUpdate(outdated)[0]).toBe("kubernetes: added 1.36.10");
    const page = "| Kubernetes |\n| --- |\n| 1.36.3 | old |\n| 1.37.0 | old |\n\n| A |\n| --- |\n| 1.36 | other |\n";
    const documented = documentVersions(page, updated).split("\n");
    expect(documented.slice(2, 5)).toEqual([
      expect.stringMatching(/^\| 1\.35\.8 \| 3\.6\.14 \| /),
      expect.stringMatching(/^\| 1\.36\.3 to 1\.36\.10 \| 3\.6\.14 \| /),
      expect.stringMatching(/^\| 1\.37\.0 \| .* \| 1\.36\.0 \| 1\.37\.0 \|$/),
    ]);
    expect(documented.slice(5)).toEqual(["", "| A |", "| --- |", "| 1.36 | other |", ""]);
  });

  test("a patch release of a component takes the place of the former ones", async () => {
    site.etcd({ [etcdArchive("amd64")]: sha256("a"), [etcdArchive("arm64")]: sha256("b") });
    const { versions } = tables;
    const older = withChecksums({ ...tables, versions: { ...versions, "1.35": { ...versions["1.35"], etcd: "3.6.13" } } as never }); // prettier-ignore
    const { outdated, updated } = await update(["etcd"], older);
    expect(Object.values(updated.versions).map((row) => row.etcd)).toEqual(["3.6.15", "3.6.15", "3.6.15"]);
    const { added, removed } = difference(formatChecksums(older), formatChecksums(updated));
    expect(added).toEqual([
      `${sha256("a")}  etcd/v3.6.15/${etcdArchive("amd64")}`,
      `${sha256("b")}  etcd/v3.6.15/${etcdArchive("arm64")}`,
    ]);
    expect(removed.map((line) => line.split("/")[1])).toEqual(["v3.6.13", "v3.6.13", "v3.6.14", "v3.6.14"]);
    expect(formatUpdate(outdated).slice(0, 2)).toEqual([
      "etcd for 1.35: 3.6.13 → 3.6.15",
      "etcd for 1.36, 1.37: 3.6.14 → 3.6.15",
    ]);
  });

  test("checksum files beside each archive, and with paths", async () => {
    const archive = (arch: string): string => `containerd-static-2.3.5-linux-${arch}.tar.gz`;
    const sums = { [archive("amd64")]: sha256("c"), [archive("arm64")]: sha256("d") };
    site.github("containerd/containerd", ["v2.3.5"], sums);
    for (const [file, sum] of Object.entries(sums)) {
      const folder = "github.com/containerd/containerd/releases/download/v2.3.5";
      site.files.set(`${folder}/${file}.sha256sum`, `${sum}  releases/${file}\n`);
    }
    const { updated } = await update(["containerd"]);
    expect(difference(formatChecksums(tables), formatChecksums(updated)).added).toHaveLength(2);
  });

  const provider = (arch: string): string => `ecr-credential-provider-linux-${arch}`;

  test("the ECR credential provider: versions and checksums of Kubernetes' file promotion", async () => {
    site.github("kubernetes/cloud-provider-aws", ["v1.37.9", "v1.37.2", "v1.37.0"]);
    site.credentialProvider("1.37.2", { [provider("amd64")]: sha256("e"), [provider("arm64")]: sha256("f") });
    const { updated } = await update(["ecrCredentialProvider"]);
    expect(Object.values(updated.versions).map((row) => row.ecrCredentialProvider)).toEqual(Array(3).fill("1.37.2"));
    expect(difference(formatChecksums(tables), formatChecksums(updated)).added).toEqual([
      `${sha256("e")}  cloud-provider-aws/v1.37.2/linux/amd64/${provider("amd64")}`,
      `${sha256("f")}  cloud-provider-aws/v1.37.2/linux/arm64/${provider("arm64")}`,
    ]);
  });

  test("a file that was not promoted, or differs from the promoted one", async () => {
    const sums = { [provider("amd64")]: sha256("e"), [provider("arm64")]: sha256("f") };
    site.credentialProvider("1.37.2", sums, { [provider("amd64")]: sha256("other") });
    await expect(update(["ecrCredentialProvider"])).rejects.toThrow(
      new RegExp(
        [
          `linux-amd64: https://artifacts\\.k8s\\.io/.*\\.sha256 has ${sha256("e")}, but https://.*/v1\\.37\\.2\\.yaml has ${sha256("other")}`,
          `.*linux-arm64: .* has ${sha256("f")}, but https://.*\\.yaml has none$`,
        ].join("\n"),
      ),
    );
  });

  test("images have no checksums", async () => {
    site.github("kubernetes/cloud-provider-aws", ["v1.37.0", "v1.36.2", "v1.35.0"]);
    const { updated } = await update(["cloudController"]);
    expect(updated.versions["1.36"]?.cloudController).toBe("1.36.2");
    expect(formatChecksums(updated)).toBe(formatChecksums(tables));
  });

  test("rows that are not named stay as they are", async () => {
    site.files.set("dl.k8s.io/release/stable-1.37.txt", "v1.37.3");
    expect((await update(["runc"])).outdated).toEqual([]);
    expect(formatUpdate([])).toEqual(["The tables are up to date; nothing was written."]);
  });

  test("writes the same files again, and all or none", () => {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-versions-"));
    const files = { versions: join(folder, "a"), checksums: join(folder, "b"), page: join(folder, "c") };
    const written = (): string[] => Object.values(files).map((file) => readFileSync(file, "utf8"));
    writeFileSync(files.page, readFileSync(tableFiles.page));
    writeTables(currentTables, files);
    const before = written();
    expect(before).toEqual(Object.values(tableFiles).map((file) => readFileSync(file, "utf8")));
    const versions = {
      ...currentTables.versions,
      "1.37": { ...currentTables.versions["1.37"], runc: "9.9.9" },
    } as never;
    expect(() => {
      writeTables({ ...currentTables, versions }, files);
    }).toThrow("no checksum of runc/v9.9.9/runc.amd64");
    expect(written()).toEqual(before);
    rmSync(folder, { recursive: true });
  });
});

describe("refused", () => {
  const [first = ""] = programsOf("1.36.10");
  const path = first.replace("dl.k8s.io/release/", "kubernetes/");

  test.each<[title: string, publish: () => unknown, message: RegExp]>([
    [
      "a checksum file that is not the file's",
      () => site.files.set(`${first}.sha256`, "0".repeat(64)),
      new RegExp(`^${path}: .*kubelet\\.sha256 has 0{64}, but the SHA-256 of the file is [0-9a-f]{64}$`),
    ],
    [
      "an error page",
      () => site.files.set(`${first}.sha256`, "<html>404</html>"),
      /^https:.* has no SHA-256 of kubelet$/,
    ],
    [
      "another file with its own checksum",
      () => {
        site.files.set(first, "other");
        site.files.set(`${first}.sha256`, sha256("other"));
      },
      new RegExp(`^${path}: the signature does not belong to the file$`),
    ],
    [
      "a certificate of another authority",
      () => {
        const other = new SigningAuthority();
        site.program(first, "x", other.sign("x"));
        other.remove();
      },
      new RegExp(`^${path}: no authority of sigstore issued the certificate$`),
    ],
    [
      "another signer",
      () => {
        site.program(first, "x", authority.sign("x", "someone@example.com"));
      },
      new RegExp(`^${path}: signed by email:someone@example\\.com, not by krel-staging@.*$`),
    ],
    [
      "another identity provider",
      () => {
        site.program(first, "x", authority.sign("x", undefined, "https://github.com/login/oauth"));
      },
      new RegExp(
        `^${path}: https://github\\.com/login/oauth verified the identity of the signer, expected https://accounts\\.google\\.com$`,
      ),
    ],
    ["no certificate", () => site.files.set(`${first}.cert`, "x"), new RegExp(`^${path}: .* no readable certificate$`)],
  ])("%s", async (_title, publish, message) => {
    site.kubernetes("1.36.10");
    publish();
    await expect(update(["kubernetes"])).rejects.toThrow(message);
  });

  test("all disagreeing sources are reported together", async () => {
    const sums = { [etcdArchive("amd64")]: sha256("a"), [etcdArchive("arm64")]: sha256("b") };
    site.etcd(sums, { [etcdArchive("amd64")]: sha256("other") });
    await expect(update(["etcd"])).rejects.toThrow(
      new RegExp(
        [
          `^etcd/.*amd64.*: https://.*/SHA256SUMS has ${sha256("a")}, but GitHub's API reports sha256:${sha256("other")}`,
          "etcd/.*arm64.*: GitHub's API has no digest of .*; verify the checksum by hand and add it to checksums.txt$",
        ].join("\n"),
      ),
    );
  });

  test("a release without checksum file", async () => {
    site.github("opencontainers/runc", ["v1.4.4"], { "runc.amd64": sha256("a") });
    await expect(update(["runc"])).rejects.toThrow(/runc\.sha256sum: HTTP status 404$/);
  });

  test("a publisher that cannot be reached", async () => {
    site.stop();
    await expect(publishers.newestKubernetes("1.36")).rejects.toThrow(
      /^https:\/\/dl\.k8s\.io\/release\/stable-1\.36\.txt: connect ECONNREFUSED/,
    );
  });

  test("a text that is no version", async () => {
    site.files.set("dl.k8s.io/release/stable-1.36.txt", "<?xml version='1.0'?><Error/>");
    await expect(fetchStatus(tables, publishers)).rejects.toThrow(
      /stable-1\.36\.txt: expected a version such as v1\.36\.4, got "<\?xml/,
    );
  });
});

describe("verify", () => {
  beforeEach(() => {
    site.everything();
  });

  test("asks the publisher about every checksum", async () => {
    expect(await verifyTables(tables, publishers)).toEqual([]);
    const asked = site.requests.filter((url) => url.startsWith("dl.k8s.io/") && url.endsWith(".sha256"));
    expect(asked).toHaveLength(tables.kubernetes.length * 6);
  });

  test("names the checksums that differ", async () => {
    const kubeadm = "v1.37.0/bin/linux/arm64/kubeadm";
    site.files.set(`dl.k8s.io/release/${kubeadm}.sha256`, "f".repeat(64));
    expect(await verifyTables(tables, publishers)).toEqual([
      `kubernetes/${kubeadm}: the table has ${sha256(`kubernetes/${kubeadm}`)}, but the publisher has ${"f".repeat(64)}`,
    ]);
  });
});
