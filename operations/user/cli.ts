/** `npm run user`: kubeconfigs and permissions of users. */
import { type Arguments, type Options, UsageError, printLines, runProgram } from "../../cli/program";
import { groupNames } from "../../components/access/rbac/rbac.plan";
import { describeTime } from "../etcd/backups";
import { withKubectl } from "../kubectl";
import { readClusterSpec } from "../stack";
import { issueCertificate, resolveCertificateSubject, resolveUser } from "./certificate";
import { resolveOidcIssuer, usernamePrefixes } from "./issuers";
import {
  certificateUser,
  defaultPath,
  oidcUser,
  readClusterEntry,
  renderKubeconfig,
  writePrivateFile,
} from "./kubeconfigFile";
import { fetchPermissions } from "./permissions";
import { describeApiPermissions, describePermissions } from "./report";

const usage = `npm run user -- <command> <stack> [name] [options]

  cert <stack> <name>          writes a kubeconfig with a short-lived certificate; run it again to renew the certificate
  kubeconfig <stack>           writes a kubeconfig for users of an OpenID Connect issuer; it contains no secret
  can <stack> <name>           shows the permissions of a user, from the settings; from the API with one of the last
                               three options

  --group <group>       cert: only this group of the user, or the break-glass group; repeatable
  --hours <hours>       cert: lifetime; default: access.certificateHours
  --oidc <issuer>       kubeconfig: a key of access.authentication.oidc
  --out <file>          path of the kubeconfig; default: ~/.kube/holdfast-<cluster>-<name>
  --api                 can: use the API of the stack
  --kubeconfig <file>   use this kubeconfig instead of the stack output
  --rehearsal <id>      use a running rehearsal
`;

const options = {
  api: { type: "boolean", default: false },
  group: { type: "string", multiple: true, default: [] },
  hours: { type: "string" },
  kubeconfig: { type: "string" },
  oidc: { type: "string" },
  out: { type: "string" },
  rehearsal: { type: "string" },
} satisfies Options;

type Values = Arguments<typeof options>["values"];

async function main({ values, positionals }: Arguments<typeof options>): Promise<number> {
  const [command = "", stack = "", name = ""] = positionals;
  const named = positionals.length === 3 && name !== "";
  if (command === "cert" && named) return writeCertificateKubeconfig(stack, name, values);
  if (command === "can" && named) return printPermissions(stack, name, values);
  if (command === "kubeconfig" && positionals.length === 2) return writeOidcKubeconfig(stack, values);
  throw new UsageError("specify a command, a stack and, for cert and can, a user");
}

async function writeCertificateKubeconfig(stack: string, name: string, values: Values): Promise<number> {
  const { name: cluster, access } = readClusterSpec(stack);
  const hours = values.hours === undefined ? undefined : Number(values.hours);
  const subject = resolveCertificateSubject(access, name, values.group, hours, usernamePrefixes(access));
  const user = resolveUser(access, name);
  const path = values.out ?? defaultPath(cluster, user);
  const until = await withKubectl({ ...values, stack }, async (kubectl) => {
    const entry = await readClusterEntry(kubectl);
    const issued = await issueCertificate(kubectl, subject);
    const credentials = certificateUser(issued.certificate, issued.key);
    writePrivateFile(path, renderKubeconfig(cluster, entry, user, credentials));
    return issued.until;
  });
  const groups = subject.groups.length === 0 ? "no groups" : `groups ${subject.groups.join(", ")}`;
  return printLines([
    `${path}: user ${subject.username}, ${groups}, valid until ${describeTime(until)}`,
    `KUBECONFIG=${path} kubectl auth whoami`,
    "Run the same command again to renew the certificate.",
  ]);
}

async function writeOidcKubeconfig(stack: string, values: Values): Promise<number> {
  const { name: cluster, access } = readClusterSpec(stack);
  const { key, ...issuer } = resolveOidcIssuer(access, values.oidc);
  const path = values.out ?? defaultPath(cluster, key);
  const entry = await withKubectl({ ...values, stack }, readClusterEntry);
  writePrivateFile(path, renderKubeconfig(cluster, entry, key, oidcUser(issuer)));
  return printLines([
    `${path}: login at ${issuer.url}`,
    "Requires kubelogin (kubectl krew install oidc-login), which opens a browser.",
  ]);
}

async function printPermissions(stack: string, name: string, values: Values): Promise<number> {
  const { access, tenants } = readClusterSpec(stack);
  const user = resolveUser(access, name);
  if (!values.api && values.kubeconfig === undefined && values.rehearsal === undefined) {
    return printLines(describePermissions(access, tenants, user));
  }
  const impersonated = { username: access.users[user]?.username ?? user, groups: groupNames(access, user) };
  const namespaces = ["default", "kube-system", ...Object.keys(tenants)];
  const permissions = await withKubectl({ ...values, stack }, (kubectl) =>
    fetchPermissions(kubectl, impersonated, namespaces),
  );
  return printLines(describeApiPermissions(permissions));
}

runProgram({ usage, options }, main);
