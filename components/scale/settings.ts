import { z } from "zod";
import { scaleProfile, scales } from "./profiles.plan";

const sizes = scales.map((scale) => `${scale} up to ${scaleProfile(scale).maxNodes} nodes`).join(", ");

/** Not derived from the pools, because a change of a pool's `max` would then replace the control plane. */
export const scaleSettings = z
  .enum(scales)
  .default("small")
  .meta({ description: `Maximum size of the cluster, which sizes API server, controllers, etcd and DNS: ${sizes}.` });
