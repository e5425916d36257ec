/** `npm run user`: how people get at the cluster, and what they may do there. */

import { UsageError, runProgram, tell } from "../../cli/program";
import type { Arguments, Options } from "../../cli/program";
import { groupNames } from "../../components/access/rbac/rbac.plan";
import { tunnelVariable } from "../../components/api/apiTunnel.plan";
import { describeTime } from "../etcd/listing";
import { specOf } from "../stack";
import { askApi } from "./ask";
import { certificateWish, issueCertificate, knownPerson } from "./issue";
import { certificateUser, clusterEntry, oidcUser, renderUserConfig, usualPath, writePrivately } from "./kubeconfigFile";
import { withKubectl } from "../kubectl";
import { oidcIssuer, usernamePrefixes } from "./issuers";
import { describeAnswers, describePermissions } from "./report";

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
  const { name: cluster, access } = specOf(stack);
  const hours = values.hours === undefined ? undefined : Number(values.hours);
  const wish = certificateWish(access, name, values.group, hours, usernamePrefixes(access));
  const person = knownPerson(access, name);
  const path = values.out ?? usualPath(cluster, person);
  const until = await withKubectl({ ...values, stack }, async (kubectl) => {
    const entry = await clusterEntry(kubectl, process.env[tunnelVariable]);
    const issued = await issueCertificate(kubectl, wish);
    const credentials = certificateUser(issued.certificate, issued.key);
    writePrivately(path, renderUserConfig(cluster, entry, person, credentials));
    return issued.until;
  });
  return tell([
    `${path}: ${wish.username}, ${wish.groups.length === 0 ? "in no group" : `in ${wish.groups.join(", ")}`}, until ${describeTime(until)}`,
    `KUBECONFIG=${path} kubectl auth whoami`,
    "The same command renews it.",
  ]);
}

async function oidcKubeconfig(stack: string, values: Values): Promise<number> {
  const { name: cluster, access } = specOf(stack);
  const { key, ...issuer } = oidcIssuer(access, values.oidc);
  const path = values.out ?? usualPath(cluster, key);
  const entry = await withKubectl({ ...values, stack }, (kubectl) =>
    clusterEntry(kubectl, process.env[tunnelVariable]),
  );
  writePrivately(path, renderUserConfig(cluster, entry, key, oidcUser(issuer)));
  return tell([
    `${path}: whoever logs in at ${issuer.url}`,
    "It needs kubelogin (kubectl krew install oidc-login), which opens a browser.",
  ]);
}

async function can(stack: string, name: string, values: Values): Promise<number> {
  const { access, tenants } = specOf(stack);
  const person = knownPerson(access, name);
  if (!values.api && values.kubeconfig === undefined && values.rehearsal === undefined) {
    return tell(describePermissions(access, tenants, person));
  }
  const who = { username: access.people[person]?.username ?? person, groups: groupNames(access, person) };
  const namespaces = ["default", "kube-system", ...Object.keys(tenants)];
  const answers = await withKubectl({ ...values, stack }, (kubectl) => askApi(kubectl, who, namespaces));
  return tell(describeAnswers(answers));
}

runProgram({ usage, options }, main);
