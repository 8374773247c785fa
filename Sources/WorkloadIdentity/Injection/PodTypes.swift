/// The types of a pod as the original's vendored Kubernetes API (v0.35) reads and writes them.
///
/// The webhook answers with the difference between what it was sent and the pod it re-serialised, so what those types drop, add and
/// rewrite is part of its answer (source: workload-identity.md §1.7 and the recordings). One line a type, one entry a field:
///
/// - `name type`: left out when it is zero (`omitempty`);
/// - `name? type`: left out only when it is absent or null (a pointer with `omitempty`);
/// - `name! type`: always written (no `omitempty`, or a struct, which Go never takes for empty);
/// - `[type]` is a list, `{type}` a map from strings, `*type` a pointer that is written even when it is null;
/// - `+Type` stands for the fields of that type.
enum PodTypes {
    static let table = """
        Pod: kind string, apiVersion string, metadata! ObjectMeta, spec! PodSpec, status! PodStatus
        ObjectMeta: name string, generateName string, namespace string, selfLink string, uid string, resourceVersion string,
         generation int64, creationTimestamp time, deletionTimestamp? time, deletionGracePeriodSeconds? int64, labels {string},
         annotations {string}, ownerReferences [OwnerReference], finalizers [string], managedFields [ManagedFieldsEntry]
        OwnerReference: apiVersion! string, kind! string, name! string, uid! string, controller? bool, blockOwnerDeletion? bool
        ManagedFieldsEntry: manager string, operation string, apiVersion string, time? time, fieldsType string, fieldsV1? any,
         subresource string
        PodSpec: volumes [Volume], initContainers [Container], containers! [Container], ephemeralContainers [EphemeralContainer],
         restartPolicy string, terminationGracePeriodSeconds? int64, activeDeadlineSeconds? int64, dnsPolicy string,
         nodeSelector {string}, serviceAccountName string, serviceAccount string, automountServiceAccountToken? bool, nodeName string,
         hostNetwork bool, hostPID bool, hostIPC bool, shareProcessNamespace? bool, securityContext? PodSecurityContext,
         imagePullSecrets [LocalObjectReference], hostname string, subdomain string, affinity? Affinity, schedulerName string,
         tolerations [Toleration], hostAliases [HostAlias], priorityClassName string, priority? int32, dnsConfig? PodDNSConfig,
         readinessGates [PodReadinessGate], runtimeClassName? string, enableServiceLinks? bool, preemptionPolicy? string,
         overhead {quantity}, topologySpreadConstraints [TopologySpreadConstraint], setHostnameAsFQDN? bool, os? PodOS,
         hostUsers? bool, schedulingGates [PodSchedulingGate], resourceClaims [PodResourceClaim], resources? ResourceRequirements,
         hostnameOverride? string, workloadRef? WorkloadReference
        Container: name! string, image string, command [string], args [string], workingDir string, ports [ContainerPort],
         envFrom [EnvFromSource], env [EnvVar], resources! ResourceRequirements, resizePolicy [ContainerResizePolicy],
         restartPolicy? string, restartPolicyRules [ContainerRestartRule], volumeMounts [VolumeMount], volumeDevices [VolumeDevice],
         livenessProbe? Probe, readinessProbe? Probe, startupProbe? Probe, lifecycle? Lifecycle, terminationMessagePath string,
         terminationMessagePolicy string, imagePullPolicy string, securityContext? SecurityContext, stdin bool, stdinOnce bool,
         tty bool
        EphemeralContainer: +Container, targetContainerName string
        ContainerPort: name string, hostPort int32, containerPort! int32, protocol string, hostIP string
        EnvFromSource: prefix string, configMapRef? OptionalReference, secretRef? OptionalReference
        OptionalReference: name string, optional? bool
        EnvVar: name! string, value string, valueFrom? EnvVarSource
        EnvVarSource: fieldRef? ObjectFieldSelector, resourceFieldRef? ResourceFieldSelector, configMapKeyRef? KeySelector,
         secretKeyRef? KeySelector, fileKeyRef? FileKeySelector
        ObjectFieldSelector: apiVersion string, fieldPath! string
        ResourceFieldSelector: containerName string, resource! string, divisor! quantity
        KeySelector: name string, key! string, optional? bool
        FileKeySelector: volumeName! string, path! string, key! string, optional? bool
        ResourceRequirements: limits {quantity}, requests {quantity}, claims [ResourceClaim]
        ResourceClaim: name! string, request string
        ContainerResizePolicy: resourceName! string, restartPolicy! string
        ContainerRestartRule: action string, exitCodes? ContainerRestartRuleOnExitCodes
        ContainerRestartRuleOnExitCodes: operator string, values [int32]
        VolumeMount: name! string, readOnly bool, recursiveReadOnly? string, mountPath! string, subPath string,
         mountPropagation? string, subPathExpr string
        VolumeDevice: name! string, devicePath! string
        Handler: exec? ExecAction, httpGet? HTTPGetAction, tcpSocket? TCPSocketAction, grpc? GRPCAction
        Probe: +Handler, initialDelaySeconds int32, timeoutSeconds int32, periodSeconds int32, successThreshold int32,
         failureThreshold int32, terminationGracePeriodSeconds? int64
        LifecycleHandler: exec? ExecAction, httpGet? HTTPGetAction, tcpSocket? TCPSocketAction, sleep? SleepAction
        Lifecycle: postStart? LifecycleHandler, preStop? LifecycleHandler, stopSignal? string
        ExecAction: command [string]
        HTTPGetAction: path string, port! intOrString, host string, scheme string, httpHeaders [HTTPHeader]
        HTTPHeader: name! string, value! string
        TCPSocketAction: port! intOrString, host string
        GRPCAction: port! int32, service! *string
        SleepAction: seconds! int64
        SecurityContext: capabilities? Capabilities, privileged? bool, seLinuxOptions? SELinuxOptions,
         windowsOptions? WindowsSecurityContextOptions, runAsUser? int64, runAsGroup? int64, runAsNonRoot? bool,
         readOnlyRootFilesystem? bool, allowPrivilegeEscalation? bool, procMount? string, seccompProfile? Profile,
         appArmorProfile? Profile
        Capabilities: add [string], drop [string]
        SELinuxOptions: user string, role string, type string, level string
        WindowsSecurityContextOptions: gmsaCredentialSpecName? string, gmsaCredentialSpec? string, runAsUserName? string,
         hostProcess? bool
        Profile: type! string, localhostProfile? string
        PodSecurityContext: seLinuxOptions? SELinuxOptions, windowsOptions? WindowsSecurityContextOptions, runAsUser? int64,
         runAsGroup? int64, runAsNonRoot? bool, supplementalGroups [int64], supplementalGroupsPolicy? string, fsGroup? int64,
         sysctls [Sysctl], fsGroupChangePolicy? string, seccompProfile? Profile, appArmorProfile? Profile, seLinuxChangePolicy? string
        Sysctl: name! string, value! string
        LocalObjectReference: name string
        Affinity: nodeAffinity? NodeAffinity, podAffinity? PodAffinity, podAntiAffinity? PodAffinity
        NodeAffinity: requiredDuringSchedulingIgnoredDuringExecution? NodeSelector,
         preferredDuringSchedulingIgnoredDuringExecution [PreferredSchedulingTerm]
        NodeSelector: nodeSelectorTerms! [NodeSelectorTerm]
        NodeSelectorTerm: matchExpressions [SelectorRequirement], matchFields [SelectorRequirement]
        SelectorRequirement: key! string, operator! string, values [string]
        PreferredSchedulingTerm: weight! int32, preference! NodeSelectorTerm
        PodAffinity: requiredDuringSchedulingIgnoredDuringExecution [PodAffinityTerm],
         preferredDuringSchedulingIgnoredDuringExecution [WeightedPodAffinityTerm]
        PodAffinityTerm: labelSelector? LabelSelector, namespaces [string], topologyKey! string, namespaceSelector? LabelSelector,
         matchLabelKeys [string], mismatchLabelKeys [string]
        WeightedPodAffinityTerm: weight! int32, podAffinityTerm! PodAffinityTerm
        LabelSelector: matchLabels {string}, matchExpressions [SelectorRequirement]
        Toleration: key string, operator string, value string, effect string, tolerationSeconds? int64
        HostAlias: ip! string, hostnames [string]
        PodDNSConfig: nameservers [string], searches [string], options [PodDNSConfigOption]
        PodDNSConfigOption: name string, value? string
        PodReadinessGate: conditionType! string
        TopologySpreadConstraint: maxSkew! int32, topologyKey! string, whenUnsatisfiable! string, labelSelector? LabelSelector,
         minDomains? int32, nodeAffinityPolicy? string, nodeTaintsPolicy? string, matchLabelKeys [string]
        PodOS: name! string
        PodSchedulingGate: name! string
        PodResourceClaim: name! string, resourceClaimName? string, resourceClaimTemplateName? string
        WorkloadReference: name! string, podGroup! string, podGroupReplicaKey string
        Volume: name! string, hostPath? HostPathVolumeSource, emptyDir? EmptyDirVolumeSource, gcePersistentDisk? GCEPersistentDisk,
         awsElasticBlockStore? AWSElasticBlockStore, gitRepo? GitRepo, secret? SecretVolumeSource, nfs? NFS, iscsi? ISCSI,
         glusterfs? Glusterfs, persistentVolumeClaim? ClaimSource, rbd? RBD, flexVolume? FlexVolume, cinder? Cinder, cephfs? CephFS,
         flocker? Flocker, downwardAPI? DownwardAPIVolumeSource, fc? FC, azureFile? AzureFile, configMap? ConfigMapVolumeSource,
         vsphereVolume? VsphereVolume, quobyte? Quobyte, azureDisk? AzureDisk, photonPersistentDisk? PhotonPersistentDisk,
         projected? ProjectedVolumeSource, portworxVolume? PortworxVolume, scaleIO? ScaleIO, storageos? StorageOS, csi? CSI,
         ephemeral? EphemeralVolumeSource, image? ImageVolumeSource
        HostPathVolumeSource: path! string, type? string
        EmptyDirVolumeSource: medium string, sizeLimit? quantity
        GCEPersistentDisk: pdName! string, fsType string, partition int32, readOnly bool
        AWSElasticBlockStore: volumeID! string, fsType string, partition int32, readOnly bool
        GitRepo: repository! string, revision string, directory string
        SecretVolumeSource: secretName string, items [KeyToPath], defaultMode? int32, optional? bool
        ConfigMapVolumeSource: name string, items [KeyToPath], defaultMode? int32, optional? bool
        KeyToPath: key! string, path! string, mode? int32
        NFS: server! string, path! string, readOnly bool
        ISCSI: targetPortal! string, iqn! string, lun! int32, iscsiInterface string, fsType string, readOnly bool, portals [string],
         chapAuthDiscovery bool, chapAuthSession bool, secretRef? LocalObjectReference, initiatorName? string
        Glusterfs: endpoints! string, path! string, readOnly bool
        ClaimSource: claimName! string, readOnly bool
        RBD: monitors! [string], image! string, fsType string, pool string, user string, keyring string,
         secretRef? LocalObjectReference, readOnly bool
        FlexVolume: driver! string, fsType string, secretRef? LocalObjectReference, readOnly bool, options {string}
        Cinder: volumeID! string, fsType string, readOnly bool, secretRef? LocalObjectReference
        CephFS: monitors! [string], path string, user string, secretFile string, secretRef? LocalObjectReference, readOnly bool
        Flocker: datasetName string, datasetUUID string
        DownwardAPIVolumeSource: items [DownwardAPIVolumeFile], defaultMode? int32
        DownwardAPIVolumeFile: path! string, fieldRef? ObjectFieldSelector, resourceFieldRef? ResourceFieldSelector, mode? int32
        FC: targetWWNs [string], lun? int32, fsType string, readOnly bool, wwids [string]
        AzureFile: secretName! string, shareName! string, readOnly bool
        VsphereVolume: volumePath! string, fsType string, storagePolicyName string, storagePolicyID string
        Quobyte: registry! string, volume! string, readOnly bool, user string, group string, tenant string
        AzureDisk: diskName! string, diskURI! string, cachingMode? string, fsType? string, readOnly? bool, kind? string
        PhotonPersistentDisk: pdID! string, fsType string
        ProjectedVolumeSource: sources! [VolumeProjection], defaultMode? int32
        VolumeProjection: secret? SecretProjection, downwardAPI? DownwardAPIProjection, configMap? SecretProjection,
         serviceAccountToken? ServiceAccountTokenProjection, clusterTrustBundle? ClusterTrustBundleProjection,
         podCertificate? PodCertificateProjection
        SecretProjection: name string, items [KeyToPath], optional? bool
        DownwardAPIProjection: items [DownwardAPIVolumeFile]
        ServiceAccountTokenProjection: audience string, expirationSeconds? int64, path! string
        ClusterTrustBundleProjection: name? string, signerName? string, labelSelector? LabelSelector, optional? bool, path! string
        PodCertificateProjection: signerName string, keyType string, maxExpirationSeconds? int32, credentialBundlePath string,
         keyPath string, certificateChainPath string, userAnnotations {string}
        PortworxVolume: volumeID! string, fsType string, readOnly bool
        ScaleIO: gateway! string, system! string, secretRef! *LocalObjectReference, sslEnabled bool, protectionDomain string,
         storagePool string, storageMode string, volumeName string, fsType string, readOnly bool
        StorageOS: volumeName string, volumeNamespace string, fsType string, readOnly bool, secretRef? LocalObjectReference
        CSI: driver! string, readOnly? bool, fsType? string, volumeAttributes {string}, nodePublishSecretRef? LocalObjectReference
        EphemeralVolumeSource: volumeClaimTemplate? ClaimTemplate
        ClaimTemplate: metadata! ObjectMeta, spec! ClaimSpec
        ClaimSpec: accessModes [string], selector? LabelSelector, resources! ClaimResources, volumeName string,
         storageClassName? string, volumeMode? string, dataSource? TypedLocalObjectReference, dataSourceRef? TypedObjectReference,
         volumeAttributesClassName? string
        ClaimResources: limits {quantity}, requests {quantity}
        TypedLocalObjectReference: apiGroup! *string, kind! string, name! string
        TypedObjectReference: apiGroup! *string, kind! string, name! string, namespace? string
        ImageVolumeSource: reference string, pullPolicy string
        PodStatus: observedGeneration int64, phase string, conditions [PodCondition], message string, reason string,
         nominatedNodeName string, hostIP string, hostIPs [HostIP], podIP string, podIPs [PodIP], startTime? time,
         initContainerStatuses [ContainerStatus], containerStatuses [ContainerStatus], qosClass string,
         ephemeralContainerStatuses [ContainerStatus], resize string, resourceClaimStatuses [PodResourceClaimStatus],
         extendedResourceClaimStatus? ExtendedResourceClaimStatus, allocatedResources {quantity}, resources? ResourceRequirements
        PodCondition: type! string, observedGeneration int64, status! string, lastProbeTime! time, lastTransitionTime! time,
         reason string, message string
        HostIP: ip! string
        PodIP: ip! string
        ContainerStatus: name! string, state! ContainerState, lastState! ContainerState, ready! bool, restartCount! int32,
         image! string, imageID! string, containerID string, started? bool, allocatedResources {quantity},
         resources? ResourceRequirements, volumeMounts [VolumeMountStatus], user? ContainerUser,
         allocatedResourcesStatus [ResourceStatus], stopSignal? string
        ContainerState: waiting? ContainerStateWaiting, running? ContainerStateRunning, terminated? ContainerStateTerminated
        ContainerStateWaiting: reason string, message string
        ContainerStateRunning: startedAt! time
        ContainerStateTerminated: exitCode! int32, signal int32, reason string, message string, startedAt! time, finishedAt! time,
         containerID string
        VolumeMountStatus: name! string, mountPath! string, readOnly bool, recursiveReadOnly? string
        ContainerUser: linux? LinuxContainerUser
        LinuxContainerUser: uid! int64, gid! int64, supplementalGroups [int64]
        ResourceStatus: name! string, resources [ResourceHealth]
        ResourceHealth: resourceID! string, health string
        PodResourceClaimStatus: name! string, resourceClaimName? string
        ExtendedResourceClaimStatus: requestMappings! [ContainerExtendedResourceRequest], resourceClaimName! string
        ContainerExtendedResourceRequest: containerName! string, resourceName! string, requestName! string
        """
}
