package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.CompileBudget;
import dev.leat.node.NodeUnderTest.Workshop;
import dev.leat.registry.key.Signatures;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Publishing what takes too long or too much to compile, and what finds no room for it. */
class CompileBudgetIT {
  private static final int FUNCTIONS = 20_000;
  private static final long MIB = 1 << 20;

  @TempDir private Path directory;

  @Test
  void publish_compilesLongerThanItMay_isTheModulesFault() {
    try (RunningNode node = node(new CompileBudget(Duration.ofMillis(20), 128 * MIB, 1))) {
      Answered answered = node.workshop("acme").publish(large(0));

      assertThat(answered.problem()).isEqualTo("422 invalid-module gateway");
      assertThat(answered.json().at("/findings/0/message").asText())
          .contains("longer than the 0.02 s");
      node.assertNothingHeld();
    }
  }

  @Test
  void publish_needsMoreMemoryThanThereIs_isTheModulesFault() {
    try (RunningNode node = node(new CompileBudget(Duration.ofSeconds(30), 8 * MIB, 1))) {
      Workshop acme = node.workshop("acme");

      Answered answered = acme.publish(large(0));

      assertThat(answered.problem()).isEqualTo("422 invalid-module gateway");
      assertThat(answered.json().at("/findings/0/message").asText())
          .contains("this node has 8 MiB for it");
      assertThat(acme.publish(Guests.echo()).status()).isEqualTo(201);
    }
  }

  /** Each holds the only place for as long as the others are willing to wait, if they meet. */
  @Test
  void publish_othersAreCompiled_isOverload() {
    try (RunningNode node = node(new CompileBudget(Duration.ofMillis(100), 128 * MIB, 1))) {
      Workshop acme = node.workshop("acme");
      List<CompletableFuture<Answered>> publishing =
          Stream.of(1, 2, 3, 4)
              .map(HostilePublish::new)
              .map(each -> each.sign(acme))
              .map(each -> CompletableFuture.supplyAsync(() -> each.send(acme)))
              .toList();

      List<Answered> answers = publishing.stream().map(CompletableFuture::join).toList();

      assertThat(answers)
          .extracting(Answered::problem)
          .contains("422 invalid-module gateway")
          .isSubsetOf("422 invalid-module gateway", "503 overloaded scheduler");
      assertThat(answers)
          .filteredOn(answer -> answer.status() == 503)
          .allSatisfy(answer -> {
            assertThat(answer.header("retry-after")).isNotEmpty();
            assertThat(answer.text()).contains("the node is compiling other modules");
          });
      node.assertNothingHeld();
    }
  }

  private RunningNode node(CompileBudget compiling) {
    return RunningNode.start(
        NodeConfig.embedded(directory, NodeConfig.DEFAULT_HOST, 0).with(compiling));
  }

  private record HostilePublish(byte[] module, String signature) {
    HostilePublish(int number) {
      this(large(number), "");
    }

    HostilePublish sign(Workshop acme) {
      return new HostilePublish(module, Signatures.sign(acme.key, acme.statement(module)));
    }

    Answered send(Workshop acme) {
      return acme.publish(module, signature);
    }
  }

  /** Compiles for a second or so; each number gives another module. */
  private static byte[] large(int number) {
    WasmBuilder module = new WasmBuilder().memory(1);
    WasmCode code = new WasmCode().i32Const(number).drop();
    for (int i = 0; i < FUNCTIONS; i++) {
      module.function("()->", code);
    }
    return module.build();
  }
}
