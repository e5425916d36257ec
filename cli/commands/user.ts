import { Option } from "@commander-js/extra-typings";

import {
  collect,
  createCommand,
  jsonOption,
  kubeconfigOption,
  numberIn,
  rehearsalOption,
  runs,
  stackText,
} from "../command";

const load = () => require("../../operations/user/command") as typeof import("../../operations/user/command");

const outOption = () =>
  new Option("--out <file>", "path of the kubeconfig; default: ~/.kube/holdfast-<cluster>-<name>");

const cert = () =>
  createCommand("cert", {
    summary: "write a kubeconfig with a short-lived certificate",
    description:
      "Writes a kubeconfig with a short-lived certificate for a user. Run it again to renew the certificate.",
    examples: [
      ["user cert prod ada", "all groups of the user"],
      ["user cert prod ada --group on-call --hours 4", "one group, for four hours"],
      ["user cert prod ada --group break-glass", "full access, for users of access.breakGlass"],
    ],
  })
    .argument("<stack>", stackText)
    .argument("<user>", "key of access.users")
    .option("--group <group>", "only this group of the user, or the break-glass group; repeatable", collect)
    .addOption(new Option("--hours <hours>", "lifetime; default: access.certificateHours").argParser(numberIn(0)))
    .addOption(outOption())
    .addOption(kubeconfigOption())
    .addOption(rehearsalOption())
    .addOption(jsonOption())
    .action(runs((stack, user, options) => load().writeCertificateKubeconfig(stack, user, options)));

const kubeconfig = () =>
  createCommand("kubeconfig", {
    summary: "write a kubeconfig for users of an OpenID Connect issuer",
    description:
      "Writes a kubeconfig for users of an OpenID Connect issuer. It contains no secret; kubelogin opens a browser.",
    examples: [["user kubeconfig prod --oidc google", "for the issuer access.authentication.oidc.google"]],
  })
    .argument("<stack>", stackText)
    .option("--oidc <issuer>", "key of access.authentication.oidc; default: the only one")
    .addOption(outOption())
    .addOption(kubeconfigOption())
    .addOption(rehearsalOption())
    .addOption(jsonOption())
    .action(runs((stack, options) => load().writeOidcKubeconfig(stack, options)));

const can = () =>
  createCommand("can", {
    summary: "show the permissions of a user",
    description:
      "Shows the permissions of a user from the settings: each grant and where it is set. With --api, --kubeconfig or " +
      "--rehearsal, asks the API server in the user's name.",
    examples: [
      ["user can prod ada", "from the settings"],
      ["user can prod ada --api", "from the API, for the namespaces of all tenants"],
    ],
  })
    .argument("<stack>", stackText)
    .argument("<user>", "key or username of access.users")
    .option("--api", "use the API of the stack")
    .addOption(kubeconfigOption())
    .addOption(rehearsalOption())
    .addOption(jsonOption())
    .action(runs((stack, user, options) => load().printPermissions(stack, user, options)));

export const create = () =>
  createCommand("user", {
    summary: "kubeconfigs and permissions of users",
    examples: [
      ["user cert prod ada", "write a kubeconfig with a certificate"],
      ["user can prod ada", "show permissions"],
    ],
  })
    .usage("<command> [options]")
    .addCommand(cert())
    .addCommand(kubeconfig())
    .addCommand(can());
