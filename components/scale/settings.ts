import { z } from "zod";
import { scaleProfile, scales } from "./profiles.plan";

const sizes = scales.map((scale) => `${scale} up to ${scaleProfile(scale).mostNodes} nodes`).join(", ");

/** `scale` in the settings. It is not derived from the pools: then a pool's `max` would replace the control plane. */
export const scaleSchema = z
  .enum(["small", "medium", "large"])
  .default("small")
  .meta({
    description: `How large the cluster may become: what API server, controllers, etcd and DNS are told; ${sizes}.`,
  });
