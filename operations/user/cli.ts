/** `npm run user`: how people get at the cluster, and what they may do there. */

import { UsageError, runProgram, printLines } from "../../cli/program";
import type { Arguments, Options } from "../../cli/program";
import { groupNames } from "../../components/access/rbac/rbac.plan";
import { tunnelVariable } from "../../components/api/apiTunnel.plan";
import { describeTime } from "../etcd/backups";
import { readClusterSpec } from "../stack";
import { fetchPermissions } from "./permissions";
import { resolveCertificateSubject, issueCertificate, resolvePerson } from "./certificate";
import {
  certificateUser,
  readClusterEntry,
  oidcUser,
  renderKubeconfig,
  defaultPath,
  writePrivateFile,
} from "./kubeconfigFile";
import { withKubectl } from "../kubectl";
import { resolveOidcIssuer, usernamePrefixes } from "./issuers";
import { describeApiPermissions, describePermissions } from "./report";

const usage = `npm run user -- <command> <stack> [name] [options]

  cert <stack> <name>          a kubeconfig with a certificate of short life; the same again renews it
  kubeconfig <stack>           a kubeconfig for people of an OpenID Connect issuer; nothing secret is in it
  can <stack> <name>           what somebody may do, by the settings; by the API, where one of the last three is given

  --group <group>       cert: in this group of the person's, or in that for emergencies; more than one as often
  --hours <hours>       cert: life; by default as long as access.certificateHours allows
  --oidc <issuer>       kubeconfig: a name of access.authentication.oidc
  --out <file>          where the kubeconfig goes; by default ~/.kube/holdfast-<cluster>-<name>
  --api                 can: asks the API of the stack
  --kubeconfig <file>   the caller's own kubeconfig, in place of the stack's output
  --rehearsal <id>      a running rehearsal
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
  if (command === "cert" && named) return certificate(stack, name, values);
  if (command === "can" && named) return can(stack, name, values);
  if (command === "kubeconfig" && positionals.length === 2) return oidcKubeconfig(stack, values);
  throw new UsageError("name a command and what it is about");
}

async function certificate(stack: string, name: string, values: Values): Promise<number> {
  const { name: cluster, access } = readClusterSpec(stack);
  const hours = values.hours === undefined ? undefined : Number(values.hours);
  const wish = resolveCertificateSubject(access, name, values.group, hours, usernamePrefixes(access));
  const person = resolvePerson(access, name);
  const path = values.out ?? defaultPath(cluster, person);
  const until = await withKubectl({ ...values, stack }, async (kubectl) => {
    const entry = await readClusterEntry(kubectl, process.env[tunnelVariable]);
    const issued = await issueCertificate(kubectl, wish);
    const credentials = certificateUser(issued.certificate, issued.key);
    writePrivateFile(path, renderKubeconfig(cluster, entry, person, credentials));
    return issued.until;
  });
  return printLines([
    `${path}: ${wish.username}, ${wish.groups.length === 0 ? "in no group" : `in ${wish.groups.join(", ")}`}, until ${describeTime(until)}`,
    `KUBECONFIG=${path} kubectl auth whoami`,
    "The same command renews it.",
  ]);
}

async function oidcKubeconfig(stack: string, values: Values): Promise<number> {
  const { name: cluster, access } = readClusterSpec(stack);
  const { key, ...issuer } = resolveOidcIssuer(access, values.oidc);
  const path = values.out ?? defaultPath(cluster, key);
  const entry = await withKubectl({ ...values, stack }, (kubectl) =>
    readClusterEntry(kubectl, process.env[tunnelVariable]),
  );
  writePrivateFile(path, renderKubeconfig(cluster, entry, key, oidcUser(issuer)));
  return printLines([
    `${path}: whoever logs in at ${issuer.url}`,
    "It needs kubelogin (kubectl krew install oidc-login), which opens a browser.",
  ]);
}

async function can(stack: string, name: string, values: Values): Promise<number> {
  const { access, tenants } = readClusterSpec(stack);
  const person = resolvePerson(access, name);
  if (!values.api && values.kubeconfig === undefined && values.rehearsal === undefined) {
    return printLines(describePermissions(access, tenants, person));
  }
  const who = { username: access.people[person]?.username ?? person, groups: groupNames(access, person) };
  const namespaces = ["default", "kube-system", ...Object.keys(tenants)];
  const answers = await withKubectl({ ...values, stack }, (kubectl) => fetchPermissions(kubectl, who, namespaces));
  return printLines(describeApiPermissions(answers));
}

runProgram({ usage, options }, main);
