/** `npm run user`: how people get at the cluster, and what they may do there. */

import { parseArgs } from "node:util";

import { groupNames } from "../../components/access/people";
import { tunnelVariable } from "../../components/platform/apiTunnel";
import { describeTime } from "../etcd/listing";
import { specOf } from "../stack";
import { askApi } from "./ask";
import { certificateWish, issueCertificate, knownPerson } from "./issue";
import { certificateUser, clusterEntry, oidcUser, renderUserConfig, usualPath, writePrivately } from "./kubeconfigFile";
import { withKubectl } from "./kubectl";
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

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    api: { type: "boolean", default: false },
    group: { type: "string", multiple: true, default: [] },
    help: { type: "boolean", short: "h" },
    hours: { type: "string" },
    kubeconfig: { type: "string" },
    oidc: { type: "string" },
    out: { type: "string" },
    rehearsal: { type: "string" },
  },
});

async function main(): Promise<number> {
  const [command = "", stack, name, ...more] = positionals;
  const right =
    more.length === 0 && (command === "kubeconfig" ? name === undefined : ["cert", "can"].includes(command) && name);
  if (values.help === true || stack === undefined || right === false || right === "" || right === undefined) {
    (values.help === true ? process.stdout : process.stderr).write(usage);
    return values.help === true ? 0 : 2;
  }
  switch (command) {
    case "cert":
      return certificate(stack, name ?? "");
    case "kubeconfig":
      return oidcKubeconfig(stack);
    default:
      return can(stack, name ?? "");
  }
}

const options = (stack: string) => ({ stack, kubeconfig: values.kubeconfig, rehearsal: values.rehearsal });

async function certificate(stack: string, name: string): Promise<number> {
  const { name: cluster, access } = specOf(stack);
  const hours = values.hours === undefined ? undefined : Number(values.hours);
  const wish = certificateWish(access, name, values.group, hours, usernamePrefixes(access));
  const person = knownPerson(access, name);
  const path = values.out ?? usualPath(cluster, person);
  const until = await withKubectl(options(stack), async (kubectl) => {
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

async function oidcKubeconfig(stack: string): Promise<number> {
  const { name: cluster, access } = specOf(stack);
  const { key, ...issuer } = oidcIssuer(access, values.oidc);
  const path = values.out ?? usualPath(cluster, key);
  const entry = await withKubectl(options(stack), (kubectl) => clusterEntry(kubectl, process.env[tunnelVariable]));
  writePrivately(path, renderUserConfig(cluster, entry, key, oidcUser(issuer)));
  return tell([
    `${path}: whoever logs in at ${issuer.url}`,
    "It needs kubelogin (kubectl krew install oidc-login), which opens a browser.",
  ]);
}

async function can(stack: string, name: string): Promise<number> {
  const { access, tenants } = specOf(stack);
  const person = knownPerson(access, name);
  if (!values.api && values.kubeconfig === undefined && values.rehearsal === undefined) {
    return tell(describePermissions(access, tenants, person));
  }
  const who = { username: access.people[person]?.username ?? person, groups: groupNames(access, person) };
  const namespaces = ["default", "kube-system", ...Object.keys(tenants)];
  const answers = await withKubectl(options(stack), (kubectl) => askApi(kubectl, who, namespaces));
  return tell(describeAnswers(answers));
}

function tell(lines: readonly string[]): number {
  process.stdout.write(`${lines.join("\n")}\n`);
  return 0;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
