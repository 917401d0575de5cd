//! What kubectl tells of a cluster. It is asked to read and never to change anything.

use std::process::Command;
use std::time::Duration;

use crate::doctor::cluster::{self, Cluster};
use crate::program::{self, ProgramError};

/// How long kubectl may take for one answer: a large cluster is read in many requests.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is asked.
#[derive(Debug)]
pub struct Question {
    /// The id under which a refusal is told.
    pub id: &'static str,
    /// As people write it.
    pub line: &'static str,
    words: &'static [&'static str],
    /// The kind of which an answer has all objects; none where it does not matter.
    kind: Option<&'static str>,
    /// What an account must be allowed to do.
    right: &'static str,
}

/// All that is asked, in order. A server that does not answer one request within its time is given up: the
/// first one is small, so that this is known soon.
pub const QUESTIONS: [Question; 5] = [
    Question {
        id: "kubernetes-version",
        line: "kubectl version",
        words: &["version", "-o", "json", "--request-timeout=10s"],
        kind: None,
        right: "get /version",
    },
    Question {
        id: "node-image",
        line: "kubectl get nodes",
        words: &["get", "nodes", "-o", "json", "--request-timeout=20s"],
        kind: Some("Node"),
        right: "list nodes",
    },
    Question {
        id: "runtime-class",
        line: "kubectl get runtimeclasses",
        words: &["get", "runtimeclasses", "-o", "json", "--request-timeout=20s"],
        kind: Some("RuntimeClass"),
        right: "list runtimeclasses.node.k8s.io",
    },
    Question {
        id: "pod-security",
        line: "kubectl get namespaces",
        words: &["get", "namespaces", "-o", "json", "--request-timeout=20s"],
        kind: Some("Namespace"),
        right: "list namespaces",
    },
    Question {
        id: "privileged",
        line: "kubectl get pods --all-namespaces",
        words: &[
            "get",
            "pods",
            "--all-namespaces",
            "-o",
            "json",
            "--request-timeout=20s",
        ],
        kind: None,
        right: "list pods in all namespaces",
    },
];

/// Why there is no answer.
#[derive(Debug)]
pub struct Silence {
    /// In words.
    pub why: String,
    /// What to do; empty where nothing is known to help.
    pub help: String,
    /// Whether the next question would meet the same.
    pub is_lasting: bool,
}

/// Asks one question; what is learnt goes into the cluster.
pub fn ask(question: &Question, cluster: &mut Cluster) -> Result<(), Silence> {
    let answer = program::read(Command::new("kubectl").args(question.words), PATIENCE, |pipe| {
        let mut part = Cluster::default();
        cluster::read(pipe, &mut part).map(|()| part)
    });
    match answer {
        Ok(Ok(mut part)) => {
            part.complete.extend(question.kind);
            cluster.add(part);
            Ok(())
        }
        Ok(Err(wrong)) => Err(Silence {
            why: wrong.0,
            help: String::new(),
            is_lasting: false,
        }),
        Err(ProgramError::Missing(_)) => Err(Silence {
            why: "there is no program kubectl".to_owned(),
            help: "install it, or give what it prints elsewhere with --cluster".to_owned(),
            is_lasting: true,
        }),
        Err(ProgramError::Failed { said, .. }) => Err(refused(&said.unwrap_or_default(), question)),
        Err(error) => Err(Silence {
            is_lasting: matches!(error, ProgramError::Late { .. } | ProgramError::Start { .. }),
            why: error.to_string(),
            help: "kubectl cluster-info tells whether the cluster answers".to_owned(),
        }),
    }
}

/// What kubectl's own words mean. They are those of its `cmdutil.CheckErr`, the same since 1.8 at least.
fn refused(said: &str, question: &Question) -> Silence {
    let said = said.strip_prefix("error: ").unwrap_or(said);
    let is_out_of_reach = said.starts_with("Unable to connect to the server")
        || said.starts_with("The connection to the server");
    let is_stranger = said.contains("(Unauthorized)") || said.contains("must be logged in");
    let help = if is_out_of_reach {
        "kubectl config view --minify tells which cluster is asked; KUBECONFIG names another".to_owned()
    } else if is_stranger {
        "log in to the cluster again".to_owned()
    } else if said.contains("(Forbidden)") || said.contains("forbidden") {
        format!("the account needs the right to {}", question.right)
    } else {
        String::new()
    };
    Silence {
        why: match said {
            "" => "kubectl failed without a word".to_owned(),
            said => said.to_owned(),
        },
        help,
        is_lasting: is_out_of_reach || is_stranger,
    }
}
