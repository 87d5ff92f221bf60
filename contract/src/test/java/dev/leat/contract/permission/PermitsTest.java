package dev.leat.contract.permission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.contract.Answer;
import dev.leat.contract.Grant;
import dev.leat.contract.Grants;
import dev.leat.contract.permission.Permits.Decision;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Properties 12 (each request is decided) and 13 (what is not allowed is denied). */
final class PermitsTest {
  private static final Set<String> ALL = Grant.WORDS;
  private static final Grants EVERY_KIND =
      Grants.of(
          new Grant.Logging(),
          new Grant.Metrics(),
          new Grant.Config(),
          new Grant.Http(List.of("https://api.example.com", "https://*.example.org:8443"), 60),
          new Grant.KeyValue("shop", Duration.ofHours(1)),
          new Grant.Database("main", List.of("read:orders", "write:audit_*")));

  private static FunctionPermissions function(String... written) {
    return new FunctionPermissions(Arrays.stream(written).map(PermitsTest::permission).toList());
  }

  private static Permission permission(String written) {
    String[] parts = written.split("=", 2);
    return Permission.of(
        PermissionType.ofWord(parts[0]).orElseThrow(), parts.length == 1 ? "*" : parts[1]);
  }

  private static Decision decide(Permits permits, String written) {
    String[] parts = written.split("=", 2);
    return permits.decide(PermissionType.ofWord(parts[0]).orElseThrow(), parts[1]);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http:read=https://api.example.com/x?y=1 | ALLOWED",
        "http:write=https://api.example.com/a/../b | ALLOWED",
        "http:read=https://API.EXAMPLE.COM:443/x | ALLOWED",
        "http:read=http://api.example.com/x | NOT_IN_MANIFEST",
        "http:read=https://api.example.com:8443/x | NOT_IN_MANIFEST",
        "http:read=https://api.example.com.evil.example/ | NOT_IN_MANIFEST",
        "http:read=https://evil.example/api.example.com | NOT_IN_MANIFEST",
        "http:read=https://a.b.example.org:8443/ | ALLOWED",
        "http:read=https://example.org:8443/ | NOT_IN_MANIFEST",
        "http:read=https://notexample.org:8443/ | NOT_IN_MANIFEST",
        "http:read=https://evil.example/.example.org:8443/ | NOT_IN_MANIFEST",
        "http:read=https://api.example.com@evil.example/ | NO_RESOURCE",
        "keyvalue:read=shop/a/b | ALLOWED",
        "keyvalue:write=shop/ | ALLOWED",
        "keyvalue:read=shops/a | NOT_IN_MANIFEST",
        "keyvalue:read=other/../shop/a | NOT_IN_MANIFEST",
        "database:read=main/orders | ALLOWED",
        "database:write=main/orders | NOT_IN_MANIFEST",
        "database:write=main/audit_2026 | ALLOWED",
        "database:read=other/orders | NOT_IN_MANIFEST",
        "logging=debug | ALLOWED",
        "metrics=orders | ALLOWED",
        "config=a | ALLOWED",
        "secrets=stripe-key | NOT_IN_MANIFEST",
      })
  void manifestAlone_decidesWhereNothingElseIsSet(String asked, Decision decision) {
    assertThat(decide(Permits.of(EVERY_KIND, Optional.empty(), ALL), asked)).isEqualTo(decision);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http:read=https://api.example.com/public/a/b?admin | ALLOWED",
        "http:read=https://api.example.com/public/%61 | ALLOWED",
        "http:read=https://api.example.com/public | NOT_PERMITTED",
        "http:read=https://api.example.com/Public/a | NOT_PERMITTED",
        "http:read=https://api.example.com/public/../admin | NOT_PERMITTED",
        "http:read=https://api.example.com/public/%2e%2e/admin | NOT_PERMITTED",
        "http:read=https://api.example.com/public/..%2fadmin | NOT_PERMITTED",
        "http:read=https://api.example.com/public//../admin | NOT_PERMITTED",
        "http:read=https://api.example.com/public/..;/admin | NOT_PERMITTED",
        "http:read=https://api.example.com//public/a | NOT_PERMITTED",
        "http:write=https://api.example.com/public/a | NOT_PERMITTED",
        "http:read=https://evil.example/public/a | NOT_IN_MANIFEST",
        "keyvalue:read=shop/cart:1 | ALLOWED",
        "keyvalue:read=shop/cart:1/x | NOT_PERMITTED",
        "keyvalue:write=shop/cart:1 | NOT_PERMITTED",
        "database:read=main/orders | ALLOWED",
        "logging=error | ALLOWED",
        "logging=debug | NOT_PERMITTED",
        "metrics=orders | NOT_PERMITTED",
      })
  void functionsPermissions_boundIt_whateverTheManifestGrants(String asked, Decision decision) {
    FunctionPermissions function =
        function(
            "http:read=https://api.example.com/public/**",
            "http:read=https://evil.example",
            "keyvalue:read=shop/cart:*",
            "database:read",
            "logging=error");

    assertThat(decide(Permits.of(EVERY_KIND, Optional.of(function), ALL), asked))
        .isEqualTo(decision);
  }

  @Test
  void noPermissionAtAll_deniesEverything() {
    Permits permits = Permits.of(EVERY_KIND, Optional.of(function()), ALL);

    assertThat(decide(permits, "logging=error")).isEqualTo(Decision.NOT_PERMITTED);
  }

  @Test
  void tenantsPowers_boundBoth() {
    Permits permits =
        Permits.of(EVERY_KIND, Optional.of(function("logging", "config")), Set.of("logging"));

    assertThat(decide(permits, "logging=info")).isEqualTo(Decision.ALLOWED);
    assertThat(decide(permits, "config=a")).isEqualTo(Decision.NOT_OF_TENANT);
  }

  @ParameterizedTest
  @EnumSource
  void everythingOfAType_isThatTypeAlone(PermissionType type) {
    FunctionPermissions function =
        new FunctionPermissions(List.of(Permission.of(type, Permission.EVERYTHING)));
    Permits permits = Permits.of(EVERY_KIND, Optional.of(function), ALL);

    for (PermissionType other : PermissionType.values()) {
      if (other != type) {
        assertThat(permits.allowsAll(other)).isFalse();
      }
    }
  }

  /** What all three allow, and nothing else; more of any of them never allows less. */
  @Test
  void random_isTheIntersection_andGrowsWithEachPart() {
    long seed = Long.getLong("leat.seed", 13);
    Random random = new Random(seed);
    List<String> patterns =
        List.of("a/*", "a/**", "b/x", "**/x", "a/x*", "*/y", "b/**", "a/x", "*", "a*/x");
    List<String> resources = List.of("a/x", "a/y", "b/x", "b/y", "a/x/y", "b/y/x", "ab/x", "a/");
    PermissionType type = PermissionType.KEYVALUE_READ;
    for (int i = 0; i < 3_000; i++) {
      String namespace = random.nextBoolean() ? "a" : "b";
      Grants manifest =
          random.nextInt(4) == 0
              ? Grants.NONE
              : Grants.of(new Grant.KeyValue(namespace, Duration.ofHours(1)));
      List<String> some = patterns.stream().filter(it -> random.nextInt(4) == 0).toList();
      List<Permission> set = some.stream().map(it -> Permission.of(type, it)).toList();
      boolean isSet = random.nextInt(4) > 0;
      Set<String> powers = random.nextInt(4) == 0 ? Set.of("http") : ALL;
      Permits permits =
          Permits.of(
              manifest,
              isSet ? Optional.of(new FunctionPermissions(set)) : Optional.empty(),
              powers);
      for (String resource : resources) {
        boolean expected =
            !manifest.equals(Grants.NONE)
                && resource.startsWith(namespace + "/")
                && powers.contains("keyValue")
                && (!isSet
                    || some.stream()
                        .anyMatch(it -> it.equals("*") || Glob.of(it).matches(resource)));

        assertThat(permits.allows(type, resource))
            .as(
                "%s of %s, %s, %s: -Dleat.seed=%s",
                resource, manifest, isSet ? some : "-", powers, seed)
            .isEqualTo(expected);
      }
      List<Permission> more = new ArrayList<>(set);
      more.add(Permission.of(type, patterns.get(random.nextInt(patterns.size()))));
      Permits wider =
          permits.under(isSet ? Optional.of(new FunctionPermissions(more)) : Optional.empty(), ALL);
      assertThat(
              resources.stream().filter(it -> permits.allows(type, it)).collect(Collectors.toSet()))
          .as("rerun with -Dleat.seed=%s", seed)
          .allMatch(it -> wider.allows(type, it));
    }
  }

  @Test
  void under_theSame_isTheSameTable() {
    Optional<FunctionPermissions> function = Optional.of(function("logging"));
    Permits permits = Permits.of(EVERY_KIND, function, ALL);

    assertThat(permits.under(function, Set.copyOf(ALL))).isSameAs(permits);
    assertThat(permits.under(Optional.empty(), ALL)).isNotSameAs(permits);
  }

  @Test
  void longResource_isMatchedByEverythingAlone() {
    String key = "shop/" + "x".repeat(Permission.RESOURCE_CHARS_MAX);
    Grants manifest = Grants.of(new Grant.KeyValue("shop", Duration.ofHours(1)));

    assertThat(decide(Permits.of(manifest, Optional.empty(), ALL), "keyvalue:read=" + key))
        .as("a manifest's namespace is a pattern too")
        .isEqualTo(Decision.NOT_IN_MANIFEST);
    assertThat(function("keyvalue:read").all().getFirst().pattern().matches(key)).isTrue();
  }

  /** Else a tenant's thousand functions take 2 GB of each node. */
  @Test
  void patternsThatTakeMuchMemory_areRefused() {
    List<Permission> heavy = new ArrayList<>();
    List<Permission> usual = new ArrayList<>();
    for (int i = 0; i < FunctionPermissions.COUNT_MAX; i++) {
      StringBuilder pattern = new StringBuilder("*");
      for (int c = 0; c < 254; c++) {
        pattern.append((char) (0x4E00 + i + c));
      }
      heavy.add(Permission.of(PermissionType.METRICS, pattern + "*"));
      usual.add(Permission.of(PermissionType.METRICS, "*_orders_" + i + "_*_seconds_total"));
    }

    assertThat(FunctionPermissions.bytes(heavy)).isGreaterThan(1_500_000);
    assertThatThrownBy(() -> new FunctionPermissions(heavy))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(new FunctionPermissions(usual).all()).hasSize(FunctionPermissions.COUNT_MAX);
    assertThat(new FunctionPermissions(heavy.subList(0, 5)).all()).hasSize(5);
  }

  @Test
  void tooManyPermissions_areRefused() {
    List<Permission> many = new ArrayList<>();
    for (int i = 0; i <= FunctionPermissions.COUNT_MAX; i++) {
      many.add(Permission.of(PermissionType.CONFIG, "key" + i));
    }

    assertThatThrownBy(() -> new FunctionPermissions(many)).hasMessageContaining("at most 100");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http:raed=https://a.example | There is no permission 'http:raed'; did you mean http:read?",
        "HTTP:READ=https://a.example | There is no permission 'HTTP:READ'; did you mean http:read?",
        "http:read=api.example.com | must begin with https:// or http://",
        "http:read=https://*example.com | must have a host",
        "http:read=https://a.*.example | must have a host",
        "http:read=https://*.*.example | must have a host",
        "http:read=https://b\u00fccher.example | must have a host",
        "http:read=https://user@a.example/ | must have a host",
        "http:read=https://a.example:99999/ | must have a port",
        "http:read=https://a.example/x?y=* | must end with its path",
        "http:read=https://a.example/a/../b | must have no empty or dotted segments",
        "http:read=https://a.example/a%2fb | must have no empty or dotted segments",
        "http:read=https://a.example/\u00e9 | must have a path as URLs have it",
        "http:read=https://a.example/%zz | must have a path as URLs have it",
        "keyvalue:read=sessions:* | must be namespace/key",
        "database:read=orders | must be connection/table",
        "logging=warning | must be a level",
        "config=a\u0000b | must have no control characters",
        "config= | must have 1-256 characters, had 0",
      })
  void badPermission_isRefusedWithWhatMustBe(String written, String message) {
    String[] parts = written.split("=", 2);

    Answer<Permission> answer = Permission.read(parts[0], parts[1]);

    assertThat(answer)
        .isInstanceOfSatisfying(
            Answer.Refused.class,
            refused -> assertThat(refused.problem().detail()).contains(message));
  }

  @Test
  void patternOfTheLongestLength_isTaken_andNoLonger() {
    String longest = "x".repeat(Permission.PATTERN_CHARS_MAX);

    assertThat(Permission.read("config", longest)).isInstanceOf(Answer.Done.class);
    assertThat(Permission.read("config", longest + "x")).isInstanceOf(Answer.Refused.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http:read=https://a.example | http:read=https://a.example/x | true",
        "http:read=https://a.example/x | http:read=https://a.example | false",
        "http:read=https://a.example | http:write=https://a.example | false",
        "http:read=https://*.a.example | http:read=https://b.a.example | true",
        "http:read=https://*.a.example | http:read=https://*.b.a.example | true",
        "http:read=https://*.b.a.example | http:read=https://*.a.example | false",
        "http:read=https://*.a.example | http:read=https://a.example | false",
        "http:read=https://* | http:read=https://a.example | true",
        "http:read=https://a.example:* | http:read=https://a.example:8443 | true",
        "http:read | http:read=http://a.example | true",
        "http:read=https://* | http:read | false",
        "database:read=main/audit_* | database:read=main/audit_2026 | true",
        "database:read=main/audit_2026 | database:read=main/audit_* | false",
      })
  void covers(String wide, String narrow, boolean isCovered) {
    assertThat(permission(wide).covers(permission(narrow))).isEqualTo(isCovered);
  }
}
