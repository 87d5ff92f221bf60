package dev.leat.registry.module;

import static dev.leat.registry.TestRegistry.ACME;
import static dev.leat.registry.TestRegistry.ACTOR;
import static dev.leat.registry.TestRegistry.MASK;
import static dev.leat.registry.TestRegistry.OTHER;
import static dev.leat.registry.TestRegistry.done;
import static dev.leat.registry.TestRegistry.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Page;
import dev.leat.contract.ProblemCode;
import dev.leat.registry.GuestModules;
import dev.leat.registry.TestRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ModuleCatalogTest {
  private final byte[] module = GuestModules.handler(1);
  private final ModuleDigest digest = ModuleDigest.of(module);
  private Path directory;
  private TestRegistry registry;

  @BeforeEach
  void open(@TempDir Path temporary) {
    directory = temporary;
    registry = new TestRegistry(temporary);
  }

  @AfterEach
  void close() {
    registry.close();
  }

  @Test
  void list_pageByPage_givesEachOnceNewestFirst() {
    for (int i = 0; i < 7; i++) {
      registry.publish("m" + i, "1", GuestModules.handler(i));
    }

    List<String> names = new ArrayList<>();
    Optional<String> cursor = Optional.empty();
    do {
      Page<PublishedModule> page = done(registry.modules.list(ACME, "", 3, cursor));
      page.items().forEach(item -> names.add(item.name()));
      registry.publish("later" + names.size(), "1", GuestModules.handler(100));
      cursor = page.next();
    } while (cursor.isPresent());

    assertThat(names).containsExactly("m6", "m5", "m4", "m3", "m2", "m1", "m0");
  }

  @Test
  void list_query_isTakenLiterally() {
    registry.publish("mask-pii", "1", module);
    registry.publish("resize", "1", module);

    assertThat(names("k-p")).containsExactly("mask-pii");
    assertThat(names("%")).isEmpty();
    assertThat(names("_")).isEmpty();
    assertThat(names("'; DROP TABLE modules; --")).isEmpty();
  }

  @Test
  void list_strangeCursor_isRefused() {
    refused(registry.modules.list(ACME, "", 3, Optional.of("x")), ProblemCode.INVALID_REQUEST);
  }

  @Test
  void anotherTenantsModule_isNotFound() {
    registry.publish("mask", "1", module);

    refused(registry.modules.show(OTHER, digest), ProblemCode.NOT_FOUND);
    refused(registry.modules.content(OTHER, digest), ProblemCode.NOT_FOUND);
    refused(registry.modules.delete(OTHER, ACTOR, digest), ProblemCode.NOT_FOUND);
    assertThat(done(registry.modules.content(ACME, digest))).isEqualTo(module);
  }

  @Test
  void content_bytesAltered_isNotGiven() throws IOException {
    registry.publish("mask", "1", module);
    Path file = directory.resolve(digest.hex().substring(0, 2)).resolve(digest.hex());
    byte[] altered = Files.readAllBytes(file);
    altered[altered.length - 1]++;
    Files.write(file, altered);

    assertThat(
            refused(registry.modules.content(ACME, digest), ProblemCode.MODULE_TAMPERED).detail())
        .contains(digest.toString(), "were changed");
  }

  @Test
  void delete_unused_removesAllNamesAndTheBytes() {
    registry.publish("mask", "1", module);
    registry.publish("mask", "2", module);

    done(registry.modules.delete(ACME, ACTOR, digest));

    refused(registry.modules.show(ACME, digest), ProblemCode.NOT_FOUND);
    assertThat(registry.blobs.load(digest)).isEmpty();
    assertThat(registry.collected).containsExactly(digest);
    assertThat(registry.recorded(ACME).getFirst()).isEqualTo("module.delete " + digest);
    refused(registry.modules.delete(ACME, ACTOR, digest), ProblemCode.NOT_FOUND);
  }

  @Test
  void delete_anotherTenantHasIt_leavesTheBytes() {
    registry.publish("mask", "1", module);
    done(registry.keys.register(OTHER, ACTOR, registry.key.toPublicJWK().toJSONString()));
    done(
        registry.publishModule.publish(
            OTHER, ACTOR, module, registry.sign(registry.key, "mask", "1", module)));

    done(registry.modules.delete(ACME, ACTOR, digest));

    assertThat(done(registry.modules.content(OTHER, digest))).isEqualTo(module);
    assertThat(registry.collected).isEmpty();

    registry.forgetTenant.forgetSome(OTHER);

    assertThat(registry.blobs.load(digest)).isEmpty();
    assertThat(registry.collected).containsExactly(digest);
  }

  @Test
  void delete_usedByAFunction_isAConflict() {
    registry.deploy("mask", 1);

    assertThat(refused(registry.modules.delete(ACME, ACTOR, digest), ProblemCode.CONFLICT).detail())
        .contains("version v1 of the function 'mask'");
    assertThat(done(registry.modules.content(ACME, digest))).isEqualTo(module);

    done(registry.functions.delete(ACME, ACTOR, MASK));
    done(registry.modules.delete(ACME, ACTOR, digest));
  }

  private List<String> names(String query) {
    return done(registry.modules.list(ACME, query, 10, Optional.empty())).items().stream()
        .map(PublishedModule::name)
        .toList();
  }
}
