// Understudy in a test, by Testcontainers for Java. Not run here: no Maven registry was at hand.
//   testImplementation "org.testcontainers:junit-jupiter:1.21.3", "com.azure:azure-identity:1.18.1"
// azure-identity (from 1.14, by MSAL) reads AZURE_POD_IDENTITY_AUTHORITY_HOST from the environment alone, which a JVM cannot change for
// itself. So that port is a fixed one here, and the build names it:
//   Gradle: test { environment "AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:2579" }
//   Maven, surefire: <environmentVariables><AZURE_POD_IDENTITY_AUTHORITY_HOST>http://127.0.0.1:2579</AZURE_POD_IDENTITY_AUTHORITY_HOST></environmentVariables>

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.azure.core.credential.TokenRequestContext;
import com.azure.identity.ManagedIdentityCredentialBuilder;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

    static {
        understudy.setPortBindings(List.of(METADATA + ":" + METADATA));
    }

    static String url(int port) {
        return "http://" + understudy.getHost() + ":" + understudy.getMappedPort(port);
    }

    @Test
    void tokenOfTheMachine() {
        var token = new ManagedIdentityCredentialBuilder().build()
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
