// mvn -q compile exec:java -Dexec.args=managed     mvn -q compile exec:java -Dexec.args=workload
//
// Workload identity talks to the authority: the JVM must trust its CA (understudy env trust prints the keytool line).

import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.identity.ManagedIdentityCredentialBuilder;
import com.azure.identity.WorkloadIdentityCredentialBuilder;

public final class Clients {
    public static void main(String[] arguments) {
        String kind = arguments.length > 0 ? arguments[0] : "managed";
        TokenCredential credential = kind.equals("workload")
            ? new WorkloadIdentityCredentialBuilder().build() : new ManagedIdentityCredentialBuilder().build();
        var token = credential.getTokenSync(new TokenRequestContext().addScopes("https://vault.azure.net/.default"));
        System.out.println(kind + " identity: a token until " + token.getExpiresAt().toEpochSecond());
    }
}
