package dev.leat.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.ProblemCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every error code that users meet is explained in docs/ERRORS.md, with its status and source. */
class ErrorCodesTest {
  @Test
  void everyCodeIsDocumented() throws IOException {
    String documented = Files.readString(Path.of("../../docs/ERRORS.md"));

    assertThat(Stream.of(ProblemCode.values()).map(ErrorCodesTest::row))
        .allSatisfy(row -> assertThat(documented).contains(row));
  }

  private static String row(ProblemCode code) {
    return "| `%s` | %d | %s | %s | %s."
        .formatted(
            code.word(),
            code.status(),
            code.source().word(),
            code.isRetryable() ? "yes" : "no",
            code.title());
  }
}
