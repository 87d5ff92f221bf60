package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the verbs share: the global options of this call, and what follows from them. */
final class Session {
  private final GlobalOptions options;
  private final Environment environment;
  private final Terminal terminal;
  private @Nullable ApiClient api;

  Session(GlobalOptions options, Environment environment, Terminal terminal) {
    this.options = options;
    this.environment = environment;
    this.terminal = terminal;
  }

  Terminal terminal() {
    return terminal;
  }

  Environment environment() {
    return environment;
  }

  Output output() {
    return new Output(terminal, options.output);
  }

  Profiles profiles() {
    return new Profiles(environment.home());
  }

  String profileName() {
    String name = options.profile;
    return Profiles.requireName(
        name != null ? name : environment.profile().orElse(Profiles.DEFAULT));
  }

  /** The platform, as the profile's caller. */
  ApiClient api() {
    if (api == null) {
      Profile profile = profiles().require(profileName());
      api = new ApiClient(profile.server(), profile.token());
    }
    return api;
  }

  /** The tenant that was named by option or environment, if any. */
  @Nullable String namedTenant() {
    return options.tenant != null ? options.tenant : environment.tenant().orElse(null);
  }

  /** The tenant that is named, or else the profile's, if it has one. */
  Optional<String> tenantIfAny() {
    String named = namedTenant();
    return named != null ? Optional.of(named) : profiles().require(profileName()).tenant();
  }

  String tenant() {
    return tenantIfAny()
        .orElseThrow(() ->
            Failure.usage(
                "No tenant is given and profile '"
                    + profileName()
                    + "' has none. Add --tenant TENANT or set LEAT_TENANT."));
  }

  /** A path of the control plane below the tenant. */
  String tenantPath(String... segments) {
    return ApiClient.path("v1", "tenants", tenant()) + ApiClient.path(segments);
  }

  /**
   * The newest of a list. Where there are more, it is said on standard error how to see them.
   *
   * @param filters the query, with its {@code limit}
   * @param time the field by which {@code --until} tells them apart
   */
  ArrayNode newest(String path, Map<String, @Nullable String> filters, String time) {
    JsonNode page = api().get(path + ApiClient.query(filters));
    ArrayNode items = page.withArray("items");
    if (page.path("next").isTextual() && !items.isEmpty()) {
      terminal.error(
          "These are the newest %d, and there are more: --limit shows up to 200, --until %s those before."
              .formatted(items.size(), items.get(items.size() - 1).path(time).asText()));
    }
    return items;
  }

  /** The key file that was named, else the profile's own. */
  Path keyFile(@Nullable Path named) {
    return named != null
        ? named
        : environment.home().resolve("keys").resolve(profileName() + ".jwk");
  }
}
