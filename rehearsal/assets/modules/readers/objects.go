package main

import (
	"fmt"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/admissionregistration"
	_ "k8s.io/kubernetes/pkg/apis/admissionregistration/install"
	"k8s.io/kubernetes/pkg/apis/admissionregistration/validation"
)

var objectCodecs = serializer.NewCodecFactory(legacyscheme.Scheme, serializer.EnableStrict)

// readObject validates an object of admission control as the API server does when a client creates it.
func readObject(text []byte) error {
	decoded, err := runtime.Decode(objectCodecs.UniversalDecoder(), text)
	if err != nil {
		return err
	}
	return validateObject(decoded).ToAggregate()
}

func validateObject(decoded runtime.Object) field.ErrorList {
	switch object := decoded.(type) {
	case *admissionregistration.ValidatingAdmissionPolicy:
		return validation.ValidateValidatingAdmissionPolicy(object)
	case *admissionregistration.ValidatingAdmissionPolicyBinding:
		return validation.ValidateValidatingAdmissionPolicyBinding(object)
	case *admissionregistration.ValidatingWebhookConfiguration:
		return validation.ValidateValidatingWebhookConfiguration(object)
	case *admissionregistration.MutatingWebhookConfiguration:
		return validation.ValidateMutatingWebhookConfiguration(object)
	default:
		return field.ErrorList{field.InternalError(nil, fmt.Errorf("no reader of %T", decoded))}
	}
}
