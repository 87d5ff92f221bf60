package dev.leat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.GuestContract;
import dev.leat.contract.InstancePolicy.Reuse;
import dev.leat.contract.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The sample functions answer their test data, each twice, on instances used again and again. */
@Timeout(120)
final class SamplesTest {
  private static final Path SAMPLES = Path.of("..", "sdk", "samples");

  @ParameterizedTest
  @CsvSource({
    "noop, HANDLER",
    "mask-pii, HANDLER",
    "markdown, HANDLER",
    "echo-json, HANDLER",
    "token-transfers, PROCESSOR",
    "word-count, WASI"
  })
  void sample_answersItsTestData(String name, GuestContract contract) throws IOException {
    Path sample = SAMPLES.resolve(name);
    byte[] module = Files.readAllBytes(sample.resolve(name.replace('-', '_') + ".wasm"));
    String config =
        name.equals("mask-pii") ? "{\"fields_to_mask\":[\"email\",\"phone\",\"ssn\"]}" : "{}";
    try (TestWorker worker = new TestWorker();
        Stream<Path> files = Files.list(sample.resolve("testdata"))) {
      List<Path> inputs =
          files.filter(file -> file.getFileName().toString().contains(".in.")).sorted().toList();
      assertThat(inputs).isNotEmpty();
      for (int round = 0; round < 2; round++) {
        for (Path input : inputs) {
          String test = input.getFileName().toString().replaceFirst("\\.in\\..*", "");
          Path own = input.resolveSibling(test + ".config.json");
          FunctionVersion version =
              worker.publish(
                  TestFunction.of(contract, module)
                      .version(Files.exists(own) ? 2 : 1)
                      .response(4 << 20)
                      .instances(0, 2, Reuse.RESET)
                      .grants(new Grant.Logging(), new Grant.Metrics(), new Grant.Config())
                      .config(Files.exists(own) ? Files.readString(own) : config));

          Outcome outcome = worker.invoke(version, Files.readAllBytes(input));

          if (contract == GuestContract.PROCESSOR && !isEvent(input)) {
            // The host wraps it into an event: the expected answer is that to the bare body.
            assertThat(outcome)
                .as(test)
                .isInstanceOfAny(Outcome.Responded.class, Outcome.GuestFailed.class);
          } else {
            assertExpected(input, test, outcome, worker);
          }
        }
      }
    }
  }

  private static boolean isEvent(Path input) throws IOException {
    try {
      JsonNode parsed =
          new ObjectMapper()
              .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
              .readTree(input.toFile());
      return parsed.has("id") && parsed.has("data");
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  private static void assertExpected(Path input, String test, Outcome outcome, TestWorker worker)
      throws IOException {
    Path failure = input.resolveSibling(test + ".expected.failure.txt");
    if (Files.exists(failure)) {
      assertThat(outcome).as(test).isInstanceOf(Outcome.GuestFailed.class);
      assertThat(String.join("\n", worker.lines))
          .as(test)
          .contains(Files.readString(failure).strip());
      return;
    }
    try (Stream<Path> files = Files.list(input.getParent())) {
      Path expected =
          files
              .filter(file -> file.getFileName().toString().startsWith(test + ".expected."))
              .findFirst()
              .orElseThrow();
      assertThat(outcome).as(test).isInstanceOf(Outcome.Responded.class);
      Outcome.Responded responded = (Outcome.Responded) outcome;
      assertThat(new String(responded.body(), StandardCharsets.ISO_8859_1))
          .as(test)
          .isEqualTo(Files.readString(expected, StandardCharsets.ISO_8859_1));
      boolean isProblem = expected.toString().endsWith(".problem.json");
      assertThat(responded.status()).as(test).isEqualTo(isProblem ? 400 : 200);
    }
  }
}
