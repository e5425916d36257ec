import "reflect-metadata"; // required by @peculiar/x509

import { createPublicKey, X509Certificate } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Pkcs10CertificateRequest } from "@peculiar/x509";
import { parse } from "yaml";

import type { Kubectl } from "../../operations/kubectl";
import { fetchPermissions } from "../../operations/user/permissions";
import { createCertificateRequest } from "../../operations/user/certificateRequest";
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
import { builtInRoles } from "../../components/access/rbac/rbac.plan";
import { threeLevels, withTenants } from "../components/tenancy/tenants";

const { access, tenants } = withTenants(threeLevels, {
  priorityClasses: { normal: { value: 1 }, urgent: { value: 2 } },
  access: {
    roles: {
      restarter: {
        description: "restarts stuck workloads",
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
    users: {
      ada: {
        username: "ada@example.com",
        groups: ["shop", "auditors"],
        grants: [{ role: "restarter", tenants: ["retail"] }],
      },
      grace: {},
      oidc: { username: "google:lin" },
    },
    breakGlass: { users: ["ada"], hours: 2 },
    certificateHours: 24,
  },
});

describe("subject of a certificate", () => {
  test("defaults to all groups of the user and the maximum lifetime", () => {
    expect(resolveCertificateSubject(access, "ada", [], undefined)).toEqual({
      username: "ada@example.com",
      groups: ["shop-people", "auditors"],
      hours: 24,
    });
  });

  test.each([
    ["by key", ["shop"], ["shop-people"], 24],
    ["by name, once", ["shop-people", "shop"], ["shop-people"], 24],
    ["break-glass, with its lifetime", ["break-glass"], ["break-glass"], 2],
  ])("group %s", (_case, requested, groups, hours) => {
    expect(resolveCertificateSubject(access, "ada", requested, undefined)).toMatchObject({ groups, hours });
  });

  test("finds a user by username", () => {
    expect(resolveCertificateSubject(access, "ada@example.com", ["break-glass"], 0.5)).toMatchObject({ hours: 0.5 });
  });

  test.each<[string, string, string[], number | undefined, RegExp]>([
    ["an unknown user", "eve", [], undefined, /access.users has no eve; .*ada, grace/],
    ["a misspelled name", "adda", [], undefined, /did you mean ada/],
    ["a group of other users", "grace", ["shop"], undefined, /not in group shop .*: none/],
    [
      "break-glass without permission",
      "grace",
      ["break-glass"],
      undefined,
      /grace is not allowed to use break-glass .*: ada/,
    ],
    ["too long a lifetime", "ada", [], 25, /--hours 25 must be between 0.17 and 24/],
    ["too long a break-glass lifetime", "ada", ["break-glass"], 3, /and 2 /],
    ["a lifetime that is not a number", "ada", [], Number.NaN, /--hours NaN/],
    ["a lifetime below the minimum of Kubernetes", "ada", [], 0.1, /must be between/],
    ["a user of an OpenID Connect issuer", "oidc", [], undefined, /logs in with an issuer's token/],
  ])("refused: %s", (_case, name, groups, hours, message) => {
    expect(() => resolveCertificateSubject(access, name, groups, hours, ["google:"])).toThrow(message);
  });
});

test("a certificate request is signed by its own key and carries username and groups", async () => {
  const { key, request } = await createCertificateRequest("ada@example.com", ["shop-people", "auditors"]);
  const parsed = new Pkcs10CertificateRequest(request);
  expect(parsed.subject).toBe("O=shop-people, O=auditors, CN=ada@example.com");
  const publicKey = createPublicKey(key).export({ type: "spki", format: "der" });
  expect(publicKey.equals(Buffer.from(parsed.publicKey.rawData))).toBe(true);
  expect(await parsed.verify()).toBe(true);
});

describe("issuing a certificate", () => {
  const pem = readFileSync(join(__dirname, "fixtures/certificate.pem"), "utf8");
  const subject = { username: "ada", groups: ["a"], hours: 1 };

  /** Fake API that returns these statuses of the request, one per query. */
  function fakeApi(...statuses: object[]): {
    kubectl: Kubectl;
    calls: string[][];
    created: () => Record<string, never>;
  } {
    const calls: string[][] = [];
    let body = "";
    const kubectl: Kubectl = (args, input = "") => {
      calls.push([...args]);
      if (args[0] === "create") body = input;
      return Promise.resolve(args[0] === "get" ? JSON.stringify({ status: statuses.shift() ?? {} }) : "");
    };
    return { kubectl, calls, created: () => JSON.parse(body) as Record<string, never> };
  }

  test("creates, approves, waits for and deletes the request", async () => {
    const { kubectl, calls, created } = fakeApi({}, { certificate: Buffer.from(pem).toString("base64") });
    const issued = await issueCertificate(kubectl, subject);
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
    ["denied", { conditions: [{ type: "Denied", message: "no" }] }, /: denied: no/],
    ["failed", { conditions: [{ type: "Failed" }] }, /: failed: no reason given/],
    ["not signed", {}, /was not signed; .*kube-controller-manager/],
  ])("a request that is %s rejects and is deleted", async (_case, status, message) => {
    const { kubectl, calls } = fakeApi(status);
    await expect(issueCertificate(kubectl, subject, 0)).rejects.toThrow(message);
    expect(calls.at(-1)?.slice(0, 2)).toEqual(["delete", "csr"]);
  });
});

describe("kubeconfig", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "holdfast-user-test-"))));
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  test("has the cluster of the caller's kubeconfig without the caller's credentials", async () => {
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

  test("has mode 0600 even if the old file was readable", () => {
    const path = join(folder, "deep", "config");
    writePrivateFile(path, "one");
    chmodSync(path, 0o644);
    writePrivateFile(path, "two");
    expect(readFileSync(path, "utf8")).toBe("two");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, "deep"))).toEqual(["config"]);
  });

  test("of an issuer runs kubelogin", () => {
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

test("permissions from the settings are listed by namespace", () => {
  expect(describePermissions(access, tenants, "ada")).toEqual([
    "ada, Kubernetes username ada@example.com",
    "Groups: shop-people, auditors",
    "",
    "Namespace   Role       Granted by",
    "(cluster)   view       group auditors",
    "retail      restarter  own grant",
    "shop        edit       group shop",
    "shop        restarter  own grant, inherited from tenant retail",
    "shop-front  edit       group shop, inherited from tenant shop",
    "shop-front  restarter  own grant, inherited from tenant retail",
    "",
    `view: ${builtInRoles.view ?? ""}`,
    "restarter: restarts stuck workloads",
    "  get, patch: deployments (apps)",
    "  update: configmaps named flags",
    `edit: ${builtInRoles.edit ?? ""}`,
    "",
    "Break-glass: full access for 2 h with a certificate in group break-glass.",
  ]);
  expect(describePermissions(access, tenants, "grace")[3]).toMatch(/^No roles/);
});

test("permissions from the API group namespaces with the same permissions", async () => {
  const requests: string[][] = [];
  const rules = [
    { verbs: ["get", "list"], apiGroups: [""], resources: ["pods"] },
    { verbs: ["create"], apiGroups: ["authorization.k8s.io"], resources: ["selfsubjectaccessreviews"] },
    { verbs: ["list", "get"], apiGroups: ["apps"], resources: ["deployments"] },
    { verbs: ["watch"], apiGroups: [""], resources: ["pods"] },
  ];
  const kubectl: Kubectl = (args, input = "") => {
    requests.push([...args]);
    const { spec } = JSON.parse(input) as { spec: { namespace: string } };
    const resourceRules = spec.namespace === "c" ? null : rules;
    return Promise.resolve(
      JSON.stringify({ status: { incomplete: spec.namespace === "c", resourceRules, nonResourceRules: [] } }),
    );
  };
  const answers = await fetchPermissions(kubectl, { username: "ada", groups: ["devs"] }, ["a", "b", "c"]);
  expect(requests[0]?.slice(-6)).toEqual(["--as", "ada", "--as-group", "devs", "--as-group", "system:authenticated"]);
  expect(describeApiPermissions(answers)).toEqual([
    "a, b:",
    "  get, list, watch: pods",
    "  get, list: deployments.apps",
    "",
    "c:",
    "  no permissions",
    "  incomplete: an authorizer cannot list its rules",
    "",
  ]);
});

describe("OpenID Connect issuer", () => {
  const oidc = (url: string, username: object) => ({
    url,
    audiences: ["kubernetes", "other"],
    username: { prefix: "x:", ...username },
    groups: { prefix: "x:", claim: "groups" },
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

  test("resolves by key, by URL, or as the only one", () => {
    expect(resolveOidcIssuer(one, undefined)).toEqual({
      key: "example",
      url: "https://id.example.com",
      clientId: "kubernetes",
      scopes: ["email", "groups"],
    });
    expect(resolveOidcIssuer(two, "https://id.example.net")).toMatchObject({ key: "second", scopes: ["groups"] });
  });

  test("must be specified if there are several, and must exist", () => {
    expect(() => resolveOidcIssuer(two, undefined)).toThrow(/--oidc: example, second/);
    expect(() => resolveOidcIssuer(one, "exmaple")).toThrow(/did you mean example/);
    expect(() => resolveOidcIssuer(none, undefined)).toThrow(/oidc is empty; add an issuer/);
  });
});
