import {
  MutatingWebhookConfiguration,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingWebhookConfiguration,
} from "@pulumi/kubernetes/admissionregistration/v1";
import type { ValidatingAdmissionPolicyBindingArgs } from "@pulumi/kubernetes/admissionregistration/v1";
import * as pulumi from "@pulumi/pulumi";

import { admissionObjects } from "./admission.plan";
import type { AdmissionObject } from "./admission.plan";
import type { AdmissionSpec } from "./settings";

type Create = (name: string, args: object, options: pulumi.CustomResourceOptions) => pulumi.CustomResource;

const createByKind: Readonly<Record<AdmissionObject["kind"], Create>> = {
  MutatingWebhookConfiguration: (...all) => new MutatingWebhookConfiguration(...all),
  ValidatingAdmissionPolicy: (...all) => new ValidatingAdmissionPolicy(...all),
  ValidatingAdmissionPolicyBinding: (name, args, options) =>
    new ValidatingAdmissionPolicyBinding(name, args as ValidatingAdmissionPolicyBindingArgs, options),
  ValidatingWebhookConfiguration: (...all) => new ValidatingWebhookConfiguration(...all),
};

const labels = {
  "app.kubernetes.io/name": "admission",
  "app.kubernetes.io/part-of": "holdfast",
  "app.kubernetes.io/managed-by": "pulumi",
};

/** Admission policies and webhooks of the settings, as objects in the cluster. */
export class AdmissionRules extends pulumi.ComponentResource {
  constructor(name: string, { spec }: { readonly spec: AdmissionSpec }, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:AdmissionRules", name, {}, options);
    for (const object of admissionObjects(spec)) this.createObject(name, object);
    this.registerOutputs();
  }

  private createObject(name: string, { kind, metadata, ...rest }: AdmissionObject): void {
    const suffix = kind === "ValidatingAdmissionPolicyBinding" ? "-binding" : "";
    const args = { ...rest, kind, metadata: { ...metadata, labels } };
    createByKind[kind](`${name}-${metadata.name}${suffix}`, args, { parent: this });
  }
}
