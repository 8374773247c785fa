/// The twenty questions that a report answers for each workload (source: field.md §4).
public enum Question: String, CaseIterable, Hashable, Sendable {
    case q1 = "Q1"
    case q2 = "Q2"
    case q3 = "Q3"
    case q4 = "Q4"
    case q5 = "Q5"
    case q6 = "Q6"
    case q7 = "Q7"
    case q8 = "Q8"
    case q9 = "Q9"
    case q10 = "Q10"
    case q11 = "Q11"
    case q12 = "Q12"
    case q13 = "Q13"
    case q14 = "Q14"
    case q15 = "Q15"
    case q16 = "Q16"
    case q17 = "Q17"
    case q18 = "Q18"
    case q19 = "Q19"
    case q20 = "Q20"

    /// The question, short.
    public var title: String {
        switch self {
        case .q1: "Does every request lead to the same identity as before?"
        case .q2: "Does it ask in a shape that the sidecar answers differently?"
        case .q3: "Do the tokens say the same?"
        case .q4: "Which credential of the chain answers, before and after?"
        case .q5: "Which SDK asks, and does it support workload identity?"
        case .q6: "Does exactly one federated credential match?"
        case .q7: "Do the federated credentials fit on the identity?"
        case .q8: "What if signing keys rotate, or the issuer changes?"
        case .q9: "What while a federated credential is still propagating?"
        case .q10: "Is the token file found, read and read again?"
        case .q11: "Would the webhook mutate the pod?"
        case .q12: "Would policy, the node or the pod's user reject the sidecar?"
        case .q13: "What does the pod reach on the node once NMI is gone?"
        case .q14: "Does it rely on an exception, a service principal, another namespace or chance?"
        case .q15: "Do other paths of the metadata service answer the same?"
        case .q16: "How does it stall and fail, before and after?"
        case .q17: "Can it run with both labels, and is rollback a change of labels?"
        case .q18: "What has to change?"
        case .q19: "Does it use what has no equivalent?"
        case .q20: "Was all of it exercised?"
        }
    }
}
