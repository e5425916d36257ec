/** Programs of the pinned versions read the files of the stacks, and refuse what the plan refuses. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { accessFiles } from "../../../components/access/apiServer.plan";
import type { OidcIssuerSpec } from "../../../components/access/authentication/settings";
import type { AuthorizationWebhookSpec } from "../../../components/access/authorization/settings";
import type { AccessSpec } from "../../../components/access/settings";
import { buildMemberBundle, buildWorkerBundle } from "../../../components/node/bundle.plan";
import { preparePrograms } from "../../../rehearsal/assets";
import { parseSettings } from "../../../stacks/settings";
import { specOf } from "../../specs";
import { cluster, problemsOf, stackConfig, stackNames } from "../../stacks/settingsSupport";
import { ApiServer } from "../access/apiServer";
import { Machine } from "./clusterFiles";
import { Readers } from "./readers";

const folder = mkdtempSync(join(tmpdir(), "holdfast-programs-"));
let readers: Readers;
let machine: Machine;
let programs: Readonly<Record<"kubernetes" | "etcd" | "containerd", string>>;

beforeAll(async () => {
  readers = await Readers.prepare();
  programs = await preparePrograms(["kubernetes", "etcd", "containerd"], () => undefined);
  machine = new Machine();
});
afterAll(() => {
  machine.remove();
  rmSync(folder, { recursive: true });
});

function write(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

function specOfStack(stack: string) {
  const parsed = parseSettings(stackConfig(stack));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.spec;
}

describe.each(stackNames)("%s", (stack) => {
  test("Kubernetes' own code accepts every file", () => {
    const files = machine.files(specOfStack(stack));
    const answers = readers.ask(files.map(({ kind, text }) => ({ kind, text })));
    const refused = files.flatMap(({ name }, index) => (answers[index]?.error === "" ? [] : [[name, answers[index]]]));
    expect(refused).toEqual([]);
    expect(files.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(["admission", "audit", "authentication", "authorization", "kubeadm", "kubelet"]),
    );
  });

  test("kubeadm validates its configuration", () => {
    const files = machine.files(specOfStack(stack)).filter(({ kind }) => kind === "kubeadm");
    expect(files.length).toBeGreaterThan(1);
    for (const [index, { text }] of files.entries()) {
      const file = write(`${stack}-${index}.yaml`, text);
      execFileSync(join(programs.kubernetes, "kubeadm"), ["config", "validate", "--config", file], { stdio: "pipe" });
    }
  });

  test("containerd reads its configuration, with every key of it", () => {
    const spec = specOfStack(stack);
    const { files } = buildWorkerBundle(spec, spec.kubernetesVersion);
    for (const name of ["nvidia", "gvisor"]) {
      const text = (files[`config/containerd-${name}.toml`] ?? "").replaceAll("%RUNTIME%", "/usr/bin/nvidia-runtime");
      write(`conf.d/${name}.toml`, text);
    }
    const main = (files["config/containerd.toml"] ?? "").replace("/etc/containerd/conf.d", join(folder, "conf.d"));
    const config = ["--config", write("containerd.toml", main)];
    const dump = execFileSync(join(programs.containerd, "containerd"), [...config, "config", "dump"], {
      encoding: "utf8",
    });
    // Keys that containerd does not know are missing.
    const keys = Object.values({ main, ...conf(files) }).flatMap((text) => [
      ...text.matchAll(/^\s*(\w+) = (['"].*|true)$/gm),
    ]);
    expect(keys.length).toBeGreaterThan(5);
    for (const [, key = "", value = ""] of keys) {
      if (value.includes("%")) continue;
      expect(dump).toMatch(
        new RegExp(
          `^\\s*${key} = ${value.replaceAll(/[$()*+.?[\\\]^{|}]/g, "\\$&").replaceAll(/['"]/g, "['\"]")}$`,
          "m",
        ),
      );
    }
  });

  test("etcd starts with its settings", async () => {
    const { files } = buildMemberBundle(specOfStack(stack));
    const { settings } = (JSON.parse(files["cluster.json"] ?? "") as { etcd: { settings: Record<string, string> } })
      .etcd;
    await expect(startEtcd(settings)).resolves.toBe("ready");
    await expect(startEtcd({ ...settings, ETCD_CIPHER_SUITES: "NONE" })).resolves.toMatch(
      /unexpected TLS cipher suite/,
    );
  });
});

const conf = (files: Readonly<Record<string, string>>) => ({
  nvidia: files["config/containerd-nvidia.toml"] ?? "",
  gvisor: files["config/containerd-gvisor.toml"] ?? "",
});

/** Runs etcd until it serves clients or ends. @returns `ready`, or its last lines. */
async function startEtcd(settings: Readonly<Record<string, string>>): Promise<string> {
  const data = mkdtempSync(join(folder, "etcd-"));
  // Ports of 0 are free ones.
  const urls = { CLIENT: "unix://localhost:0", PEER: "unix://localhost:1" };
  const child = spawn(join(programs.etcd, "etcd"), [], {
    cwd: data,
    stdio: ["ignore", "ignore", "pipe"],
    env: {
      ...settings,
      ETCD_DATA_DIR: join(data, "data"),
      ETCD_LISTEN_CLIENT_URLS: urls.CLIENT,
      ETCD_ADVERTISE_CLIENT_URLS: urls.CLIENT,
      ETCD_LISTEN_PEER_URLS: urls.PEER,
      ETCD_INITIAL_ADVERTISE_PEER_URLS: urls.PEER,
      ETCD_INITIAL_CLUSTER: `default=${urls.PEER}`,
      ETCD_UNSAFE_NO_FSYNC: "true",
    },
  });
  const lines: string[] = [];
  try {
    for await (const line of createInterface({ input: child.stderr })) {
      lines.push(line);
      if (line.includes("ready to serve client requests")) return "ready";
    }
    return lines.slice(-5).join("\n");
  } finally {
    child.kill("SIGKILL");
  }
}

