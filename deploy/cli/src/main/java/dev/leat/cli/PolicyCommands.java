package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code leat policy}. */
@Command(
    name = "policy",
    description = "Which modules a tenant takes for good.",
    footer = {
      "Examples:",
      "  leat policy show",
      "  leat policy set on-revoke=drain",
      "  leat policy set trusted-publishers=acme,security require-signature=true",
      "  leat policy set trusted-publishers=any"
    })
final class PolicyCommands {
  private static final String SIGNATURE = "require-signature";
  private static final String TRUSTED = "trusted-publishers";
  private static final String ON_REVOKE = "on-revoke";
  private static final String ANY = "any";

  private final Session session;

  PolicyCommands(Session session) {
    this.session = session;
  }

  @Command(description = "Show the tenant's policy.")
  void show() {
    show(session.api().get(session.tenantPath("policy")));
  }

  @Command(
      description = {
        "Change what is named; the rest stays. For a tenant-admin.",
        "require-signature=true|false: whether a module must be signed by a trusted publisher.",
        "trusted-publishers=TENANT,...: whose keys count, the own ones only if the tenant is named;",
        "any: the own, and of an installed module those of its publisher.",
        "on-revoke=keep|stop-new|drain: what only revoked keys signed is deployed and called as",
        "before, is deployed no more, or is not called either."
      })
  void set(
      @Parameters(
              arity = "1..*",
              paramLabel = "NAME=VALUE...",
              hideParamSyntax = true,
              description = "Such as on-revoke=drain.")
          List<String> words) {
    ObjectNode change = Json.object();
    words.forEach(word -> add(change, word));
    show(session.api().put(session.tenantPath("policy"), change));
  }

  private static void add(ObjectNode change, String word) {
    int equals = word.indexOf('=');
    String name = equals < 0 ? word : word.substring(0, equals);
    String value = equals < 0 ? "" : word.substring(equals + 1);
    switch (name) {
      case SIGNATURE -> change.put(SIGNATURE, isTrue(value));
      case TRUSTED -> {
        ArrayNode trusted = change.putArray(TRUSTED);
        List.of(value.equals(ANY) ? "*" : value).stream()
            .flatMap(names -> List.of(names.split(",")).stream())
            .filter(each -> !each.isBlank())
            .forEach(trusted::add);
      }
      case ON_REVOKE -> change.put(ON_REVOKE, value);
      default ->
          throw Failure.usage(
              "'%s' is no part of a policy: require-signature=true|false, trusted-publishers=TENANT,... or on-revoke=keep|stop-new|drain"
                  .formatted(word));
    }
  }

  private static boolean isTrue(String value) {
    if (value.equals("true") || value.equals("false")) {
      return value.equals("true");
    }
    throw Failure.usage("require-signature must be true or false, was '%s'".formatted(value));
  }

  private void show(JsonNode policy) {
    ObjectNode shown = policy.deepCopy();
    if (!policy.has(TRUSTED)) {
      shown.put(TRUSTED, ANY);
    } else if (policy.path(TRUSTED).isEmpty()) {
      shown.put(TRUSTED, "nobody");
    }
    session.output().thing(policy, shown, "");
  }
}
