package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat login}: keeps a token that the platform accepts as a profile. */
@Command(name = "login", description = "Keep a token for a platform as a profile.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class Login implements Runnable {
  @Parameters(paramLabel = "URL", description = "The platform, such as http://127.0.0.1:8080.")
  private URI server;

  @Option(
      names = "--token-file",
      required = true,
      paramLabel = "FILE",
      description = "The file that holds the token.")
  private Path tokenFile;

  private final Session session;

  Login(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    URI root = root(server);
    BearerToken token = new BearerToken(LocalFiles.readText(tokenFile).strip());
    if (!token.value().matches("[A-Za-z0-9._~+/=-]+")) {
      throw Failure.refused("File '" + tokenFile + "' holds no token: one line of ASCII is needed");
    }
    JsonNode caller = new ApiClient(root, token).get(ApiClient.path("v1", "whoami"));
    Optional<String> tenant = tenant(caller);
    session.profiles().save(session.profileName(), new Profile(root, token, tenant));
    ObjectNode kept =
        Json.object().put("profile", session.profileName()).put("server", root.toString());
    tenant.ifPresent(name -> kept.put("tenant", name));
    for (String field : List.of("subject", "roles", "expiresAt")) {
      kept.set(field, caller.path(field));
    }
    session
        .output()
        .done(
            kept,
            "Logged in to %s as %s%s until %s (profile %s)"
                .formatted(
                    root,
                    caller.path("subject").asText(),
                    tenant.map(name -> " of tenant " + name).orElse(""),
                    caller.path("expiresAt").asText(),
                    session.profileName()));
  }

  /** A token that speaks for one tenant is of no use for another. */
  private Optional<String> tenant(JsonNode caller) {
    Optional<String> own = Optional.ofNullable(caller.path("tenant").textValue());
    Optional<String> named = Optional.ofNullable(session.namedTenant());
    if (own.isPresent() && named.isPresent() && !own.equals(named)) {
      throw Failure.refused(
          "The token in '"
              + tokenFile
              + "' speaks for tenant '"
              + own.get()
              + "', not for '"
              + named.get()
              + "'");
    }
    return named.or(() -> own);
  }

  private static URI root(URI url) {
    String scheme = String.valueOf(url.getScheme());
    String path = String.valueOf(url.getRawPath());
    if (!(scheme.equals("http") || scheme.equals("https"))
        || url.getHost() == null
        || url.getRawUserInfo() != null
        || !(path.isEmpty() || path.equals("/"))
        || url.getRawQuery() != null
        || url.getRawFragment() != null) {
      throw Failure.usage(
          "The platform's URL must be http:// or https:// with a host and, if needed, a port; was '"
              + url
              + "'");
    }
    return URI.create(scheme + "://" + url.getRawAuthority());
  }
}
