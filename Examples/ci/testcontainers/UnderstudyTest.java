// Understudy in a test, by Testcontainers for Java. Not run here: no Maven registry was at hand.
//   testImplementation "org.testcontainers:junit-jupiter:1.21.3", "com.azure:azure-identity:1.18.1"
// azure-identity reads AZURE_POD_IDENTITY_AUTHORITY_HOST through its Configuration, so no environment variable need be set.

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.azure.core.credential.TokenRequestContext;
import com.azure.core.util.Configuration;
import com.azure.core.util.ConfigurationBuilder;
import com.azure.identity.ManagedIdentityCredentialBuilder;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.utility.DockerImageName;

@Testcontainers
class UnderstudyTest {
    private static final int METADATA = 2579, AUTHORITY = 8443, CONTROL = 8181;

    @Container
    static final GenericContainer<?> understudy = new GenericContainer<>(DockerImageName.parse("registry.example/understudy:1"))
        .withExposedPorts(METADATA, AUTHORITY, CONTROL)
        .waitingFor(Wait.forHttp("/readyz").forPort(CONTROL));

    static String url(int port) {
        return "http://" + understudy.getHost() + ":" + understudy.getMappedPort(port);
    }

    @Test
    void tokenOfTheMachine() {
        Configuration pointed = new ConfigurationBuilder()
            .putProperty("AZURE_POD_IDENTITY_AUTHORITY_HOST", url(METADATA)).build();
        var token = new ManagedIdentityCredentialBuilder().configuration(pointed).build()
            .getTokenSync(new TokenRequestContext().addScopes("https://vault.azure.net/.default"));
        assertEquals(3, token.getToken().split("\\.").length);
    }

    /** What talks to the authority needs its CA: import this file into a trust store of its own. */
    static Path ca() throws Exception {
        Path file = Files.createTempFile("understudy", ".crt");
        HttpClient.newHttpClient().send(
            HttpRequest.newBuilder(URI.create(url(CONTROL) + "/ca.crt")).build(), HttpResponse.BodyHandlers.ofFile(file));
        return file;
    }
}
