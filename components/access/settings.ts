import { mapping } from "../settings/fields";
import type { Parsed } from "../settings/fields";
import { admissionSettings } from "./admission/settings";
import { auditSettings } from "./audit/settings";
import { authenticationSettings } from "./authentication/settings";
import { authorizationSettings } from "./authorization/settings";
import { encryptionSettings } from "./encryption/settings";
import { rbacFields } from "./rbac/settings";

/** `access` in the settings. */
export const accessSettings = mapping({
  ...rbacFields,
  authentication: authenticationSettings,
  authorization: authorizationSettings,
  admission: admissionSettings,
  audit: auditSettings,
  encryption: encryptionSettings,
})
  .prefault({})
  .meta({
    description:
      "Access to the API: RBAC, authentication, authorization, admission control, audit logging and encryption at rest.",
  });

export type AccessSpec = Parsed<typeof accessSettings>;
