package dev.leat.engine.chicory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.leat.contract.ModuleDigest;
import dev.leat.engine.ClassStore;
import dev.leat.engine.CompileBudget;
import dev.leat.engine.GuestHeap;
import dev.leat.engine.ModuleLimits;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The official core suite runs here, but for what {@code core-suite-failures.txt} names with its
 * reason. That list may only get shorter: a case of it that passes fails the test too. Vector
 * instructions are not supported, so their scripts are left out.
 */
@Timeout(300)
final class CoreSuiteTest {
  /** No case is lost by being called not applicable. */
  private static final int PASSED_AT_LEAST = 27_000;

  private static final int THREADS = Math.max(2, Runtime.getRuntime().availableProcessors());

  @Test
  void everyCase_endsAsItMust_andAgainAfterReset() {
    Optional<Path> folder = CoreSuite.folder();
    assumeTrue(folder.isPresent(), "The folder shared/spec is not beside the project's root");

    Map<String, SuiteEnding> endings = run(CoreSuite.read(folder.get()));

    Map<String, String> failed = new TreeMap<>();
    endings.forEach((id, ending) -> {
      if (ending instanceof SuiteEnding.Failed(String reason)) {
        failed.put(id, reason);
      }
    });
    Set<String> expected = expectedToFail();
    assertThat(without(failed, expected)).as("cases that fail and are not listed").isEmpty();
    expected.removeAll(failed.keySet());
    assertThat(expected).as("listed cases that do not fail: take them off the list").isEmpty();
    assertThat(endings.values().stream().filter(SuiteEnding.PASSED::equals).count())
        .as("cases that passed")
        .isGreaterThanOrEqualTo(PASSED_AT_LEAST);
  }

  private static Map<String, SuiteEnding> run(CoreSuite suite) {
    ChicoryEngine engine =
        new ChicoryEngine(
            ModuleLimits.DEFAULT,
            new CompileBudget(Duration.ofSeconds(60), 256 << 20, THREADS),
            new MemoryClassStore(),
            GuestHeap.unbounded());
    Map<String, SuiteEnding> endings = new TreeMap<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<Map<String, SuiteEnding>>> running = new ArrayList<>();
      for (String script : suite.scripts()) {
        if (!script.startsWith("simd_")) {
          running.add(threads.submit(() -> new SuiteScript(suite, script, engine).run()));
        }
      }
      for (Future<Map<String, SuiteEnding>> script : running) {
        endings.putAll(script.get());
      }
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
    Map<String, Integer> counts = new TreeMap<>();
    endings
        .values()
        .forEach(ending -> counts.merge(ending.getClass().getSimpleName(), 1, Integer::sum));
    System.out.println("The core suite: " + counts);
    return endings;
  }

  private static Map<String, String> without(Map<String, String> all, Set<String> some) {
    Map<String, String> rest = new TreeMap<>(all);
    rest.keySet().removeAll(some);
    return rest;
  }

  /** One case a line; lines that begin with # say why those below them fail. */
  private static Set<String> expectedToFail() {
    try (InputStream list = CoreSuiteTest.class.getResourceAsStream("/core-suite-failures.txt")) {
      return new String(Objects.requireNonNull(list).readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .collect(Collectors.toCollection(TreeSet::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is compiled goes through its stored form, as on a node. */
  private static final class MemoryClassStore implements ClassStore {
    private final Map<ModuleDigest, byte[]> stored = new ConcurrentHashMap<>();

    @Override
    public Optional<byte[]> load(ModuleDigest module, String format) {
      return Optional.ofNullable(stored.get(module));
    }

    @Override
    public void save(ModuleDigest module, String format, byte[] compiled) {
      stored.put(module, compiled);
    }

    @Override
    public void delete(ModuleDigest module) {
      stored.remove(module);
    }

    @Override
    public SecretKey key() {
      return ClassStore.none().key();
    }
  }
}
