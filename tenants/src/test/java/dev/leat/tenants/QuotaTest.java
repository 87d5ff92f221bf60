package dev.leat.tenants;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The operators' guide and the API's document have the quotas that the code has. */
final class QuotaTest {
  private static final Pattern ROW =
      Pattern.compile("\\| `([a-z-]+)` \\| ([0-9]+) \\| ([^|]+) \\|.*");

  /** The names that the schema of a quota's name lists. */
  private static final Pattern NAMES =
      Pattern.compile("\n    QuotaName:\n(?:      .*\n)*?      enum:\n((?:        - .*\n)+)");

  /** In the command's golden file, which is held to what the command prints. */
  private static final Pattern HELP =
      Pattern.compile("nothing limits it then\\. Names: ([^.]+)\\.");

  @Test
  void documentedTable_isThatOfTheCode() throws IOException {
    Map<String, String> documented = new TreeMap<>();
    String guide = Files.readString(Path.of("../docs/OPERATING.md"));
    String section = guide.substring(guide.indexOf("## Quotas"), guide.indexOf("## Roles"));
    section
        .lines()
        .map(ROW::matcher)
        .filter(Matcher::matches)
        .forEach(row ->
            documented.put(
                row.group(1), row.group(2) + " " + !row.group(3).equals("not yet enforced")));

    Map<String, String> coded = new TreeMap<>();
    Stream.of(Quota.values())
        .forEach(quota -> coded.put(quota.word(), quota.max() + " " + quota.isEnforced()));
    assertThat(documented).isEqualTo(coded);
  }

  @Test
  void namesInTheCommandsHelp_areThoseOfTheCode() throws IOException {
    String help =
        Files.readString(Path.of("../deploy/cli/src/test/resources/dev/leat/cli/help.txt"));
    Matcher names = HELP.matcher(help.replaceAll("\\s+", " "));
    assertThat(names.find()).isTrue();

    assertThat(List.of(names.group(1).split("[,;] ")))
        .containsExactlyInAnyOrderElementsOf(Quota.words());
  }

  @Test
  void namesInTheApisDocument_areThoseOfTheCode() throws IOException {
    String document =
        Files.readString(Path.of("../gateway/src/main/resources/dev/leat/gateway/openapi.yaml"));
    Matcher names = NAMES.matcher(document);
    assertThat(names.find()).isTrue();

    assertThat(names.group(1).lines().map(line -> line.strip().substring("- ".length())))
        .containsExactlyInAnyOrderElementsOf(Quota.words());
  }
}
