package dev.leat.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The table of allowed imports of docs/ARCHITECTURE.md, and where each technology may be used. */
class ModuleTableTest {
  private static final JavaClasses PRODUCT =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("testkit"))
          .importPackages("dev.leat");

  /** Each room with the rooms that it may import. */
  private static final Map<String, Set<String>> ALLOWED =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("contract", Set.of()),
              Map.entry("store", Set.of("contract")),
              Map.entry("documents", Set.of("contract")),
              Map.entry("engine", Set.of("contract")),
              Map.entry("audit", Set.of("contract", "store", "documents")),
              Map.entry("tenants", Set.of("contract", "store", "audit")),
              Map.entry("registry", Set.of("contract", "store", "documents", "engine", "audit")),
              Map.entry("worker", Set.of("contract", "store", "engine")),
              Map.entry("cluster", Set.of("contract", "store")),
              Map.entry("scheduler", Set.of("contract", "store", "cluster")),
              Map.entry("invocations", Set.of("contract", "store", "audit")),
              Map.entry(
                  "gateway",
                  Set.of(
                      "contract",
                      "store",
                      "documents",
                      "audit",
                      "tenants",
                      "registry",
                      "invocations")),
              Map.entry(
                  "node",
                  Set.of(
                      "contract",
                      "store",
                      "documents",
                      "engine",
                      "audit",
                      "tenants",
                      "registry",
                      "worker",
                      "cluster",
                      "scheduler",
                      "invocations",
                      "gateway")),
              // The registry, so that "leat verify" accepts what the platform does.
              Map.entry("cli", Set.of("contract", "documents", "audit", "registry", "node"))));

  /** Who talks to a database. */
  private static final List<String> DATABASES =
      List.of(
          "dev.leat.store..",
          "dev.leat.tenants.jdbi..",
          "dev.leat.audit.jdbi..",
          "dev.leat.tenants.usage.jdbi..",
          "dev.leat.tenants.secret.jdbi..",
          "dev.leat.registry.jdbi..",
          "dev.leat.invocations.jdbi..",
          "dev.leat.cluster.jdbi..",
          "dev.leat.scheduler.jdbi..",
          "dev.leat.worker.jdbi..",
          "dev.leat.worker.jdbc..",
          "dev.leat.node");

  /** Each technology with the packages that may know it. */
  private static final Map<String, List<String>> TECHNOLOGIES =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("com.dylibso.chicory..", List.of("dev.leat.engine.chicory..")),
              Map.entry("org.objectweb.asm..", List.of("dev.leat.engine.chicory..")),
              // Whoever needs an engine is given one: only the assembly says that it is Chicory.
              Map.entry(
                  "dev.leat.engine.chicory..",
                  List.of("dev.leat.engine.chicory..", "dev.leat.node")),
              Map.entry(
                  "io.vertx..",
                  List.of(
                      "dev.leat.gateway..",
                      "dev.leat.scheduler.http..",
                      "dev.leat.worker.capability.http..",
                      "dev.leat.node")),
              Map.entry("com.hazelcast..", List.of("dev.leat.cluster.hazelcast..")),
              Map.entry("org.bouncycastle..", List.of("dev.leat.cluster.trust..")),
              Map.entry("io.lettuce..", List.of("dev.leat.worker.redis..")),
              Map.entry("software.amazon..", List.of("dev.leat.store.s3..")),
              Map.entry(
                  "io.netty..",
                  List.of(
                      "dev.leat.gateway..",
                      "dev.leat.scheduler.http..",
                      "dev.leat.worker.capability.http..")),
              Map.entry("java.sql..", DATABASES),
              Map.entry("javax.sql..", DATABASES),
              Map.entry(
                  "org.jdbi..",
                  List.of(
                      "dev.leat.store..",
                      "dev.leat.tenants.jdbi..",
                      "dev.leat.audit.jdbi..",
                      "dev.leat.tenants.usage.jdbi..",
                      "dev.leat.tenants.secret.jdbi..",
                      "dev.leat.registry.jdbi..",
                      "dev.leat.invocations.jdbi..",
                      "dev.leat.cluster.jdbi..",
                      "dev.leat.scheduler.jdbi..",
                      "dev.leat.worker.jdbi..")),
              Map.entry("org.flywaydb..", List.of("dev.leat.store..")),
              Map.entry("com.zaxxer.hikari..", List.of("dev.leat.worker.jdbc..", "dev.leat.node")),
              Map.entry("com.cronutils..", List.of("dev.leat.invocations.schedule..")),
              Map.entry("net.sf.jsqlparser..", List.of("dev.leat.worker.sql..")),
              Map.entry(
                  "io.prometheus..", List.of("dev.leat.node.metrics..", "dev.leat.node.telemetry")),
              Map.entry("io.opentelemetry..", List.of("dev.leat.node.telemetry")),
              Map.entry("io.github.bucket4j..", List.of("dev.leat.tenants..")),
              Map.entry(
                  "com.github.benmanes.caffeine..",
                  List.of(
                      "dev.leat.tenants..",
                      "dev.leat.worker",
                      "dev.leat.worker.capability.secret")),
              Map.entry(
                  "com.nimbusds..",
                  List.of(
                      "dev.leat.tenants..",
                      "dev.leat.audit",
                      "dev.leat.registry.key..",
                      "dev.leat.cli..")),
              // Nimbus signs and verifies Ed25519 with it; nobody else touches it.
              Map.entry("com.google.crypto.tink..", List.of("nobody")),
              Map.entry(
                  "com.fasterxml.jackson..",
                  List.of(
                      "dev.leat.documents..",
                      "dev.leat.audit",
                      "dev.leat.registry.canary",
                      "dev.leat.registry.capability",
                      "dev.leat.registry.function..",
                      "dev.leat.registry.key..",
                      "dev.leat.registry.permission..",
                      "dev.leat.worker.guest..",
                      "dev.leat.worker.capability",
                      "dev.leat.worker.capability.config..",
                      "dev.leat.worker.capability.database..",
                      "dev.leat.worker.capability.step..",
                      "dev.leat.worker.jdbc..",
                      "dev.leat.worker.capability.keyvalue..",
                      "dev.leat.worker.capability.step..",
                      "dev.leat.gateway.control..",
                      "dev.leat.node",
                      "dev.leat.node.log",
                      "dev.leat.node.telemetry",
                      "dev.leat.cli..")),
              Map.entry("ch.qos.logback..", List.of("dev.leat.node.log")),
              Map.entry("org.erdtman..", List.of("dev.leat.audit")),
              Map.entry("picocli..", List.of("dev.leat.cli.."))));

  @Test
  void everyRoomIsInTheTable() {
    assertThat(PRODUCT.stream().map(ModuleTableTest::room).distinct())
        .containsExactlyInAnyOrderElementsOf(ALLOWED.keySet());
  }

  @TestFactory
  Stream<DynamicTest> aRoomImportsOnlyWhatTheTableAllows() {
    return ALLOWED.entrySet().stream()
        .map(row ->
            DynamicTest.dynamicTest(
                row.getKey(),
                () ->
                    noClasses()
                        .that()
                        .resideInAPackage("dev.leat." + row.getKey() + "..")
                        .should()
                        .dependOnClassesThat(roomsOtherThan(row.getKey(), row.getValue()))
                        .check(PRODUCT)));
  }

  @TestFactory
  Stream<DynamicTest> aTechnologyStaysInItsPackages() {
    return TECHNOLOGIES.entrySet().stream()
        .map(row ->
            DynamicTest.dynamicTest(
                row.getKey(),
                () ->
                    noClasses()
                        .that()
                        .resideOutsideOfPackages(row.getValue().toArray(String[]::new))
                        .should()
                        .dependOnClassesThat(resideInAnyPackage(row.getKey()))
                        .check(PRODUCT)));
  }

  private static DescribedPredicate<JavaClass> roomsOtherThan(String own, Set<String> allowed) {
    return DescribedPredicate.describe(
        "are in a room other than " + own + " and " + allowed,
        target ->
            target.getPackageName().startsWith("dev.leat.")
                && !room(target).equals(own)
                && !allowed.contains(room(target)));
  }

  /** The segment after {@code dev.leat}. */
  private static String room(JavaClass type) {
    return type.getPackageName().split("\\.", -1)[2];
  }
}
