// Package controllers replaces a module that the Go module proxy does not serve. Cilium uses this constant of it.
package controllers

// DerivedServiceAnnotation is on a ServiceImport: name of the Service that the controllers create for it.
const DerivedServiceAnnotation = "multicluster.kubernetes.io/derived-service"
