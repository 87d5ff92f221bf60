package dev.leat.registry.module;

import static dev.leat.registry.TestRegistry.ACME;
import static dev.leat.registry.TestRegistry.ACTOR;
import static dev.leat.registry.TestRegistry.done;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.contract.Allowance;
import dev.leat.contract.Answer;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.StoredModule;
import dev.leat.engine.CompileBudget;
import dev.leat.engine.GuestHeap;
import dev.leat.engine.ModuleLimits;
import dev.leat.engine.chicory.ChicoryEngine;
import dev.leat.engine.files.FileClassStore;
import dev.leat.registry.GuestModules;
import dev.leat.registry.TestRegistry;
import dev.leat.store.JdbiLeases;
import dev.leat.store.StoreFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The disk is full at one step of a publication after the other: it is said, nothing is
 * half-published, and what is left is found later.
 */
final class FullDiskTest {
  private static final byte[] MODULE = GuestModules.handler(1);
  private static final ModuleDigest DIGEST = ModuleDigest.of(MODULE);

  private final Set<Step> full = EnumSet.noneOf(Step.class);
  @TempDir private Path directory;
  private TestRegistry registry;
  private FillingBlobs blobs;
  private FileClassStore classes;

  private enum Step {
    BYTES,

    /** When the bytes are there, and the row is not. */
    ROW,

    /** Removing what was written. */
    REMOVAL
  }

  @BeforeEach
  void open() throws IOException {
    classes = new FileClassStore(directory.resolve("classes"));
    classes.start();
    registry = new TestRegistry(directory.resolve("blobs"));
    blobs = new FillingBlobs();
  }

  @AfterEach
  void close() {
    registry.close();
  }

  @ParameterizedTest
  @EnumSource(
      value = Step.class,
      names = {"BYTES", "ROW"})
  void publish_diskFull_saysSo_andLeavesNothing(Step step) {
    full.add(step);

    assertFull();

    assertNothingIsPublished();
    assertThat(registry.blobs.load(DIGEST)).isEmpty();
    full.clear();
    assertThat(done(publish()).digest()).isEqualTo(DIGEST);
    assertThat(done(registry.modules.content(ACME, DIGEST))).isEqualTo(MODULE);
  }

  @Test
  void publish_diskFull_whatCannotBeRemoved_isFoundLater() throws IOException {
    full.addAll(Set.of(Step.ROW, Step.REMOVAL));

    assertFull();

    assertNothingIsPublished();
    assertThat(registry.blobs.load(DIGEST)).as("the bytes could not be removed").isPresent();
    full.clear();
    CollectAbandoned abandoned = abandoned();
    assertThat(abandoned.round()).as("it may be about to be published").isZero();
    Files.setLastModifiedTime(
        registry.blobFile(DIGEST),
        FileTime.from(registry.clock.instant().minus(CollectAbandoned.AGE).minusSeconds(1)));
    assertThat(abandoned.round()).isEqualTo(1);
    assertThat(registry.blobs.load(DIGEST)).isEmpty();
  }

  /** What is compiled is a cache. */
  @Test
  void publish_noRoomForClasses_isDone() throws IOException {
    Files.delete(directory.resolve("classes").resolve("key"));
    Files.delete(directory.resolve("classes"));
    Files.createFile(directory.resolve("classes"));

    assertThat(done(publish()).digest()).isEqualTo(DIGEST);
  }

  private void assertFull() {
    assertThatThrownBy(this::publish)
        .isInstanceOfSatisfying(
            StoreFailure.class,
            failure -> {
              assertThat(failure.isFull()).isTrue();
              assertThat(failure.isRetryable()).isTrue();
            });
  }

  private void assertNothingIsPublished() {
    assertThat(registry.moduleStore.find(ACME, DIGEST)).isEmpty();
    assertThat(registry.recorded(ACME)).noneMatch(line -> line.startsWith("module.publish"));
  }

  private Answer<PublishedModule> publish() {
    ChicoryEngine engine =
        new ChicoryEngine(
            ModuleLimits.DEFAULT, CompileBudget.ofThisJvm(), classes, GuestHeap.unbounded());
    return new PublishModule(
            registry.moduleStore,
            blobs,
            new CollectModule(registry.moduleStore, blobs, digest -> {}),
            registry.keyStore,
            registry.policyStore,
            engine::inspectAndCompile,
            tenant -> Allowance.PLATFORM,
            registry.clock,
            TestRegistry.MODULE_BYTES_MAX)
        .publish(ACME, ACTOR, MODULE, registry.sign(registry.key, "mask", "1", MODULE));
  }

  private CollectAbandoned abandoned() {
    return new CollectAbandoned(
        registry.moduleStore,
        new CollectModule(registry.moduleStore, blobs, digest -> {}),
        List.of(blobs::stored),
        new JdbiLeases(registry.database.dataSource()),
        "test",
        registry.clock);
  }

  /** The registry's files on a disk that is full when a test says so. */
  private final class FillingBlobs implements BlobStore {
    private void requireRoom(Step step) {
      if (full.contains(step)) {
        throw new StoreFailure(
            "Writing " + step, true, new IOException("/data: No space left on device"));
      }
    }

    @Override
    public void put(ModuleDigest digest, byte[] bytes) {
      requireRoom(Step.BYTES);
      registry.blobs.put(digest, bytes);
      requireRoom(Step.ROW); // what comes next, within the same transaction
    }

    @Override
    public Optional<byte[]> load(ModuleDigest digest) {
      return registry.blobs.load(digest);
    }

    @Override
    public void delete(ModuleDigest digest) {
      requireRoom(Step.REMOVAL);
      registry.blobs.delete(digest);
    }

    @Override
    public List<StoredModule> stored(Optional<ModuleDigest> after, int most) {
      return registry.blobs.stored(after, most);
    }
  }
}
