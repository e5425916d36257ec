import { createPublicKey, createVerify, X509Certificate } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { CertificationRequest } from "@peculiar/asn1-csr";
import { AsnConvert } from "@peculiar/asn1-schema";
import { parse } from "yaml";

import type { Kubectl } from "../../operations/kubectl";
import { fetchPermissions } from "../../operations/user/permissions";
import { requestCertificate } from "../../operations/user/certificateRequest";
import { resolveCertificateSubject, issueCertificate } from "../../operations/user/certificate";
import {
  certificateUser,
  readClusterEntry,
  oidcUser,
  renderKubeconfig,
  writePrivateFile,
} from "../../operations/user/kubeconfigFile";
import { resolveOidcIssuer } from "../../operations/user/issuers";
import { describeApiPermissions, describePermissions } from "../../operations/user/report";
import { threeLevels, withTenants } from "../components/tenancy/tenants";

const { access, tenants } = withTenants(threeLevels, {
  priorityClasses: { normal: { value: 1 }, urgent: { value: 2 } },
  access: {
    roles: {
      restarter: {
        description: "restarts what hangs",
        rules: [
          { apiGroups: ["apps"], resources: ["deployments"], verbs: ["get", "patch"] },
          { resources: ["configmaps"], resourceNames: ["flags"], verbs: ["update"] },
        ],
      },
    },
    groups: {
      shop: { name: "shop-people", grants: [{ role: "edit", tenants: ["shop"] }] },
      auditors: { grants: [{ role: "view", cluster: true }] },
    },
    people: {
      ada: {
        username: "ada@example.com",
        groups: ["shop", "auditors"],
        grants: [{ role: "restarter", tenants: ["retail"] }],
      },
      grace: {},
      oidc: { username: "google:lin" },
    },
    breakGlass: { people: ["ada"], hours: 2 },
    certificateHours: 24,
  },
});

