package dev.leat.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.gateway.pipeline.NamedStep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Both walks take the steps that docs/ARCHITECTURE.md lists, in that order and for that reason. */
class StepsTest {
  private static GatewayUnderTest node;

  @BeforeAll
  static void start() {
    node = GatewayUnderTest.start();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Test
  void invocations_takeTheDocumentedSteps() throws IOException {
    assertThat(lines(node.invocations.steps())).containsExactlyElementsOf(documented(1));
  }

  @Test
  void operations_takeTheDocumentedSteps() throws IOException {
    assertThat(lines(node.control.steps())).containsExactlyElementsOf(documented(2));
  }

  private static List<String> lines(List<? extends NamedStep<?>> steps) {
    return steps.stream().map(step -> step.name() + ": " + step.reason()).toList();
  }

  /** The rows of the table whose column of this walk is ticked. */
  private static List<String> documented(int walk) throws IOException {
    return Files.readAllLines(Path.of("../docs/ARCHITECTURE.md")).stream()
        .map(line -> line.split(" *\\| *", -1))
        .filter(cells -> cells.length == 6 && cells[walk + 1].equals("x"))
        .map(cells -> cells[1] + ": " + cells[4])
        .toList();
  }
}
