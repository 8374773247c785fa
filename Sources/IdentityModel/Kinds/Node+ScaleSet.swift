extension Node {
    /// The scale set the machine is in; nil for a machine of its own.
    public var scaleSetName: String? {
        scaleSet?.name
            ?? ScaleSetInstance(
                node: self, given: instance, resource: instance.text(at: "compute.resourceId").flatMap(ComputeResourceID.init))?.set
    }

    /// The scale set of a machine of which only the name and the shape are known.
    ///
    /// A name as scale sets give them tells its set by itself.
    public static func scaleSetName(ofNode name: String, shape: NodeShape) -> String? {
        var other = Node(name: name, plane: .vm)
        other.shape = shape
        return other.scaleSetName ?? ScaleSetInstance(host: name)?.set
    }
}
