import {
  MutatingWebhookConfiguration,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingWebhookConfiguration,
} from "@pulumi/kubernetes/admissionregistration/v1";
import type { ValidatingAdmissionPolicyBindingArgs } from "@pulumi/kubernetes/admissionregistration/v1";
import * as pulumi from "@pulumi/pulumi";

import { partLabels } from "../../addons/shared/labels.plan";
import { admissionObjects } from "./admission.plan";
import type { AdmissionObject } from "./admission.plan";
import type { AdmissionSpec } from "../spec";

type Maker = (name: string, args: object, options: pulumi.CustomResourceOptions) => pulumi.CustomResource;

/** The resource of each kind; its properties are the object's own, which the API server checks. */
const makers: Readonly<Record<string, Maker>> = {
  MutatingWebhookConfiguration: (...all) => new MutatingWebhookConfiguration(...all),
  ValidatingAdmissionPolicy: (...all) => new ValidatingAdmissionPolicy(...all),
  ValidatingAdmissionPolicyBinding: (name, args, options) =>
    new ValidatingAdmissionPolicyBinding(name, args as ValidatingAdmissionPolicyBindingArgs, options),
  ValidatingWebhookConfiguration: (...all) => new ValidatingWebhookConfiguration(...all),
};

/** The admission policies and webhooks of the settings, as objects of the cluster. */
export class AdmissionRules extends pulumi.ComponentResource {
  constructor(name: string, { spec }: { readonly spec: AdmissionSpec }, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:AdmissionRules", name, {}, options);
    for (const object of admissionObjects(spec)) this.object(name, object);
    this.registerOutputs();
  }

  private object(name: string, { kind, metadata, ...rest }: AdmissionObject): void {
    const make = makers[kind];
    if (make === undefined) throw new RangeError(`${kind} is no kind of admission`);
    const labels = partLabels({ name: "admission" });
    const suffix = kind === "ValidatingAdmissionPolicyBinding" ? "-binding" : "";
    make(`${name}-${metadata.name}${suffix}`, { ...rest, kind, metadata: { ...metadata, labels } }, { parent: this });
  }
}
