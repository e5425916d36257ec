/** Tunnel to a private API, as `holdfast tunnel` offers it to the command that it runs. */

/**
 * Environment variable with the URL of the tunnel's local HTTP proxy. The kubeconfig stays the same with and without a tunnel:
 * a local port in it would be a difference in every plan, and a dead address in the state for `pulumi destroy` and
 * `pulumi refresh`, which do not run the program.
 */
export const tunnelVariable = "HOLDFAST_API_TUNNEL";

/** Command that runs `pulumi up` with a tunnel. */
export const tunnelCommand = (stack: string): string => `npx holdfast tunnel ${stack} pulumi up --stack ${stack}`;

/** Ways to reach a private API. The name of the API does not resolve before its VPC and zone exist. */
export function describeWays(tunnel: string): readonly string[] {
  return [
    `  - a tunnel through Session Manager, also for the first \`pulumi up\`: ${tunnel};`,
    "  - a machine in the VPC, a VPN or peering: add its range to `api.allowedCidrs`, and resolve the name with the VPC's DNS;",
    "  - an internet-facing load balancer: set `api.public`;",
    "  - only before the first `pulumi up`, `addons.enabled: false`: the stack creates nothing inside the cluster.",
  ];
}
