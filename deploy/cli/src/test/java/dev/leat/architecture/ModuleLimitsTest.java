package dev.leat.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.ModuleLimits;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Every limit of a module is in the table of docs/FUNCTIONS.md, with its number. */
class ModuleLimitsTest {
  @Test
  void everyLimitIsDocumented() throws IOException, ReflectiveOperationException {
    String documented = Files.readString(Path.of("../../docs/FUNCTIONS.md"));

    for (RecordComponent limit : ModuleLimits.class.getRecordComponents()) {
      assertThat(documented)
          .as(limit.getName())
          .contains(
              String.format(
                  Locale.ROOT,
                  "| %,d",
                  (Integer) limit.getAccessor().invoke(ModuleLimits.DEFAULT)));
    }
  }
}
