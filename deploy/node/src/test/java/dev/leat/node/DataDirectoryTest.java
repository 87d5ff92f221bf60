package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  @TempDir Path temporary;

  @Test
  void claim_missingDirectory_isMadeForItsOwnerOnly() throws IOException {
    Path directory = temporary.resolve("data");

    DataDirectory.claim(directory).close();

    assertThat(Files.getPosixFilePermissions(directory))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void claim_whileAnotherHasIt_isRefusedWithTheRemedy() throws IOException {
    try (DataDirectory held = DataDirectory.claim(temporary)) {
      assertThat(held).isNotNull();
      assertThatThrownBy(() -> DataDirectory.claim(temporary))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("choose another with --data");
    }

    DataDirectory.claim(temporary).close();
  }
}
