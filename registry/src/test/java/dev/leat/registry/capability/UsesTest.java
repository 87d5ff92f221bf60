package dev.leat.registry.capability;

import static dev.leat.contract.permission.PermissionType.HTTP_READ;
import static dev.leat.contract.permission.PermissionType.KEYVALUE_READ;
import static dev.leat.contract.permission.PermissionType.METRICS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.permission.PermissionType;
import dev.leat.registry.capability.Uses.Count;
import dev.leat.testkit.Seed;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class UsesTest {
  private static final Count ONCE = new Count(1, 0);

  private final Uses uses = new Uses();

  private void add(PermissionType type, String resource) {
    uses.add(Asked.of(type, resource), ONCE);
  }

  @Test
  void add_addsUp() {
    add(METRICS, "orders");
    uses.add(Asked.of(METRICS, "orders"), new Count(2, 3));

    assertThat(uses.counts()).isEqualTo(Map.of(new Asked(METRICS, "orders"), new Count(3, 3)));
  }

  @ParameterizedTest
  @CsvSource({
    "https://api.example.com/a/b, https://api.example.com",
    "http://api.example.com:80/, http://api.example.com",
    "https://API.example.com:8443/x, https://api.example.com:8443",
    "(no URL that can be asked for), **"
  })
  void http_isKeptByOrigin(String url, String origin) {
    add(HTTP_READ, url);

    assertThat(uses.counts()).containsOnlyKeys(new Asked(HTTP_READ, origin));
  }

  @Test
  void manyKeys_countTogetherByWhatTheyShare() {
    for (int i = 0; i < 10 * Uses.EACH_MAX; i++) {
      add(KEYVALUE_READ, "default/cart:" + i);
    }

    assertThat(uses.counts()).hasSize(Uses.EACH_MAX + 1);
    assertThat(uses.counts().get(new Asked(KEYVALUE_READ, "default/cart:*")))
        .isEqualTo(new Count(9L * Uses.EACH_MAX, 0));
  }

  @Test
  void manyHosts_countTogetherByDomain() {
    for (int i = 0; i < Uses.EACH_MAX; i++) {
      add(HTTP_READ, "https://t%d.example.com/".formatted(i));
    }
    add(HTTP_READ, "https://more.example.com/");
    add(HTTP_READ, "https://10.0.0.1/");
    add(HTTP_READ, "https://localhost/");

    assertThat(uses.counts())
        .containsEntry(new Asked(HTTP_READ, "https://*.example.com"), ONCE)
        .containsEntry(new Asked(HTTP_READ, "**"), new Count(2, 0));
  }

  /** The law behind the bounds of memory and rows: nothing is lost, and it stays small. */
  @Test
  void hostileNames_stayBounded_andEachCounts() {
    Random random = Seed.orElse(7).random();
    int count = 20_000;
    for (int i = 0; i < count; i++) {
      int length = 1 + random.nextInt(20);
      StringBuilder name = new StringBuilder();
      for (int c = 0; c < length; c++) {
        name.append("ab*:/._- \ud83d\0".charAt(random.nextInt(11)));
      }
      add(PermissionType.values()[random.nextInt(PermissionType.values().length)], name.toString());
    }

    assertThat(uses.counts().size())
        .isLessThanOrEqualTo(PermissionType.values().length * (3 * Uses.EACH_MAX + 1));
    assertThat(uses.counts().values().stream().mapToLong(Count::allowed).sum()).isEqualTo(count);
    assertThat(StoredUses.read(StoredUses.write(uses)).counts()).isEqualTo(uses.counts());
  }

  @Test
  void stored_whatIsNotKnown_isLeftOut() {
    assertThat(
            StoredUses.read(
                    """
                    [{"type": "teleport", "resource": "x", "allowed": 1, "denied": 0},
                     {"type": "metrics", "resource": "x", "allowed": 1, "denied": 0}]
                    """)
                .counts())
        .containsOnlyKeys(new Asked(METRICS, "x"));
  }
}
