import { z } from "zod";
import * as controllers from "./controllerSettings";
import { flag, mapping, wholeNumber } from "../settings/fields";

/** What runs inside the cluster: a mapping for each component, with `enabled` where it can be left out. */

const switched = (description: string) => flag({ description }).default(true);

const podNetwork = mapping({
  provider: z
    .enum(["cilium", "flannel", "none"])
    .default("cilium")
    .meta({
      description:
        "Who carries packets between pods; `none`: somebody else brings a network, and nodes are NotReady until then.",
    }),
  flannel: mapping({
    // 24 bits (RFC 7348); 1 is flannel's own default.
    vni: wholeNumber(1, 16_777_215, {
      description: "VXLAN network identifier; two networks of flannel in one VPC need two.",
    }).default(1),
  })
    .prefault({})
    .meta({ description: "Settings of flannel." }),
  cilium: mapping({ hubble: flag({ description: "Hubble, which shows flows between pods." }).default(false) })
    .prefault({})
    .meta({ description: "Settings of Cilium." }),
})
  .prefault({})
  .meta({ description: "The pods' network." });

const dns = mapping({
  enabled: switched("CoreDNS spread over zones with a disruption budget; else as kubeadm lays it out."),
  minReplicas: wholeNumber(1, 100, { description: "Replicas of CoreDNS at least.", unit: "pods" }).default(2),
  autoscaling: mapping({
    enabled: switched("The number of replicas follows the number of nodes and cores."),
    // Defaults of Kubernetes' own DNS autoscaler (cluster/addons/dns-horizontal-autoscaler).
    coresPerReplica: wholeNumber(1, 100_000, { description: "A replica for so many cores." }).default(256),
    nodesPerReplica: wholeNumber(1, 5000, { description: "A replica for so many nodes." }).default(16),
    max: wholeNumber(1, 1000, { description: "Replicas at most.", unit: "pods" }).default(100),
  })
    .prefault({})
    .meta({ description: "Scaling of CoreDNS with the cluster." }),
  nodeLocalCache: mapping({
    enabled: flag({ description: "A cache of DNS answers on every node (NodeLocal DNSCache)." }).default(false),
  })
    .prefault({})
    .meta({ description: "Cache on every node." }),
})
  .prefault({})
  .meta({ description: "DNS of the cluster." });

/** `platform` in the settings. */
export const platformSchema = mapping({
  enabled: flag({
    description: "Everything that Holdfast makes inside the cluster. Without it the stack ends with the machines.",
  }).default(true),
  apiTimeoutMinutes: wholeNumber(0, 120, {
    description: "How long `pulumi up` waits for the API before it makes anything in the cluster; 0: not at all.",
    unit: "minutes",
  }).default(20),
  podNetwork,
  cloudController: mapping({
    enabled: switched(
      "AWS cloud controller: initialises nodes, removes those whose machine is gone, makes load balancers of Services.",
    ),
  })
    .prefault({})
    .meta({ description: "AWS cloud controller manager." }),
  dns,
  metricsServer: mapping({
    enabled: switched("Figures for `kubectl top` and horizontal autoscaling (metrics-server)."),
    replicas: wholeNumber(1, 10, { description: "Its replicas.", unit: "pods" }).default(2),
  })
    .prefault({})
    .meta({ description: "Figures of nodes and pods." }),
  certificateApprover: mapping({
    enabled: switched(
      "Kubelets serve with certificates of the cluster's authority, approved for a node's own names and addresses alone.",
    ),
  })
    .prefault({})
    .meta({ description: "Approval of kubelets' serving certificates." }),
  ...controllers,
})
  .prefault({})
  .meta({ description: "What runs inside the cluster for all." });
