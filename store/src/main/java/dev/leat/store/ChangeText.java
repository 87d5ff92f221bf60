package dev.leat.store;

import dev.leat.contract.Change;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A change as text: a word for its kind, and what it names, separated by spaces, of which no name
 * has any. Nodes of several versions read each other's: a word is never given another meaning.
 */
record ChangeText(String kind, String subject) {
  private static final String SEPARATOR = " ";

  static ChangeText of(Change change) {
    return switch (change) {
      case Change.TenantChanged(TenantId tenant) -> text("tenant", tenant);
      case Change.TokenRevoked(String token) -> text("token-revoked", token);
      case Change.TokensRevoked(TenantId tenant) -> text("tokens-revoked", tenant);
      case Change.IssuersChanged(TenantId tenant) -> text("issuers", tenant);
      case Change.ConnectionsChanged(TenantId tenant) -> text("connections", tenant);
      case Change.QuotaChanged(TenantId tenant) -> text("quota", tenant);
      case Change.DefaultQuotaChanged() -> text("default-quota");
      case Change.SigningKeyChanged() -> text("signing-key");
      case Change.PublisherKeyChanged(TenantId tenant, String kid) ->
          text("publisher-key", tenant, kid);
      case Change.PublisherKeysForgotten(TenantId tenant) ->
          text("publisher-keys-forgotten", tenant);
      case Change.TrustChanged(TenantId tenant) -> text("trust", tenant);
      case Change.RouteChanged(FunctionRef function) ->
          text("route", function.tenant(), function.name());
      case Change.RoutesForgotten(TenantId tenant) -> text("routes-forgotten", tenant);
      case Change.PermissionsChanged(FunctionRef function) ->
          text("permissions", function.tenant(), function.name());
      case Change.PermissionsForgotten(TenantId tenant) -> text("permissions-forgotten", tenant);
      case Change.LogLevelChanged(FunctionRef function) ->
          text("log-level", function.tenant(), function.name());
      case Change.AssignmentChanged(FunctionRef function) ->
          text("assignment", function.tenant(), function.name());
      case Change.MemberChanged(String node) -> text("member", node);
      case Change.SecretChanged(TenantId tenant, String name) -> text("secret", tenant, name);
    };
  }

  /**
   * The change; empty if it is of a kind that this version does not know, and holds nothing of.
   *
   * @throws IllegalArgumentException if it is of a known kind, and its subject cannot be read
   */
  Optional<Change> change() {
    return Optional.ofNullable(
        switch (kind) {
          case "tenant" -> of(1, names -> new Change.TenantChanged(new TenantId(names.get(0))));
          case "token-revoked" -> of(1, names -> new Change.TokenRevoked(names.get(0)));
          case "tokens-revoked" ->
              of(1, names -> new Change.TokensRevoked(new TenantId(names.get(0))));
          case "issuers" -> of(1, names -> new Change.IssuersChanged(new TenantId(names.get(0))));
          case "connections" ->
              of(1, names -> new Change.ConnectionsChanged(new TenantId(names.get(0))));
          case "quota" -> of(1, names -> new Change.QuotaChanged(new TenantId(names.get(0))));
          case "default-quota" -> of(0, names -> new Change.DefaultQuotaChanged());
          case "signing-key" -> of(0, names -> new Change.SigningKeyChanged());
          case "publisher-key" ->
              of(
                  2,
                  names ->
                      new Change.PublisherKeyChanged(new TenantId(names.get(0)), names.get(1)));
          case "publisher-keys-forgotten" ->
              of(1, names -> new Change.PublisherKeysForgotten(new TenantId(names.get(0))));
          case "trust" -> of(1, names -> new Change.TrustChanged(new TenantId(names.get(0))));
          case "route" -> of(2, names -> new Change.RouteChanged(function(names)));
          case "routes-forgotten" ->
              of(1, names -> new Change.RoutesForgotten(new TenantId(names.get(0))));
          case "permissions" -> of(2, names -> new Change.PermissionsChanged(function(names)));
          case "permissions-forgotten" ->
              of(1, names -> new Change.PermissionsForgotten(new TenantId(names.get(0))));
          case "log-level" -> of(2, names -> new Change.LogLevelChanged(function(names)));
          case "member" -> of(1, names -> new Change.MemberChanged(names.get(0)));
          case "secret" ->
              of(2, names -> new Change.SecretChanged(new TenantId(names.get(0)), names.get(1)));
          case "assignment" -> of(2, names -> new Change.AssignmentChanged(function(names)));
          default -> null;
        });
  }

  private static FunctionRef function(List<String> names) {
    return new FunctionRef(new TenantId(names.get(0)), new FunctionName(names.get(1)));
  }

  private static ChangeText text(String kind, Object... names) {
    return new ChangeText(
        kind, String.join(SEPARATOR, List.of(names).stream().map(Object::toString).toList()));
  }

  private Change of(int count, Function<List<String>, Change> read) {
    List<String> names = subject.isEmpty() ? List.of() : List.of(subject.split(SEPARATOR, -1));
    if (names.size() != count) {
      throw new IllegalArgumentException(
          "a change of kind " + kind + " names " + count + " things, not " + names.size());
    }
    return read.apply(names);
  }
}
