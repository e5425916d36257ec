package main

import (
	"context"
	"fmt"
	"sync"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/apis/apiserver"
	"k8s.io/apiserver/pkg/apis/apiserver/install"
	apiserverv1 "k8s.io/apiserver/pkg/apis/apiserver/v1"
	"k8s.io/apiserver/pkg/apis/apiserver/validation"
	"k8s.io/apiserver/pkg/audit/policy"
	authenticationcel "k8s.io/apiserver/pkg/authentication/cel"
	authorizationcel "k8s.io/apiserver/pkg/authorization/cel"
	"k8s.io/apiserver/pkg/server/options/encryptionconfig"
	"k8s.io/apiserver/pkg/util/webhook"
	"k8s.io/kubernetes/pkg/auth/authorizer/abac"
	"k8s.io/kubernetes/pkg/kubeapiserver/authorizer"
	"k8s.io/kubernetes/plugin/pkg/admission/eventratelimit"
	ratelimitvalidation "k8s.io/kubernetes/plugin/pkg/admission/eventratelimit/apis/eventratelimit/validation"
	podsecurity "k8s.io/pod-security-admission/admission/api/load"
	podsecurityvalidation "k8s.io/pod-security-admission/admission/api/validation"
)

var (
	// strictCodecs decodes as k8s.io/kubernetes/pkg/kubeapiserver/options does.
	strictCodecs    serializer.CodecFactory
	admissionScheme = runtime.NewScheme()
)

func init() {
	scheme := runtime.NewScheme()
	install.Install(scheme)
	strictCodecs = serializer.NewCodecFactory(scheme, serializer.EnableStrict)
	utilruntime.Must(apiserver.AddToScheme(admissionScheme))
	utilruntime.Must(apiserverv1.AddToScheme(admissionScheme))
}

// serviceAccountIssuer is the issuer of kubeadm, which no other may have (serviceAccounts/issuerFlags.plan.ts).
const serviceAccountIssuer = "https://kubernetes.default.svc.cluster.local"

// Compilers take milliseconds to build and can be shared.
var (
	authenticationCompiler = sync.OnceValue(authenticationcel.NewDefaultCompiler)
	authorizationCompiler  = sync.OnceValue(authorizationcel.NewDefaultCompiler)
)

func readAuthentication(text []byte) error {
	decoded, err := runtime.Decode(strictCodecs.UniversalDecoder(), text)
	if err != nil {
		return err
	}
	configuration, ok := decoded.(*apiserver.AuthenticationConfiguration)
	if !ok {
		return fmt.Errorf("unexpected %T", decoded)
	}
	return validation.ValidateAuthenticationConfiguration(authenticationCompiler(), configuration, []string{serviceAccountIssuer}).ToAggregate()
}

func readAuthorization(text []byte) error {
	_, err := authorizer.LoadAndValidateData(text, authorizationCompiler(), nil)
	return err
}

func readKubeconfig(path string) error {
	_, err := webhook.LoadKubeconfig(path, nil)
	return err
}

func readAbac(path string) error {
	_, err := abac.NewFromFile(path)
	return err
}

func readAdmission(path string) error {
	provider, err := admission.ReadAdmissionConfiguration([]string{"PodSecurity", "EventRateLimit"}, path, admissionScheme)
	if err != nil {
		return err
	}
	source, err := provider.ConfigFor("PodSecurity")
	if err != nil {
		return err
	}
	levels, err := podsecurity.LoadFromReader(source)
	if err != nil {
		return err
	}
	if errs := podsecurityvalidation.ValidatePodSecurityConfiguration(levels); len(errs) > 0 {
		return errs.ToAggregate()
	}
	source, err = provider.ConfigFor("EventRateLimit")
	if err != nil || source == nil {
		return err
	}
	limits, err := eventratelimit.LoadConfiguration(source)
	if err != nil {
		return err
	}
	return ratelimitvalidation.ValidateConfiguration(limits).ToAggregate()
}

func readAuditPolicy(text []byte) error {
	_, err := policy.LoadPolicyFromBytes(text)
	return err
}

func readEncryption(path string) error {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	_, err := encryptionconfig.LoadEncryptionConfig(ctx, path, true, "holdfast")
	return err
}
