package dev.leat.registry.capability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.permission.PermissionType;
import dev.leat.documents.StrictJson;
import org.junit.jupiter.api.Test;

final class NarrowedTest {
  private static final String GRANTED =
      """
      {"logging": true, "metrics": true, "config": false,
       "http": {"allow": ["https://api.example.com", "https://*.example.org"], "perMinute": 60},
       "keyValue": {"namespace": "default", "ttlMax": "24h"},
       "database": {"connection": "main", "allow": ["read:orders", "write:audit_*"]},
       "secrets": ["stripe-key", {"name": "api-key", "header": "x-api-key"}]}
      """;

  private final Uses uses = new Uses();

  private NarrowedTest used(PermissionType type, String resource) {
    uses.add(Asked.of(type, resource), new Uses.Count(1, 0));
    return this;
  }

  private Narrowed narrowed() {
    return Narrowed.of(StrictJson.tree(GRANTED), uses);
  }

  @Test
  void nothingUsed_isNothing() {
    uses.add(Asked.of(PermissionType.METRICS, "denied"), new Uses.Count(0, 5));

    assertThat(narrowed().capabilities().toString()).isEqualTo("{}");
    assertThat(narrowed().unused())
        .containsExactly("logging", "metrics", "http", "keyValue", "database", "secrets");
  }

  @Test
  void eachIsNarrowedToWhatWasUsed_andKeepsItsBounds() {
    used(PermissionType.LOGGING, "info")
        .used(PermissionType.HTTP_READ, "https://a.example.org/x")
        .used(PermissionType.HTTP_WRITE, "https://a.example.org/y")
        .used(PermissionType.KEYVALUE_READ, "default/k")
        .used(PermissionType.DATABASE_READ, "main/orders")
        .used(PermissionType.DATABASE_WRITE, "main/audit_2026")
        .used(PermissionType.SECRETS, "api-key");

    assertThat(narrowed().capabilities())
        .isEqualTo(
            StrictJson.tree(
                """
                {"logging": true,
                 "http": {"allow": ["https://a.example.org"], "perMinute": 60},
                 "keyValue": {"namespace": "default", "ttlMax": "24h"},
                 "database": {"connection": "main", "allow": ["read:orders", "write:audit_2026"]},
                 "secrets": [{"name": "api-key", "header": "x-api-key"}]}
                """));
    assertThat(narrowed().unused())
        .containsExactly(
            "metrics",
            "http.allow[https://api.example.com]",
            "http.allow[https://*.example.org]",
            "database.allow[write:audit_*]",
            "secrets[stripe-key]");
  }

  @Test
  void whatIsNotKnownOneByOne_keepsWhatWasAllowed() {
    used(PermissionType.HTTP_READ, "nothing that is a URL")
        .used(PermissionType.DATABASE_READ, "main/t_*");

    assertThat(narrowed().capabilities().path("http").path("allow")).hasSize(2);
    assertThat(narrowed().capabilities().path("database").path("allow")).hasSize(2);
  }
}
