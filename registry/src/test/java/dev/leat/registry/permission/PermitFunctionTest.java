package dev.leat.registry.permission;

import static dev.leat.registry.TestRegistry.ACME;
import static dev.leat.registry.TestRegistry.ACTOR;
import static dev.leat.registry.TestRegistry.MASK;
import static dev.leat.registry.TestRegistry.done;
import static dev.leat.registry.TestRegistry.manifest;
import static dev.leat.registry.TestRegistry.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.audit.AuditStore;
import dev.leat.contract.Allowance;
import dev.leat.contract.Answer;
import dev.leat.contract.Finding;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.contract.permission.Permission;
import dev.leat.contract.permission.PermissionType;
import dev.leat.contract.permission.Permits;
import dev.leat.registry.GuestModules;
import dev.leat.registry.TestRegistry;
import dev.leat.registry.permission.PermitFunction.Asked;
import dev.leat.registry.permission.PermitFunction.Standing;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PermitFunctionTest {
  private static final String HTTP =
      "{logging: true, http: {allow: [\"https://api.example.com\"]}}";

  private TestRegistry registry;

  @BeforeEach
  void open(@TempDir Path directory) {
    registry = new TestRegistry(directory);
  }

  @AfterEach
  void close() {
    registry.close();
  }

  private FunctionVersion deploy(int number, String capabilities) {
    byte[] module = GuestModules.handler(number);
    registry.publish("mask", "1." + number, module);
    return done(registry.deployAccepting(
            "mask",
            manifest("mask", ModuleDigest.of(module)) + "  capabilities: " + capabilities + "\n"))
        .version();
  }

  private Answer<Standing> set(String... written) {
    return set(Optional.empty(), written);
  }

  private Answer<Standing> set(Optional<String> ifMatch, String... written) {
    List<Asked> asked =
        Arrays.stream(written)
            .map(it -> it.split("=", 2))
            .map(it -> new Asked(it[0], it.length == 1 ? "*" : it[1]))
            .toList();
    Answer<Standing> answer = registry.permitFunction.set(ACME, "admin@acme", MASK, asked, ifMatch);
    registry.changes.catchUp();
    return answer;
  }

  private boolean allows(FunctionVersion version, PermissionType type, String resource) {
    return registry.permissions.of(version).allows(type, resource);
  }

  private boolean allowsGet(FunctionVersion version) {
    return allows(version, PermissionType.HTTP_READ, "https://api.example.com/public/x");
  }

  @Test
  void noneSet_holdsWhatTheManifestGrants() {
    FunctionVersion version = deploy(1, HTTP);

    Standing standing = done(registry.permitFunction.show(ACME, MASK));

    assertThat(standing.set()).isEmpty();
    assertThat(standing.manifest())
        .extracting(Permission::toString)
        .containsExactly(
            "http:read=https://api.example.com", "http:write=https://api.example.com", "logging");
    assertThat(standing.denied()).isEmpty();
    assertThat(allowsGet(version)).isTrue();
  }

  @Test
  void set_holdsFromThenOn_andIsRecorded() {
    FunctionVersion version = deploy(1, HTTP);
    long before = registry.permissions.revision();

    Standing standing = done(set("http:read=https://api.example.com/public/**"));

    assertThat(standing.denied())
        .containsExactly(PermissionType.HTTP_WRITE, PermissionType.LOGGING);
    assertThat(registry.permissions.revision()).isGreaterThan(before);
    assertThat(allowsGet(version)).isTrue();
    assertThat(allows(version, PermissionType.HTTP_READ, "https://api.example.com/x")).isFalse();
    assertThat(allows(version, PermissionType.LOGGING, "info")).isFalse();
    assertThat(registry.recorded(ACME).getFirst()).isEqualTo("permissions.set acme/mask");

    done(registry.permitFunction.clear(ACME, MASK, Optional.empty()));
    registry.changes.catchUp();
    assertThat(allows(version, PermissionType.LOGGING, "info")).isTrue();
    assertThat(registry.recorded(ACME).getFirst()).isEqualTo("permissions.clear acme/mask");
  }

  /** They are the function's: neither a deployment nor a rollback changes them. */
  @Test
  void rollback_changesNothingOfThem() {
    FunctionVersion first = deploy(1, "{logging: true}");
    done(set("http:read", "logging=error"));
    FunctionVersion second = deploy(2, HTTP);

    assertThat(allowsGet(first)).isFalse();
    assertThat(allowsGet(second)).isTrue();
    assertThat(allows(second, PermissionType.LOGGING, "info")).isFalse();

    done(registry.traffic.rollback(ACME, ACTOR, MASK, Optional.of(1), Optional.empty()));
    registry.changes.catchUp();

    assertThat(done(registry.permitFunction.show(ACME, MASK)).set()).isPresent();
    assertThat(allows(first, PermissionType.LOGGING, "info")).isFalse();
    assertThat(allows(first, PermissionType.LOGGING, "error")).isTrue();
    assertThat(allowsGet(first)).isFalse();
  }

  @Test
  void deleted_andDeployedAgain_areBoundStill() {
    deploy(1, "{logging: true}");
    done(set("http:read"));
    done(registry.functions.delete(ACME, ACTOR, MASK));

    assertThat(done(registry.permitFunction.show(ACME, MASK)).manifest()).isEmpty();
    FunctionVersion again = deploy(2, "{logging: true}");

    assertThat(allows(again, PermissionType.LOGGING, "error")).isFalse();
  }

  @Test
  void tenantForgotten_leavesNothing() {
    FunctionVersion version = deploy(1, "{logging: true}");
    done(set("http:read"));

    while (registry.forgetTenant.forgetSome(ACME)) {
      // until nothing is left
    }
    registry.changes.catchUp();

    assertThat(registry.permissionStore.all()).isEmpty();
    assertThat(allows(version, PermissionType.LOGGING, "info")).isTrue();
  }

  @Test
  void tenantsPowers_takeAwayWhatWasDeployed() {
    FunctionVersion version = deploy(1, HTTP);
    Permits before = registry.permissions.of(version);
    assertThat(registry.permissions.of(version)).isSameAs(before);

    allow(Set.of("logging"));

    assertThat(allowsGet(version)).isFalse();
    assertThat(done(registry.permitFunction.show(ACME, MASK)).denied())
        .containsExactly(PermissionType.HTTP_READ, PermissionType.HTTP_WRITE);
    assertThat(refused(set("http:read"), ProblemCode.INVALID_REQUEST).findings())
        .extracting(Finding::message)
        .containsExactly(
            "Tenant 'acme' may not grant http. Leave it out, or ask an operator for it.");
  }

  private void allow(Set<String> powers) {
    registry.allowance = Allowance.PLATFORM.withGrants(powers);
  }

  @Test
  void mistakes_areToldAllAtOnce_andChangeNothing() {
    deploy(1, "{}");

    List<Finding> findings =
        refused(
                set("http:raed", "http:read=api.example.com", "logging", "logging", "config=a"),
                ProblemCode.INVALID_REQUEST)
            .findings();

    assertThat(findings)
        .extracting(Finding::at)
        .containsExactly("permissions[0]", "permissions[1]", "permissions[3]");
    assertThat(done(registry.permitFunction.show(ACME, MASK)).set()).isEmpty();
  }

  @Test
  void tenThousandPermissions_areRefusedByTheirNumber() {
    deploy(1, "{}");

    String detail =
        refused(
                registry.permitFunction.set(
                    ACME,
                    ACTOR,
                    MASK,
                    Collections.nCopies(10_000, new Asked("config", "*")),
                    Optional.empty()),
                ProblemCode.INVALID_REQUEST)
            .detail();

    assertThat(detail).startsWith("A function has at most 100 permissions, these are 10000.");
  }

  @Test
  void ifMatch_tellsOfAChangeBetween() {
    deploy(1, "{}");
    String none = done(registry.permitFunction.show(ACME, MASK)).etag();
    String tag = done(set(Optional.of(none), "logging")).etag();

    done(set(Optional.of(tag), "config"));
    refused(set(Optional.of(tag), "metrics"), ProblemCode.PRECONDITION_FAILED);
    refused(
        registry.permitFunction.clear(ACME, MASK, Optional.of(tag)),
        ProblemCode.PRECONDITION_FAILED);

    assertThat(done(set(Optional.of("*"), "logging")).etag()).isEqualTo(tag);
  }

  @Test
  void noSuchFunction_isNotFound() {
    refused(set("logging"), ProblemCode.FUNCTION_NOT_FOUND);
    refused(registry.permitFunction.show(ACME, MASK), ProblemCode.FUNCTION_NOT_FOUND);
    refused(
        registry.permitFunction.clear(ACME, MASK, Optional.empty()),
        ProblemCode.FUNCTION_NOT_FOUND);
    refused(
        registry.permitFunction.check(
            ACME, new FunctionName("other"), new Asked("logging", "info"), Optional.empty()),
        ProblemCode.FUNCTION_NOT_FOUND);
  }

  @Test
  void check_saysWhatDenies() {
    deploy(1, "{}");
    deploy(2, HTTP);
    done(set("http:read=https://api.example.com/public/**"));
    String url = "https://api.example.com/public/x";

    assertThat(check("http:read", url, "v1")).isEqualTo(Permits.Decision.NOT_IN_MANIFEST);
    assertThat(check("http:read", url, null)).isEqualTo(Permits.Decision.ALLOWED);
    assertThat(check("http:write", url, null)).isEqualTo(Permits.Decision.NOT_PERMITTED);
    assertThat(check("http:read", "api.example.com", null)).isEqualTo(Permits.Decision.NO_RESOURCE);
    refused(
        registry.permitFunction.check(ACME, MASK, new Asked("http:raed", url), Optional.empty()),
        ProblemCode.INVALID_REQUEST);
    allow(Set.of("logging"));
    assertThat(check("http:read", url, "v2")).isEqualTo(Permits.Decision.NOT_OF_TENANT);
  }

  private Permits.Decision check(String type, String resource, @Nullable String version) {
    return done(registry.permitFunction.check(
            ACME, MASK, new Asked(type, resource), Optional.ofNullable(version)))
        .decision();
  }

  @Test
  void deletedTenant_isGone_forWhatRanBefore_andNotForItsNamesake() {
    FunctionVersion version = deploy(1, HTTP);
    boolean unused = allowsGet(version);
    long before = registry.permissions.revision();
    assertThat(registry.permissions.isGone(ACME, before)).isFalse();

    while (registry.forgetTenant.forgetSome(ACME)) {
      // until nothing is left
    }
    registry.changes.catchUp();

    assertThat(registry.permissions.isGone(ACME, before)).isTrue();
    assertThat(registry.permissions.isGone(ACME, registry.permissions.revision())).isFalse();
    assertThat(registry.permissions.isGone(new TenantId("globex"), before)).isFalse();
    assertThat(registry.permissions.tables()).isZero();
  }

  @Test
  void tables_areKeptForAsManyVersionsAsThereIsRoomFor() {
    FunctionVersion version = deploy(1, HTTP);
    for (int number = 2; number < CurrentPermissions.TABLES_MAX + 10; number++) {
      var unused =
          registry.permissions.of(
              new FunctionVersion(
                  version.function(),
                  number,
                  version.module(),
                  version.guest(),
                  version.limits(),
                  version.instances(),
                  version.grants(),
                  "{}"));
    }

    assertThat(allowsGet(version)).isTrue();
    assertThat(registry.permissions.tables()).isLessThanOrEqualTo(CurrentPermissions.TABLES_MAX);
  }

  /** Property 13: what a later version asks for beyond the last, nobody gets unasked. */
  @Test
  void deploy_thatAsksForMore_needsAYes() {
    deploy(1, HTTP);
    byte[] module = GuestModules.handler(2);
    registry.publish("mask", "2", module);
    String asking =
        manifest("mask", ModuleDigest.of(module))
            + "  capabilities: {logging: true, metrics: true, http: {allow:"
            + " [\"https://api.example.com\", \"https://*.example.org\"], perMinute: 90}}\n";

    Problem problem = refused(registry.deploy("mask", asking), ProblemCode.ACCEPTANCE_REQUIRED);

    assertThat(problem.detail()).contains("asks for more of the host than v1").contains("--accept");
    assertThat(problem.findings())
        .extracting(Finding::toString)
        .containsExactly(
            "spec.capabilities.http: v2 asks for http:read=https://*.example.org, which v1 does not",
            "spec.capabilities.http: v2 asks for http:write=https://*.example.org, which v1 does not",
            "spec.capabilities.metrics: v2 asks for metrics, which v1 does not",
            "spec.capabilities.http.perMinute: v2 asks for 90 requests a minute instead of 60, which"
                + " v1 does not");
    assertThat(registry.route("mask").leading().version().number()).isEqualTo(1);
    assertThat(done(registry.deployAccepting("mask", asking)).version().number()).isEqualTo(2);
    assertThat(done(registry.deploy("mask", asking)).version().number())
        .as("the same again is no more")
        .isEqualTo(2);
    assertThat(
            done(registry.audit.list(AuditStore.Filter.of(ACME), 1, Optional.empty()))
                .items()
                .getFirst()
                .entry()
                .details())
        .contains("; accepted: v2 asks for http:read=https://*.example.org");
  }

  /** Likewise: a method more is more, also where something could be sent before. */
  @Test
  void deploy_thatAsksForMoreMethods_needsAYes() {
    deploy(1, "{http: {allow: [\"https://a.example\"], methods: [GET, POST]}}");
    byte[] module = GuestModules.handler(2);
    registry.publish("mask", "2", module);
    String asking =
        manifest("mask", ModuleDigest.of(module))
            + "  capabilities: {http: {allow: [\"https://a.example\"], methods: [POST, DELETE]}}\n";

    Problem problem = refused(registry.deploy("mask", asking), ProblemCode.ACCEPTANCE_REQUIRED);

    assertThat(problem.findings())
        .extracting(Finding::toString)
        .containsExactly(
            "spec.capabilities.http.methods: v2 asks for the methods DELETE, which v1 does not");
  }

  @Test
  void deploy_thatAsksForAsMuchOrLess_needsNone() {
    deploy(
        1,
        "{logging: true, http: {allow: [\"https://*.example.com\"], perMinute: 90},"
            + " keyValue: {ttlMax: 2h}, database: {connection: main, allow: [\"read:a_*\"]}}");
    byte[] module = GuestModules.handler(2);
    registry.publish("mask", "2", module);

    Answer<?> answer =
        registry.deploy(
            "mask",
            manifest("mask", ModuleDigest.of(module))
                + "  capabilities: {http: {allow: [\"https://api.example.com\"], perMinute: 60},"
                + " keyValue: {ttlMax: 1h}, database: {connection: main, allow: [\"read:a_b\"]}}\n");

    assertThat(answer).isInstanceOf(Answer.Done.class);
  }
}
