import type { z } from "zod";
import { accessSchema } from "./access/settings";
import { flag, mapping, text, textMap } from "./settings/fields";
import { alarmsSchema, etcdSchema } from "./etcd/settings";
import { controlPlaneSchema, nodesSchema } from "./machines/settings";
import { apiSchema, networkSchema } from "./network/settings";
import { pkiSchema } from "./pki/settings";
import { platformSchema } from "./addons/settings";
import { priorityClassesSchema, tenantsSchema } from "./tenancy/settings";
import { workersSchema } from "./workers/settings";
import { scaleSchema } from "./scale/settings";
import { dnsNameRule, labelRule, tagKeyRule, tagValueRule, versionRule } from "./settings/textRules";

/**
 * The `cluster` settings of a stack file, field by field. What concerns several fields is in checks*.ts, what is
 * derived from them in clusterSettings.ts.
 */
export const clusterSchema = mapping({
  // 20 characters leave room for `-api-public` in the 32 that a load balancer's name may have.
  name: text(labelRule(20), { description: "Name of the cluster, part of every AWS name: at most 20 characters." }),
  domain: text(dnsNameRule, {
    description: "Private DNS zone of the cluster; the API is `api.<domain>`.",
    defaultIs: "`<name>.holdfast.internal`",
  }).optional(),
  kubernetesVersion: text(versionRule, {
    description: "Kubernetes version; the versions of etcd, containerd and the others follow from it.",
    defaultIs: "the newest supported",
  }).optional(),
  scale: scaleSchema,
  protect: flag({
    description:
      "Production: data and keys are protected from deletion, and a zone must not be able to take the quorum with it.",
  }).default(true),
  tags: textMap(tagKeyRule, tagValueRule, { description: "Tags for every AWS resource; at most 40." }),
  network: networkSchema,
  api: apiSchema,
  pki: pkiSchema,
  access: accessSchema,
  etcd: etcdSchema,
  alarms: alarmsSchema,
  controlPlane: controlPlaneSchema,
  nodes: nodesSchema,
  workers: workersSchema,
  tenants: tenantsSchema,
  priorityClasses: priorityClassesSchema,
  platform: platformSchema,
});

/** The settings after parsing: constants filled in, nothing derived yet. */
export type ClusterSettings = z.output<typeof clusterSchema>;