/** Access settings without those that the plan checks: an issuer and an authorizer. */
const issuer = { url: "https://login.example.com", audiences: ["kubernetes"], username: { claim: "sub" } };
const authorizer = { name: "ledger", url: "https://decide.example.com" };

/** Settings that the plan and the API server both refuse, with the API server's words. */
const badIssuers: readonly (readonly [Partial<OidcIssuerSpec>, RegExp])[] = [
  [{ audiences: ["a", "a"] }, /audiences\[1\]: Duplicate value/],
  [
    { claimRules: ["a", "b"].map((message) => ({ expression: "claims.a == 1", message })) },
    /expression: Duplicate value/,
  ],
  [
    { userRules: ["a", "b"].map((message) => ({ expression: "user.uid == ''", message })) },
    /expression: Duplicate value/,
  ],
  [{ userRules: [{ expression: "user.name != 'a'", message: "a" }] }, /undefined field 'name'/],
  [{ claimRules: [{ expression: "claims.sub.nosuch()", message: "a" }] }, /undeclared reference to 'nosuch'/],
  [{ claimRules: [{ expression: "claims.sub", message: "a" }] }, /must evaluate to bool/],
  [{ claimRules: [{ expression: "claims.sub.matches('\\d')", message: "a" }] }, /Syntax error/],
  [{ username: { expression: "1" } }, /found no matching overload for '_\+_'/],
  [{ discoveryUrl: "https://login.example.com/" }, /discoveryURL must be different from URL/],
  [{ url: "https://kubernetes.default.svc.cluster.local" }, /must not overlap with disallowed issuers/],
  [{ url: "https://@login.example.com" }, /must not contain a username or password/],
  [{ url: "https://login.example.com/%zz" }, /invalid URL escape/],
  [{ extra: { "example.com/a b": "claims.a" } }, /Invalid path/],
];
const badAuthorizers: readonly (readonly [Partial<AuthorizationWebhookSpec>, RegExp])[] = [
  [{ matchConditions: ["request.namespace != 'x'"] }, /undefined field 'namespace'/],
  [{ matchConditions: ["request.user == 'a'", "request.user == 'a'"] }, /Duplicate value/],
  [{ name: "rbac" }, /Duplicate value/],
];

