/** Tenants, users and roles of the staging stack on a test's API server, and `holdfast user` for it. */
import { execFile, execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { plannedObjects, dependencyWaves } from "../../../rehearsal/kubernetes/plannedObjects";
import { planStack } from "../../../plan/planStack";
import { ApiServer, type Subject, programs } from "./apiServer";
import { Controllers, writeKubeconfig } from "./controllers";

const run = promisify(execFile);
const repository = join(__dirname, "../../..");

export class StagingApi {
  private constructor(
    readonly server: ApiServer,
    private readonly controllers: Controllers,
    private readonly programs: string,
    private readonly adminConfig: string,
  ) {}

  /** Starts an API server and controllers, and applies the plan's objects for tenancy and access. */
  static async start(): Promise<StagingApi> {
    const server = await ApiServer.create();
    await server.configure({});
    const { kubernetes } = await programs();
    const { certificate } = server.admin;
    if (certificate === undefined) throw new Error("the administrator has no certificate");
    const adminConfig = writeKubeconfig(server, "admin", certificate);
    const api = new StagingApi(server, Controllers.start(server, kubernetes), kubernetes, adminConfig);
    try {
      await api.applyPlan();
      await server.waitFor(60, "quotas", async () => {
        const { body } = await server.request(server.admin, "GET", "/api/v1/resourcequotas");
        const { items } = body as { items: { status?: { hard?: object } }[] };
        return items.length > 10 && items.every(({ status }) => status?.hard !== undefined);
      });
    } catch (error) {
      // Jest waits for processes that a test leaves behind.
      await api.stop();
      throw error;
    }
    return api;
  }

  private async applyPlan(): Promise<void> {
    const { resources } = await planStack("staging");
    const ours = resources.filter(({ urn }) => /holdfast:index:(Tenancy|Roles)\$/.test(urn));
    const known = new Set(ours.map(({ urn }) => urn));
    const between = resources.filter(({ type }) => !type.startsWith("kubernetes:"));
    const objects = plannedObjects({ resources: [...between, ...ours] });
    for (const wave of dependencyWaves(
      objects.map((each) => ({ ...each, after: each.after.filter((urn) => known.has(urn)) })),
    )) {
      const items = wave.map(({ manifest }) => manifest);
      execFileSync(this.tool("kubectl"), this.asAdmin("apply", "--server-side", "--force-conflicts", "-f", "-"), {
        input: JSON.stringify({ apiVersion: "v1", kind: "List", items }),
        stdio: ["pipe", "ignore", "pipe"],
      });
    }
  }

  private tool(name: string): string {
    return join(this.programs, name);
  }

  private asAdmin(...args: string[]): string[] {
    return ["--kubeconfig", this.adminConfig, ...args];
  }

  /** Runs kubectl; without a kubeconfig as the administrator. */
  async kubectl(kubeconfig: string | undefined, ...args: string[]): Promise<string> {
    const { stdout } = await run(this.tool("kubectl"), ["--kubeconfig", kubeconfig ?? this.adminConfig, ...args]);
    return stdout;
  }

  /** Runs `holdfast user` with the administrator's kubeconfig. */
  async user(...args: string[]): Promise<string> {
    const { stdout } = await run(process.execPath, ["cli/holdfast.cjs", "user", ...args, ...this.asAdmin()], {
      cwd: repository,
      env: { ...process.env, PATH: `${this.programs}:${process.env.PATH ?? ""}` },
    });
    return stdout;
  }

  /** Issues a certificate with `npx holdfast user cert`. */
  async issueCertificate(user: string, ...groups: string[]): Promise<Subject> {
    const out = this.server.path(`kubeconfigs/${[user, ...groups].join("-")}`);
    await this.user("cert", "staging", user, ...groups.flatMap((group) => ["--group", group]), "--out", out);
    const credentials = readCredentials(out);
    const file = (key: string): string => {
      const path = `${out}.${key}`;
      writeFileSync(path, Buffer.from(credentials[key] ?? "", "base64"), { mode: 0o600 });
      return path;
    };
    return { certificate: { certificate: file("client-certificate-data"), key: file("client-key-data") } };
  }

  /** Creates a token of a ServiceAccount. */
  async serviceAccount(namespace: string, name: string): Promise<Subject> {
    const request = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 3600 } };
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
    const { body } = await this.server.request(this.server.admin, "POST", path, request);
    return { headers: { authorization: `Bearer ${(body as { status: { token: string } }).status.token}` } };
  }

  async stop(): Promise<void> {
    await this.controllers.stop();
    await this.server.destroy();
  }
}

/** Credentials in a kubeconfig with one user. */
export function readCredentials(kubeconfig: string): Record<string, string> {
  const { users } = parse(readFileSync(kubeconfig, "utf8")) as { users: { user: Record<string, string> }[] };
  return users[0]?.user ?? {};
}
