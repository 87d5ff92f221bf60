package dev.leat.registry.module;

import static dev.leat.registry.TestRegistry.ACME;
import static dev.leat.registry.TestRegistry.ACTOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Allowance;
import dev.leat.contract.Answer;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.StoredModule;
import dev.leat.engine.CompileBudget;
import dev.leat.engine.GuestHeap;
import dev.leat.engine.ModuleLimits;
import dev.leat.engine.chicory.ChicoryEngine;
import dev.leat.engine.files.FileClassStore;
import dev.leat.registry.GuestModules;
import dev.leat.registry.TestRegistry;
import dev.leat.testkit.Mutants;
import dev.leat.testkit.Seed;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Property 19: what is no module is refused, however it is broken; and whatever is sent, nothing is
 * left behind: no thread, no open file, no bytes or classes of what was refused.
 */
@Timeout(180)
final class MutatedUploadTest {
  private static final int MUTANTS = 1_000;

  /** What mutants may be refused for; anything else is a defect. */
  private static final Set<ProblemCode> REFUSALS =
      Set.of(ProblemCode.INVALID_MODULE, ProblemCode.INVALID_SIGNATURE);

  @Test
  void mutants_arePublishedOrRefused_andLeaveNothing(
      @TempDir Path blobDirectory, @TempDir Path classDirectory) throws IOException {
    Seed seed = Seed.orElse(20_261_127L);
    Random random = seed.random();
    try (TestRegistry registry = new TestRegistry(blobDirectory)) {
      FileClassStore classes = new FileClassStore(classDirectory);
      classes.start();
      ChicoryEngine engine =
          new ChicoryEngine(
              ModuleLimits.DEFAULT, CompileBudget.ofThisJvm(), classes, GuestHeap.unbounded());
      CollectModule collector =
          new CollectModule(registry.moduleStore, registry.blobs, engine::forget);
      PublishModule publishing =
          new PublishModule(
              registry.moduleStore,
              registry.blobs,
              collector,
              registry.keyStore,
              registry.policyStore,
              engine::inspectAndCompile,
              tenant -> Allowance.PLATFORM,
              registry.clock,
              TestRegistry.MODULE_BYTES_MAX);
      List<byte[]> originals = originals();
      publish(registry, publishing, "warm", originals.getFirst(), random);
      int threads = Thread.activeCount();
      long files = openFiles();

      int accepted = 0;
      for (int i = 0; i < MUTANTS; i++) {
        byte[] mutant = Mutants.mutated(originals.get(random.nextInt(originals.size())), random);
        try {
          accepted += publish(registry, publishing, "mutant" + i, mutant, random) ? 1 : 0;
        } catch (RuntimeException | Error e) {
          throw new AssertionError("mutant " + i + ", " + seed, e);
        }
      }

      assertThat(accepted).as(seed.toString()).isBetween(MUTANTS / 50, MUTANTS - MUTANTS / 50);
      assertThat(Thread.activeCount()).as("threads, %s", seed).isLessThanOrEqualTo(threads + 1);
      assertThat(openFiles()).as("open files, %s", seed).isLessThanOrEqualTo(files + 5);
      Set<ModuleDigest> published =
          registry.moduleStore.list(ACME, "", 2_000, ModuleStore.START).items().stream()
              .map(PublishedModule::digest)
              .collect(Collectors.toSet());
      assertThat(digests(registry.blobs.stored(Optional.empty(), 2_000)))
          .as("bytes, %s", seed)
          .isEqualTo(published);
      assertThat(digests(classes.stored(Optional.empty(), 2_000)))
          .as("classes, %s", seed)
          .isEqualTo(published);
    }
  }

  private static Set<ModuleDigest> digests(List<StoredModule> stored) {
    return stored.stream().map(StoredModule::digest).collect(Collectors.toSet());
  }

  /** Whether it was accepted. One in ten has a signature that is broken too. */
  private static boolean publish(
      TestRegistry registry, PublishModule publishing, String name, byte[] module, Random random) {
    String signature = registry.sign(registry.key, name, "1", module);
    if (random.nextInt(10) == 0) {
      signature =
          new String(
              Mutants.mutated(signature.getBytes(StandardCharsets.ISO_8859_1), random),
              StandardCharsets.ISO_8859_1);
    }
    return switch (publishing.publish(ACME, ACTOR, module, signature)) {
      case Answer.Done<PublishedModule> done -> true;
      case Answer.Refused<PublishedModule>(Problem problem) -> {
        assertThat(REFUSALS).as(problem.toString()).contains(problem.code());
        yield false;
      }
    };
  }

  private static List<byte[]> originals() {
    return List.of(
        GuestModules.handler(1),
        GuestModules.handler(2, 3),
        new WasmBuilder()
            .importFunction("leat", "log", "(i32,i32,i32)->")
            .importFunction("leat", "fail", "(i32,i32)->")
            .memory(1)
            .export("allocate", "(i32)->i32", new WasmCode().i32Const(64))
            .export("init", "(i32,i32)->i32", new WasmCode().i32Const(1))
            .export("handle", "(i32,i32)->i64", new WasmCode().i64Const(-1))
            .build());
  }

  /** Of this process; 0 where that cannot be told. */
  private static long openFiles() throws IOException {
    Path descriptors = Path.of("/proc/self/fd");
    if (!Files.isDirectory(descriptors)) {
      return 0;
    }
    try (Stream<Path> all = Files.list(descriptors)) {
      return all.count();
    }
  }
}