/** Reads one file of access settings that were changed after their checks. */
function errorOf(access: AccessSpec, name: string, kind: "authentication" | "authorization"): string {
  const [answer] = readers.ask([{ kind, text: accessFiles(access)[name] ?? "" }]);
  return answer?.error ?? "";
}

test.each(badIssuers)("issuer with %j: the API server refuses it, and the plan first", (bad, words) => {
  const { access } = specOf({ name: "blue", access: { authentication: { oidc: { corp: issuer } } } });
  const [good] = Object.values(access.authentication.oidc);
  const oidc = { corp: { ...good, ...bad } as OidcIssuerSpec };
  const changed = { ...access, authentication: { ...access.authentication, oidc } };
  expect(errorOf(access, "authentication.yaml", "authentication")).toBe("");
  expect(errorOf(changed, "authentication.yaml", "authentication")).toMatch(words);
  expect(problemsOf(cluster({ "access.authentication.oidc": { corp: { ...issuer, ...bad } } }))).not.toEqual([]);
});

test.each(badAuthorizers)("authorizer with %j: the API server refuses it, and the plan first", (bad, words) => {
  const { access } = specOf({ name: "blue", access: { authorization: { webhooks: [authorizer] } } });
  const webhooks = access.authorization.webhooks.map((webhook) => ({ ...webhook, ...bad }));
  const changed = { ...access, authorization: { ...access.authorization, webhooks } };
  expect(errorOf(changed, "authorization.yaml", "authorization")).toMatch(words);
  expect(problemsOf(cluster({ "access.authorization.webhooks": [{ ...authorizer, ...bad }] }))).toHaveLength(1);
});

test("the API server starts with texts that look like other types, and not with these unquoted", async () => {
  const access = {
    authentication: {
      oidc: {
        corp: {
          ...issuer,
          url: "https://tenant.eu.auth0.com/",
          requiredClaims: { mfa: "yes", v: "1_000" },
          claimRules: [{ expression: "claims.email_verified == true", message: "y" }],
        },
      },
    },
    authorization: { webhooks: [{ ...authorizer, name: "no", matchConditions: ["request.user != 'x'"] }] },
    admission: { podSecurity: { exemptions: { namespaces: ["no", "on"], usernames: ["null", "0X1F"] } } },
    audit: {
      rules: [{ level: "Metadata", users: ["yes"], namespaces: ["no"], resources: [{ group: "", resources: ["y"] }] }],
    },
    encryption: { keys: ["1", "2"] },
  };
  const server = await ApiServer.create();
  try {
    await server.configure(access);
    const unquoted = (text: string) => text.replaceAll('"yes"', "yes");
    await expect(server.configure(access, { "authentication.yaml": unquoted })).rejects.toThrow(
      /cannot unmarshal bool/,
    );
    const misspelled = (text: string) => text.replace("request.user !=", "request.namespace !=");
    await expect(server.configure(access, { "authorization.yaml": misspelled })).rejects.toThrow(
      /undefined field 'namespace'/,
    );
  } finally {
    await server.destroy();
  }
});

test("kubelet's reader refuses an unknown field", () => {
  const files = machine.files(specOfStack("prod"));
  const kubelet = files.find(({ kind }) => kind === "kubelet");
  const text = JSON.stringify({ ...(JSON.parse(kubelet?.text ?? "") as object), maxPodz: 1 });
  expect(readers.ask([{ kind: "kubelet", text }])[0]?.error).toMatch(/unknown field "maxPodz"/);
  const kubeadm = spawnSync(join(programs.kubernetes, "kubeadm"), [
    ...["config", "validate", "--config"],
    write("bad.yaml", (files.find(({ kind }) => kind === "kubeadm")?.text ?? "").replace("certSANs", "certSANz")),
  ]);
  expect(String(kubeadm.stderr)).toMatch(/unknown field "apiServer.certSANz"/);
});
