package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Setting;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The table of settings in docs/OPERATING.md is made from the config records. */
class SettingsTableTest {
  private static final Path DOCUMENT = Path.of("../../docs/OPERATING.md");
  private static final String HEAD = "| key | default | allowed | |\n|---|---|---|---|\n";
  private static final NodeConfig DEFAULTS =
      NodeConfig.embedded(Path.of("leat-data"), NodeConfig.DEFAULT_HOST, NodeConfig.DEFAULT_PORT);

  /** A setting with the key by which the file has it, and its default. */
  private record Row(String key, Setting setting, Object standard) {
    @Override
    public String toString() {
      return "| `%s` | %s | %s | %s |\n"
          .formatted(
              key,
              setting.standard().isEmpty() ? inUnits() : setting.standard(),
              allowed(),
              setting.doc());
    }

    private String inUnits() {
      return switch (standard) {
        case Duration time -> Long.toString(time.toSeconds());
        case Long bytes when setting.unit() == Setting.Unit.MEBIBYTES -> Long.toString(bytes >> 20);
        default -> standard.toString();
      };
    }

    private String allowed() {
      if (!setting.form().isEmpty()) {
        return "";
      }
      return setting.atMost().isEmpty()
          ? "%,d-%,d".formatted(setting.min(), setting.max())
          : setting.min() + "-`" + setting.atMost() + "`";
    }
  }

  @Test
  void operatingMd_hasTheTableOfAllSettings() throws IOException {
    String document = Files.readString(DOCUMENT);
    int start = document.indexOf(HEAD);
    int end = document.indexOf("\n\n", start) + 1;
    StringBuilder table = new StringBuilder(HEAD);
    rows("", DEFAULTS).forEach(table::append);
    if ("1".equals(System.getenv("UPDATE_GOLDEN"))) {
      Files.writeString(DOCUMENT, document.substring(0, start) + table + document.substring(end));
      return;
    }

    assertThat(document.substring(start, end))
        .as("UPDATE_GOLDEN=1 rewrites the table")
        .isEqualTo(table.toString());
  }

  @TestFactory
  List<DynamicTest> aSettingSaysWhatItIs() {
    return rows("", DEFAULTS).stream()
        .map(row ->
            DynamicTest.dynamicTest(
                row.key(),
                () -> {
                  assertThat(row.key()).matches("[a-z]+(\\.[a-z]+(-[a-z]+)*){0,2}");
                  assertThat(row.setting().doc()).isNotEmpty();
                  assertThat(row.setting().form().isEmpty())
                      .as("a whole number has a range, anything else a form")
                      .isEqualTo(
                          row.standard() instanceof Integer
                              || row.standard() instanceof Long
                              || row.standard() instanceof Duration);
                }))
        .toList();
  }

  private static List<Row> rows(String prefix, Record section) {
    List<Row> rows = new ArrayList<>();
    for (RecordComponent component : section.getClass().getRecordComponents()) {
      Setting setting = component.getAnnotation(Setting.class);
      if (setting != null) {
        Object standard = valueOf(component, section);
        if (standard instanceof Record part && hasSettings(part)) {
          rows.addAll(rows(prefix + setting.key() + ".", part));
        } else {
          rows.add(new Row(prefix + setting.key(), setting, standard));
        }
      }
    }
    return rows;
  }

  private static boolean hasSettings(Record part) {
    return Arrays.stream(part.getClass().getRecordComponents())
        .anyMatch(component -> component.isAnnotationPresent(Setting.class));
  }

  private static Object valueOf(RecordComponent component, Record of) {
    try {
      return component.getAccessor().invoke(of);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }
}
