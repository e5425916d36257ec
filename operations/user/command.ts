/** `holdfast user`: kubeconfigs and permissions of users. */
import { printJson, printLines } from "../../cli/program";
import { groupNames, permissionsOf } from "../../components/access/rbac/rbac.plan";
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

interface ApiAccess {
  readonly kubeconfig?: string | undefined;
  readonly rehearsal?: string | undefined;
  readonly json?: boolean | undefined;
}

interface FileOptions extends ApiAccess {
  readonly out?: string | undefined;
}

interface CertificateOptions extends FileOptions {
  readonly group?: readonly string[] | undefined;
  readonly hours?: number | undefined;
}

export async function writeCertificateKubeconfig(
  stack: string,
  name: string,
  options: CertificateOptions,
): Promise<number> {
  const { name: cluster, access } = readClusterSpec(stack);
  const { group = [], hours, json } = options;
  const subject = resolveCertificateSubject(access, name, group, hours, usernamePrefixes(access));
  const user = resolveUser(access, name);
  const path = options.out ?? defaultPath(cluster, user);
  const until = await withKubectl({ ...options, stack }, async (kubectl) => {
    const entry = await readClusterEntry(kubectl);
    const issued = await issueCertificate(kubectl, subject);
    const credentials = certificateUser(issued.certificate, issued.key);
    writePrivateFile(path, renderKubeconfig(cluster, entry, user, credentials));
    return issued.until;
  });
  if (json === true) return printJson({ file: path, username: subject.username, groups: subject.groups, until });
  const groups = subject.groups.length === 0 ? "no groups" : `groups ${subject.groups.join(", ")}`;
  return printLines([
    `${path}: user ${subject.username}, ${groups}, valid until ${describeTime(until)}`,
    `KUBECONFIG=${path} kubectl auth whoami`,
    "Run the same command again to renew the certificate.",
  ]);
}

export async function writeOidcKubeconfig(
  stack: string,
  options: FileOptions & { readonly oidc?: string | undefined },
): Promise<number> {
  const { name: cluster, access } = readClusterSpec(stack);
  const { key, ...issuer } = resolveOidcIssuer(access, options.oidc);
  const path = options.out ?? defaultPath(cluster, key);
  const entry = await withKubectl({ ...options, stack }, readClusterEntry);
  writePrivateFile(path, renderKubeconfig(cluster, entry, key, oidcUser(issuer)));
  if (options.json === true) return printJson({ file: path, issuer: issuer.url });
  return printLines([
    `${path}: login at ${issuer.url}`,
    "Requires kubelogin (kubectl krew install oidc-login), which opens a browser.",
  ]);
}

/** @param name key or username of `access.users` */
export async function printPermissions(
  stack: string,
  name: string,
  options: ApiAccess & { readonly api?: boolean | undefined },
): Promise<number> {
  const { access, tenants } = readClusterSpec(stack);
  const user = resolveUser(access, name);
  if (options.api !== true && options.kubeconfig === undefined && options.rehearsal === undefined) {
    if (options.json === true) return printJson(permissionsOf(access, tenants, user));
    return printLines(describePermissions(access, tenants, user));
  }
  const impersonated = { username: access.users[user]?.username ?? user, groups: groupNames(access, user) };
  const namespaces = ["default", "kube-system", ...Object.keys(tenants)];
  const permissions = await withKubectl({ ...options, stack }, (kubectl) =>
    fetchPermissions(kubectl, impersonated, namespaces),
  );
  return options.json === true ? printJson(permissions) : printLines(describeApiPermissions(permissions));
}