describe("what a certificate may say", () => {
  test("is all groups of the person for as long as the settings allow, if nothing is asked", () => {
    expect(resolveCertificateSubject(access, "ada", [], undefined)).toEqual({
      username: "ada@example.com",
      groups: ["shop-people", "auditors"],
      hours: 24,
    });
  });

  test.each([
    ["by key", ["shop"], ["shop-people"], 24],
    ["by name, once", ["shop-people", "shop"], ["shop-people"], 24],
    ["an emergency's, for its hours", ["break-glass"], ["break-glass"], 2],
  ])("is a group %s", (_what, asked, groups, hours) => {
    expect(resolveCertificateSubject(access, "ada", asked, undefined)).toMatchObject({ groups, hours });
  });

  test("finds a person by the name that Kubernetes knows, too", () => {
    expect(resolveCertificateSubject(access, "ada@example.com", ["break-glass"], 0.5)).toMatchObject({ hours: 0.5 });
  });

  test.each<[string, string, string[], number | undefined, RegExp]>([
    ["nobody", "eve", [], undefined, /no eve in access.people; .*ada, grace/],
    ["a misspelt name", "adda", [], undefined, /did you mean ada/],
    ["a foreign group", "grace", ["shop"], undefined, /not in group shop .*: none/],
    ["an emergency of others", "grace", ["break-glass"], undefined, /grace may not be given break-glass: .* has ada/],
    ["a longer life", "ada", [], 25, /--hours 25 is not between 0.17 and 24/],
    ["a longer emergency", "ada", ["break-glass"], 3, /and 2,/],
    ["a life that is no number", "ada", [], Number.NaN, /--hours NaN/],
    ["less than is signed", "ada", [], 0.1, /not between/],
    ["somebody who has tokens", "oidc", [], undefined, /logs in with an issuer's token/],
  ])("is refused: %s", (_what, name, groups, hours, message) => {
    expect(() => resolveCertificateSubject(access, name, groups, hours, ["google:"])).toThrow(message);
  });
});

test("a request is signed by its own key, and names the user and the groups", () => {
  const { key, request } = requestCertificate("ada@example.com", ["shop-people", "auditors"]);
  const der = Buffer.from(request.replace(/-----[^-]+-----|\s/g, ""), "base64");
  const parsed = AsnConvert.parse(der, CertificationRequest);
  const texts = parsed.certificationRequestInfo.subject.flatMap((part) =>
    [...part].map(({ type, value }) => [type, value.utf8String]),
  );
  expect(texts).toEqual([
    ["2.5.4.10", "shop-people"],
    ["2.5.4.10", "auditors"],
    ["2.5.4.3", "ada@example.com"],
  ]);
  const signed = Buffer.from(AsnConvert.serialize(parsed.certificationRequestInfo));
  const verifier = createVerify("sha256").update(signed);
  expect(verifier.verify(createPublicKey(key), Buffer.from(parsed.signature))).toBe(true);
});

describe("issuing", () => {
  const pem = readFileSync(join(__dirname, "fixtures/certificate.pem"), "utf8");
  const wish = { username: "ada", groups: ["a"], hours: 1 };

  /** An API that answers in turn when it is asked for the request. */
  function api(...statuses: object[]): { kubectl: Kubectl; calls: string[][]; created: () => Record<string, never> } {
    const calls: string[][] = [];
    let body = "";
    const kubectl: Kubectl = (args, input = "") => {
      calls.push([...args]);
      if (args[0] === "create") body = input;
      return Promise.resolve(args[0] === "get" ? JSON.stringify({ status: statuses.shift() ?? {} }) : "");
    };
    return { kubectl, calls, created: () => JSON.parse(body) as Record<string, never> };
  }

  test("asks, approves, waits, and clears up", async () => {
    const { kubectl, calls, created } = api({}, { certificate: Buffer.from(pem).toString("base64") });
    const issued = await issueCertificate(kubectl, wish);
    expect(issued.certificate).toBe(pem);
    expect(issued.until).toEqual(new Date(new X509Certificate(pem).validTo));
    expect(issued.key).toContain("PRIVATE KEY");
    expect(calls.map(([verb]) => verb)).toEqual(["create", "certificate", "get", "get", "delete"]);
    expect(created()).toMatchObject({
      spec: { signerName: "kubernetes.io/kube-apiserver-client", expirationSeconds: 3600, usages: ["client auth"] },
    });
    expect(JSON.stringify([calls, created()])).not.toContain("PRIVATE KEY");
  });

  test.each<[string, object, RegExp]>([
    ["denied", { conditions: [{ type: "Denied", message: "no" }] }, /was denied: no/],
    ["failed", { conditions: [{ type: "Failed" }] }, /was failed: no reason given/],
    ["left alone", {}, /kube-controller-manager/],
  ])("a request that is %s is told of, and cleared up", async (_what, status, message) => {
    const { kubectl, calls } = api(status);
    await expect(issueCertificate(kubectl, wish, 0)).rejects.toThrow(message);
    expect(calls.at(-1)?.slice(0, 2)).toEqual(["delete", "csr"]);
  });
});

describe("a kubeconfig", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "holdfast-user-test-"))));
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  test("has the cluster of the caller's, and nothing of the caller", async () => {
    const view = {
      clusters: [{ name: "x", cluster: { server: "https://10.0.0.1:6443", "tls-server-name": "api.x" } }],
      users: [{ name: "admin", user: { token: "secret" } }],
    };
    const entry = await readClusterEntry(() => Promise.resolve(JSON.stringify(view)));
    const rendered = renderKubeconfig("blue", entry, "ada", certificateUser("CERT", "KEY"));
    expect(parse(rendered)).toMatchObject({
      clusters: [{ name: "blue", cluster: { server: "https://10.0.0.1:6443", "tls-server-name": "api.x" } }],
      users: [{ name: "ada", user: { "client-key-data": Buffer.from("KEY").toString("base64") } }],
      "current-context": "ada@blue",
    });
    expect(rendered).not.toContain("secret");
  });

  test("leads to the API itself, also if the caller came through a tunnel", async () => {
    const cluster = { server: "https://127.0.0.1:4711", "tls-server-name": "api.blue.example", a: 1 };
    const view = JSON.stringify({ clusters: [{ name: "x", cluster }] });
    const entry = await readClusterEntry(() => Promise.resolve(view), "https://127.0.0.1:4711");
    expect(entry).toEqual({ server: "https://api.blue.example:6443", a: 1 });
    expect(await readClusterEntry(() => Promise.resolve(view), "https://127.0.0.1:4712")).toEqual(cluster);
  });

  test("is its owner's alone, whatever was there before", () => {
    const path = join(folder, "deep", "config");
    writePrivateFile(path, "one");
    chmodSync(path, 0o644);
    writePrivateFile(path, "two");
    expect(readFileSync(path, "utf8")).toBe("two");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, "deep"))).toEqual(["config"]);
  });

  test("of an issuer has kubelogin ask for a token", () => {
    const issuer = { url: "https://id.example.com", clientId: "kubernetes", scopes: ["groups"] };
    expect(oidcUser(issuer)).toMatchObject({
      exec: {
        command: "kubectl",
        args: [
          "oidc-login",
          "get-token",
          "--oidc-issuer-url=https://id.example.com",
          "--oidc-client-id=kubernetes",
          "--oidc-extra-scope=groups",
        ],
      },
    });
  });
});

