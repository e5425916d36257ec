/** The administrator's kubeconfig, for use on the rehearsal's host. Pure. */
import { parse } from "yaml";
import { z } from "zod";
import { renderYaml } from "../../components/yaml.plan";

const kubeconfigSchema = z.looseObject({
  clusters: z.tuple([
    z.looseObject({ cluster: z.looseObject({ server: z.url(), "certificate-authority-data": z.string() }) }),
  ]),
  users: z.tuple([
    z.looseObject({ user: z.looseObject({ "client-certificate-data": z.string(), "client-key-data": z.string() }) }),
  ]),
});

/** Server and credentials of the administrator. PEM. */
export interface AdminAccess {
  readonly serverName: string;
  readonly port: number;
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** Parses a kubeconfig with exactly one cluster and one user. @throws on any other */
export function adminAccess(kubeconfig: string): AdminAccess {
  const { clusters, users } = kubeconfigSchema.parse(parse(kubeconfig));
  const server = new URL(clusters[0].cluster.server);
  return {
    serverName: server.hostname,
    port: Number(server.port === "" ? 443 : server.port),
    authority: decoded(clusters[0].cluster["certificate-authority-data"]),
    certificate: decoded(users[0].user["client-certificate-data"]),
    key: decoded(users[0].user["client-key-data"]),
  };
}

/** Replaces the server's name, which only the cluster's DNS knows, by an address. */
export function byAddress(kubeconfig: string, address: string): string {
  const config = kubeconfigSchema.parse(parse(kubeconfig));
  const { cluster } = config.clusters[0];
  const server = new URL(cluster.server);
  const { hostname } = server;
  server.hostname = address;
  cluster.server = server.toString().replace(/\/$/, "");
  cluster["tls-server-name"] = hostname;
  return renderYaml(config);
}

function decoded(base64: string): string {
  return Buffer.from(base64, "base64").toString("utf8");
}
