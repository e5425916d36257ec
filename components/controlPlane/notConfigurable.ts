/** Flags of the control plane's components that are not settings, with the reason and the right setting. */

const ofEveryComponent = {
  profiling: "always false; remove it",
  tlsMinVersion: "always VersionTLS12; remove it",
  tlsCipherSuites: "always those with forward secrecy; remove it",
  featureGates: "features without a stable API may change or disappear with an upgrade; remove it",
  authorizationAlwaysAllowPaths: "only the health paths are open; remove it",
};

export const notApiServerSettings: Readonly<Record<string, string>> = {
  ...ofEveryComponent,
  runtimeConfig: "APIs that are off by default may disappear with an upgrade, together with their objects; remove it",
  enableAdmissionPlugins: "write access.admission.enabledPlugins",
  disableAdmissionPlugins: "write access.admission.disabledPlugins",
  admissionControlConfigFile: "write access.admission",
  authorizationMode: "always Node and RBAC; write access.authorization for webhooks and ABAC",
  authorizationConfig: "write access.authorization",
  authenticationConfig: "write access.authentication",
  anonymousAuth: "anonymous requests reach only the health paths, which load balancers check; remove it",
  clientCaFile: "always the cluster's authority; write pki for your own",
  oidcIssuerUrl: "write access.authentication.oidc",
  oidcClientId: "write access.authentication.oidc",
  oidcUsernameClaim: "write access.authentication.oidc",
  oidcUsernamePrefix: "write access.authentication.oidc",
  oidcGroupsClaim: "write access.authentication.oidc",
  oidcGroupsPrefix: "write access.authentication.oidc",
  oidcCaFile: "write access.authentication.oidc",
  authenticationTokenWebhookConfigFile: "write access.authentication.webhook",
  auditPolicyFile: "write access.audit.rules",
  auditLogPath: "write access.audit",
  auditLogMaxAge: "write access.audit.log.days",
  auditLogMaxBackup: "write access.audit.log.files",
  auditLogMaxSize: "write access.audit.log.sizeMiB",
  auditWebhookConfigFile: "not supported; write access.audit.cloudWatch",
  encryptionProviderConfig: "write access.encryption",
  apiAudiences: "follows the issuer of service accounts; write access.serviceAccountIssuer",
  serviceAccountIssuer: "write access.serviceAccountIssuer",
  serviceAccountKeyFile: "kept in SSM; write pki for rotations",
  serviceAccountSigningKeyFile: "kept in SSM; write pki for rotations",
  certSANs: "write api.certificateSans",
  serviceClusterIpRange: "write network.serviceCidr",
  serviceNodePortRange:
    "load balancers and policies expect 30000-32767; publish other ports with a Service of type LoadBalancer",
  etcdServers: "write etcd",
  securePort: "always 6443, which load balancers and the firewall expect; remove it",
  bindAddress: "all addresses; write api.allowedCidrs to limit clients",
  advertiseAddress: "always the machine's address; remove it",
  kubeletCertificateAuthority: "is the cluster's authority, which signs the certificates of all kubelets; remove it",
  shutdownDelayDuration: "always 15s, until load balancers have deregistered the server; remove it",
  goawayChance:
    "always 0.001 with several members, so that a member that returns gets its share of the load; remove it",
  deleteCollectionWorkers: "write scale",
  etcdCompactionInterval: "write scale",
};

export const notControllerManagerSettings: Readonly<Record<string, string>> = {
  ...ofEveryComponent,
  nodeMonitorGracePeriod:
    "always 40s, four missed heartbeats; write controlPlane.apiServer.defaultUnreachableTolerationSeconds",
  podEvictionTimeout: "removed from Kubernetes; write controlPlane.apiServer.defaultUnreachableTolerationSeconds",
  nodeCidrMaskSize: "write network.nodeCidrMaskSize",
  clusterCidr: "write network.podCidr",
  serviceClusterIpRange: "write network.serviceCidr",
  clusterSigningDuration: "write pki.leafHours",
  clusterSigningCertFile: "kept by the rotation of authorities; remove it",
  cloudProvider: "follows addons.cloudController; write that",
  kubeApiQps: "write scale",
  kubeApiBurst: "write scale",
  endpointUpdatesBatchPeriod: "write scale",
  horizontalPodAutoscalerTolerance:
    "write spec.behavior.scaleUp.tolerance and scaleDown.tolerance in the HorizontalPodAutoscaler",
};
