import { z } from "zod";
import { scaleProfile, scales } from "./profiles.plan";

const sizes = scales.map((scale) => `${scale} up to ${scaleProfile(scale).maxNodes} nodes`).join(", ");

/** Scale of the cluster. Users set it, because a scale derived from the pools would replace the control plane with a change of `max`. */
export const scaleSettings = z
  .enum(scales)
  .default("small")
  .meta({ description: `Maximum size of the cluster, which sizes API server, controllers, etcd and DNS: ${sizes}.` });
