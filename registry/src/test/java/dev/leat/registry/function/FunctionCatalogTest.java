package dev.leat.registry.function;

import static dev.leat.registry.TestRegistry.ACME;
import static dev.leat.registry.TestRegistry.ACTOR;
import static dev.leat.registry.TestRegistry.MASK;
import static dev.leat.registry.TestRegistry.OTHER;
import static dev.leat.registry.TestRegistry.done;
import static dev.leat.registry.TestRegistry.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Page;
import dev.leat.contract.ProblemCode;
import dev.leat.registry.TestRegistry;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FunctionCatalogTest {
  private TestRegistry registry;

  @BeforeEach
  void open(@TempDir Path directory) {
    registry = new TestRegistry(directory);
  }

  @AfterEach
  void close() {
    registry.close();
  }

  @Test
  void list_pageByPage_isInTheOrderOfNames() {
    registry.deploy("c", 1);
    registry.deploy("a", 2);
    registry.deploy("b", 3);

    Page<DeployedVersion> first = done(registry.functions.list(ACME, 2, Optional.empty()));
    Page<DeployedVersion> second = done(registry.functions.list(ACME, 2, first.next()));

    assertThat(first.items())
        .extracting(deployed -> deployed.version().function().name().value())
        .containsExactly("a", "b");
    assertThat(second.items())
        .extracting(deployed -> deployed.version().function().name().value())
        .containsExactly("c");
    assertThat(second.next()).isEmpty();
  }

  @Test
  void list_strangeCursor_isRefused() {
    refused(registry.functions.list(ACME, 1, Optional.of("%")), ProblemCode.INVALID_REQUEST);
  }

  @Test
  void anotherTenantsFunction_isNotFound() {
    registry.deploy("mask", 1);

    refused(registry.functions.show(OTHER, MASK), ProblemCode.FUNCTION_NOT_FOUND);
    refused(registry.functions.versions(OTHER, MASK), ProblemCode.FUNCTION_NOT_FOUND);
    refused(registry.functions.delete(OTHER, ACTOR, MASK), ProblemCode.FUNCTION_NOT_FOUND);
    assertThat(registry.routes.find("acme", "mask")).isNotNull();
  }

  @Test
  void version_olderOrNewest_isShown() {
    DeployedVersion first = registry.deploy("mask", 1);
    DeployedVersion second = registry.deploy("mask", 2);

    assertThat(done(registry.functions.version(ACME, MASK, "v1"))).isEqualTo(first);
    assertThat(done(registry.functions.version(ACME, MASK, "v2"))).isEqualTo(second);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"v3", "v0", "v01", "1", "v", "latest", "v4294967297", "v-1", "v999999999"})
  void version_thatIsNot_isRefusedAndTheNewestNamed(String label) {
    registry.deploy("mask", 1);
    registry.deploy("mask", 2);

    assertThat(
            refused(registry.functions.version(ACME, MASK, label), ProblemCode.FUNCTION_NOT_FOUND)
                .detail())
        .isEqualTo(
            "Function 'mask' has no such version; the newest is v2, and the last 100 are kept.");
    refused(registry.functions.version(OTHER, MASK, "v1"), ProblemCode.FUNCTION_NOT_FOUND);
  }

  @Test
  void delete_removesAllVersionsAndIsRecorded() {
    registry.deploy("mask", 1);
    registry.deploy("mask", 2);

    done(registry.functions.delete(ACME, ACTOR, MASK));

    refused(registry.functions.show(ACME, MASK), ProblemCode.FUNCTION_NOT_FOUND);
    refused(registry.functions.delete(ACME, ACTOR, MASK), ProblemCode.FUNCTION_NOT_FOUND);
    assertThat(registry.recorded(ACME)).filteredOn("function.delete acme/mask"::equals).hasSize(1);
  }

  @Test
  void forgetTenant_leavesOnlyItsAuditRecords() {
    DeployedVersion deployed = registry.deploy("mask", 1);
    int recorded = registry.recorded(ACME).size();

    registry.forgetTenant.forgetSome(ACME);
    registry.changes.catchUp();

    assertThat(registry.keys.list(ACME)).isEmpty();
    assertThat(registry.routes.find("acme", "mask")).isNull();
    assertThat(done(registry.functions.list(ACME, 9, Optional.empty())).items()).isEmpty();
    assertThat(done(registry.modules.list(ACME, "", 9, Optional.empty())).items()).isEmpty();
    assertThat(registry.blobs.load(deployed.version().module())).isEmpty();
    assertThat(registry.recorded(ACME)).hasSize(recorded);
  }
}
