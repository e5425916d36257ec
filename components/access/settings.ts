import { mapping } from "../settings/fields";
import type { Parsed } from "../settings/fields";
import { admissionSettings } from "./admission/settings";
import { auditSettings } from "./audit/settings";
import { authenticationSettings } from "./authentication/settings";
import { authorizationSettings } from "./authorization/settings";
import { encryptionSettings } from "./encryption/settings";
import { rbacFields } from "./rbac/settings";
import { serviceAccountIssuerSetting } from "./serviceAccounts/settings";

/** `access` in the settings. */
export const accessSettings = mapping({
  ...rbacFields,
  authentication: authenticationSettings,
  authorization: authorizationSettings,
  admission: admissionSettings,
  audit: auditSettings,
  encryption: encryptionSettings,
  serviceAccountIssuer: serviceAccountIssuerSetting,
})
  .prefault({})
  .meta({
    description:
      "Access to the API: RBAC, authentication, authorization, admission control, audit logging and encryption at rest.",
    examples: [
      {
        groups: { platform: { name: "corp:platform", grants: [{ role: "view", cluster: true }] } },
        authentication: {
          oidc: {
            corp: {
              url: "https://login.example.com",
              audiences: ["kubernetes"],
              username: { claim: "sub", prefix: "corp:" },
              groups: { claim: "groups", prefix: "corp:" },
            },
          },
        },
        audit: { cloudWatch: { retentionDays: 90 } },
      },
    ],
  });

export type AccessSpec = Parsed<typeof accessSettings>;