test("a person's rights are told place by place", () => {
  expect(describePermissions(access, tenants, "ada")).toEqual([
    "ada, to Kubernetes ada@example.com",
    "Groups: shop-people, auditors",
    "",
    "Where              Role       Through",
    "the whole cluster  view       group auditors",
    "retail             restarter  own grant",
    "shop               edit       group shop",
    "shop               restarter  own grant, by tenant retail above",
    "shop-front         edit       group shop, by tenant shop above",
    "shop-front         restarter  own grant, by tenant retail above",
    "",
    "view: reads everything but Secrets and who has which role",
    "restarter: restarts what hangs",
    "  get, patch: deployments (apps)",
    "  update: configmaps named flags",
    "edit: changes workloads, Services, ConfigMaps, Secrets and volumes, enters containers; changes no roles and quotas",
    "",
    "In an emergency, everything: for 2 h, by a certificate in group break-glass.",
  ]);
  expect(describePermissions(access, tenants, "grace")[3]).toMatch(/no role anywhere/);
});

test("the API's answer is told once for all namespaces in which it is the same", async () => {
  const questions: string[][] = [];
  const rules = [
    { verbs: ["get", "list"], apiGroups: [""], resources: ["pods"] },
    { verbs: ["create"], apiGroups: ["authorization.k8s.io"], resources: ["selfsubjectaccessreviews"] },
    { verbs: ["list", "get"], apiGroups: ["apps"], resources: ["deployments"] },
    { verbs: ["watch"], apiGroups: [""], resources: ["pods"] },
  ];
  const kubectl: Kubectl = (args, input = "") => {
    questions.push([...args]);
    const { spec } = JSON.parse(input) as { spec: { namespace: string } };
    const resourceRules = spec.namespace === "c" ? null : rules;
    return Promise.resolve(
      JSON.stringify({ status: { incomplete: spec.namespace === "c", resourceRules, nonResourceRules: [] } }),
    );
  };
  const answers = await fetchPermissions(kubectl, { username: "ada", groups: ["devs"] }, ["a", "b", "c"]);
  expect(questions[0]?.slice(-6)).toEqual(["--as", "ada", "--as-group", "devs", "--as-group", "system:authenticated"]);
  expect(describeApiPermissions(answers)).toEqual([
    "a, b:",
    "  get, list, watch: pods",
    "  get, list: deployments.apps",
    "",
    "c:",
    "  nothing",
    "  and perhaps more: an authorizer does not tell what it allows",
    "",
  ]);
});

describe("an issuer", () => {
  const oidc = (url: string, from: object) => ({
    url,
    audiences: ["kubernetes", "other"],
    username: { prefix: "x:", from },
    groups: { prefix: "x:", from: { claim: "groups" } },
    extra: {},
    requiredClaims: {},
    claimRules: [],
    userRules: [],
  });
  const one = { authentication: { oidc: { example: oidc("https://id.example.com", { claim: "email" }) } } } as never;
  const two = {
    authentication: {
      oidc: {
        example: oidc("https://id.example.com", { claim: "sub" }),
        second: oidc("https://id.example.net", { expression: "claims.sub" }),
      },
    },
  } as never;
  const none = { authentication: { oidc: {} } } as never;

  test("is known by its name, by its URL, or alone", () => {
    expect(resolveOidcIssuer(one, undefined)).toEqual({
      key: "example",
      url: "https://id.example.com",
      clientId: "kubernetes",
      scopes: ["email", "groups"],
    });
    expect(resolveOidcIssuer(two, "https://id.example.net")).toMatchObject({ key: "second", scopes: ["groups"] });
  });

  test("has to be named where there are two, and to exist", () => {
    expect(() => resolveOidcIssuer(two, undefined)).toThrow(/--oidc: example, second/);
    expect(() => resolveOidcIssuer(one, "exmaple")).toThrow(/did you mean example/);
    expect(() => resolveOidcIssuer(none, undefined)).toThrow(/oidc is empty/);
  });
});
