/** etcd: benchmark section 2. Pure. */
import { type CisCheck, onMachines } from "./check";
import { equals, etcdSettings, isSet, orUnset, type Wanted } from "./values";

type Row = readonly [id: string, title: string, wanted: Readonly<Record<string, Wanted>>];

const rows: readonly Row[] = [
  ["2.1", "Serving certificate", { "cert-file": isSet, "key-file": isSet }],
  ["2.2", "Clients need a certificate", { "client-cert-auth": equals("true") }],
  ["2.3", "No self-signed certificates for clients", { "auto-tls": orUnset(equals("false")) }],
  ["2.4", "Certificate for other members", { "peer-cert-file": isSet, "peer-key-file": isSet }],
  ["2.5", "Members need a certificate", { "peer-client-cert-auth": equals("true") }],
  ["2.6", "No self-signed certificates for members", { "peer-auto-tls": orUnset(equals("false")) }],
];

export const etcdChecks: readonly CisCheck[] = [
  ...rows.map(([id, title, wanted]): CisCheck => {
    return {
      ...{ id, title, automated: true, find: etcdSettings(wanted) },
      answer: "Always set, in `/etc/etcd/etcd.env`.",
      fix: "Restart `holdfast-node.service` on the member, which writes the file again.",
    };
  }),
  {
    ...{ id: "2.7", title: "Authority of its own", automated: false },
    answer: "The authority `etcd` signs only certificates of etcd ([pki.md](pki.md)).",
    fix: "Give `pki.authorities.etcd` an authority that signs nothing else.",
    find: onMachines("etcd", ({ processes }) =>
      processes
        .filter(({ program }) => program === "etcd")
        .flatMap(({ environment }) => {
          const file = environment.findLast((line) => line.startsWith("ETCD_TRUSTED_CA_FILE="))?.split("=")[1];
          return file?.startsWith("/etc/etcd/pki/") === true ? [] : [`etcd trusts ${file ?? "no authority"}`];
        }),
    ),
  },
];
