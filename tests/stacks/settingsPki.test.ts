import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Certificates } from "../components/pki/certificates";
import { type BadInput, cluster, expectProblems, problemsOf } from "./settingsSupport";

// Keys and certificates are made by processes of their own.
jest.setTimeout(30_000);

const folder = mkdtempSync(join(tmpdir(), "holdfast-settings-pki-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const certificates = new Certificates(folder);
const extensions = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign", "subjectKeyIdentifier=hash"];
const one = certificates.root("one", { extensions });
const two = certificates.root("two", { extensions });

const own = (settings: Record<string, unknown>, keys?: unknown) => ({
  ...cluster(settings),
  ...(keys === undefined ? {} : { "holdfast:authorityKeys": keys }),
});
const etcd = "pki.authorities.etcd";
const ofEtcd = { [`${etcd}.own.1`]: one.certificate };

test.each<[string, Record<string, unknown>]>([
  [
    "a rotation of each by itself",
    cluster({ [`${etcd}.generation`]: 2, [`${etcd}.stage`]: "trust", "pki.serviceAccountKey.generation": 7 }),
  ],
  ["one's own authority and its key", own(ofEtcd, { "etcd-1": one.key })],
  ["keys as the CLI hands them over", own(ofEtcd, JSON.stringify({ "etcd-1": one.key }))],
  ["a key that is still encrypted", own(ofEtcd, { "etcd-1": { secure: "v1:x" } })],
  [
    "a rotation to one's own authority",
    own(
      { [`${etcd}.generation`]: 2, [`${etcd}.stage`]: "trust", [`${etcd}.own.2`]: one.certificate },
      { "etcd-2": one.key },
    ),
  ],
])("%s is right", (_, config) => {
  expect(problemsOf(config)).toEqual([]);
});

const bad: BadInput[] = [
  [
    "a stage of the first generation",
    cluster({ [`${etcd}.stage`]: "issue" }),
    [`cluster.${etcd}.stage`, /write generation: 2 to start/],
  ],
  [
    "a stage that there is not",
    cluster({ "pki.serviceAccountKey.stage": "trsut" }),
    ["cluster.pki.serviceAccountKey.stage", /did you mean trust/],
  ],
  [
    "a generation before the first",
    cluster({ [`${etcd}.generation`]: 0 }),
    [`cluster.${etcd}.generation`, /at least 1/],
  ],
  [
    "text that is no PEM",
    cluster({ [`${etcd}.own.1`]: "ca.pem" }),
    [`cluster.${etcd}.own.1`, /no PEM; write certificates/],
  ],
  [
    "a private key in the stack file",
    cluster({ [`${etcd}.own.1`]: one.certificate + one.key }),
    [`cluster.${etcd}.own.1`, /contains a private key; treat it as compromised/],
  ],
  [
    "a key that is no generation",
    cluster({ [`${etcd}.own.first`]: one.certificate }),
    [`cluster.${etcd}.own.first`, /no generation; write its number/],
  ],
  [
    "a generation that is not in use",
    own({ [`${etcd}.own.1`]: one.certificate, [`${etcd}.own.3`]: two.certificate }, { "etcd-1": one.key }),
    [`cluster.${etcd}.own.3`, /generation not in use \(1\)/],
  ],
  [
    "an authority without its key",
    own(ofEtcd),
    ["authorityKeys.etcd-1", /pulumi config set --secret --path 'authorityKeys\.etcd-1'/],
  ],
  [
    "another's key",
    own(ofEtcd, { "etcd-1": two.key }),
    ["authorityKeys.etcd-1", /is not the key of the issuing certificate/],
  ],
  ["a key without an authority", own({}, { "etcd-1": one.key }), ["authorityKeys.etcd-1", /unknown authority/]],
  ["keys that are no mapping", own({}, "hunter2"), ["authorityKeys", /must be a mapping/]],
  [
    "one certificate for two purposes",
    own(
      { ...ofEtcd, "pki.authorities.frontProxy.own.1": one.certificate },
      { "etcd-1": one.key, "frontProxy-1": one.key },
    ),
    ["cluster.pki.authorities.frontProxy.own.1", /same certificate as etcd 1/],
  ],
  [
    "leaves that outlive their authority",
    cluster({ "pki.authorityYears": 1, "pki.adminHours": 24 }),
    ["cluster.pki.leafHours", /shorter than the authority's validity/],
  ],
];
test.each(bad.map((input) => [input[0], input] as const))("%s", (_, input) => {
  expectProblems(input);
});

test("no problem shows anything of a key", () => {
  const found = [
    own(ofEtcd, { "etcd-1": two.key, "kubernetes-1": one.key }),
    cluster({ [`${etcd}.own.1`]: one.certificate + one.key }),
    own({}, "hunter2"),
  ].flatMap(problemsOf);
  expect(found.length).toBeGreaterThan(3);
  const text = JSON.stringify(found);
  expect(text).not.toMatch(/BEGIN EC|hunter2/);
  for (const line of [...one.key.split("\n"), ...two.key.split("\n")].filter(
    (each) => each.length > 40 && !each.startsWith("-"),
  ))
    expect(text).not.toContain(line.slice(0, 20));
});
