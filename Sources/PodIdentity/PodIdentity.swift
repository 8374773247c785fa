// PodIdentity
