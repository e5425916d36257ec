import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Certificates } from "../components/pki/certificates";
import { accepts, cluster, problemsOf, rejectsConfigs } from "./settingsSupport";

// Separate processes create the keys and certificates.
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

accepts([
  [
    "independent rotations",
    cluster({ [`${etcd}.generation`]: 2, [`${etcd}.stage`]: "trust", "pki.serviceAccountKey.generation": 7 }),
  ],
  ["custom authority and its key", own(ofEtcd, { "etcd-1": one.key })],
  ["keys as JSON text", own(ofEtcd, JSON.stringify({ "etcd-1": one.key }))],
  ["encrypted key", own(ofEtcd, { "etcd-1": { secure: "v1:x" } })],
  [
    "rotation to a custom authority",
    own(
      { [`${etcd}.generation`]: 2, [`${etcd}.stage`]: "trust", [`${etcd}.own.2`]: one.certificate },
      { "etcd-2": one.key },
    ),
  ],
]);

rejectsConfigs([
  [
    "stage with generation 1",
    cluster({ [`${etcd}.stage`]: "issue" }),
    [`cluster.${etcd}.stage`, /write generation: 2 to start/],
  ],
  [
    "misspelled stage",
    cluster({ "pki.serviceAccountKey.stage": "trsut" }),
    ["cluster.pki.serviceAccountKey.stage", /did you mean trust/],
  ],
  ["generation 0", cluster({ [`${etcd}.generation`]: 0 }), [`cluster.${etcd}.generation`, /at least 1/]],
  [
    "certificate that is not PEM",
    cluster({ [`${etcd}.own.1`]: "ca.pem" }),
    [`cluster.${etcd}.own.1`, /not PEM; write certificates/],
  ],
  [
    "private key in the stack file",
    cluster({ [`${etcd}.own.1`]: one.certificate + one.key }),
    [`cluster.${etcd}.own.1`, /contains a private key; treat it as compromised/],
  ],
  [
    "generation that is not a number",
    cluster({ [`${etcd}.own.first`]: one.certificate }),
    [`cluster.${etcd}.own.first`, /not a generation; write its number/],
  ],
  [
    "certificate of an unused generation",
    own({ [`${etcd}.own.1`]: one.certificate, [`${etcd}.own.3`]: two.certificate }, { "etcd-1": one.key }),
    [`cluster.${etcd}.own.3`, /generation not in use \(1\)/],
  ],
  [
    "authority without its key",
    own(ofEtcd),
    ["authorityKeys.etcd-1", /pulumi config set --secret --path 'authorityKeys\.etcd-1'/],
  ],
  [
    "key of another certificate",
    own(ofEtcd, { "etcd-1": two.key }),
    ["authorityKeys.etcd-1", /is not the key of the issuing certificate/],
  ],
  ["key without an authority", own({}, { "etcd-1": one.key }), ["authorityKeys.etcd-1", /unknown authority/]],
  ["keys as a text", own({}, "hunter2"), ["authorityKeys", /must be a mapping/]],
  [
    "same certificate for two authorities",
    own(
      { ...ofEtcd, "pki.authorities.frontProxy.own.1": one.certificate },
      { "etcd-1": one.key, "frontProxy-1": one.key },
    ),
    ["cluster.pki.authorities.frontProxy.own.1", /same certificate as etcd 1/],
  ],
  [
    "leaf certificates as long as a one-year authority",
    cluster({ "pki.authorityYears": 1, "pki.adminHours": 24 }),
    ["cluster.pki.leafHours", /shorter than the authority's validity/],
  ],
]);

test("problems show no part of a key", () => {
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
