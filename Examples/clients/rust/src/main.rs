// cargo run -- managed     cargo run -- workload
//
// Rust reads no variable for the metadata service: run this where 169.254.169.254 leads to Understudy (a container on its network,
// `serve --intercept`, `serve --address`), or with App Service's variables: eval "$(understudy env --source app-service)".

use std::sync::Arc;

use azure_core::credentials::TokenCredential;
use azure_identity::{ManagedIdentityCredential, WorkloadIdentityCredential};

#[tokio::main]
async fn main() -> azure_core::Result<()> {
    let kind = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "managed".to_string());
    let credential: Arc<dyn TokenCredential> = match kind.as_str() {
        "workload" => WorkloadIdentityCredential::new(None)?,
        _ => ManagedIdentityCredential::new(None)?,
    };
    let token = credential
        .get_token(&["https://vault.azure.net/.default"], None)
        .await?;
    println!(
        "{kind} identity: a token until {}",
        token.expires_on.unix_timestamp()
    );
    Ok(())
}
