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
    Path path = temporary.resolve("data");

    claim(path).close();

    assertThat(permissions(path)).isEqualTo("rwx------");
    assertThat(permissions(path.resolve("blobs"))).isEqualTo("rwx------");
    assertThat(permissions(path.resolve("classes"))).isEqualTo("rwx------");
  }

  @Test
  void claim_directoryThatIsOpenToOthers_closesWhatIsTheNodesOwn() throws IOException {
    Files.createDirectory(temporary.resolve("blobs"));
    open(temporary.resolve("blobs"));
    open(temporary);

    claim(temporary).close();

    assertThat(permissions(temporary)).as("it may hold more").isEqualTo("rwxr-xr-x");
    assertThat(permissions(temporary.resolve("blobs"))).isEqualTo("rwx------");
  }

  @Test
  void claim_whileAnotherHasIt_isRefusedWithTheRemedy() throws IOException {
    try (DataDirectory held = claim(temporary)) {
      assertThat(held).isNotNull();
      assertThatThrownBy(() -> claim(temporary))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("choose another with --data");
    }

    claim(temporary).close();
  }

  @Test
  void claim_aFileInTheWay_saysWhichAndWhatToDo() throws IOException {
    Path blobs = Files.createFile(temporary.resolve("blobs"));

    assertThatThrownBy(() -> claim(temporary))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "%s cannot be used: it is a file. Mend that, or choose another directory with --data."
                .formatted(blobs));

    Files.delete(blobs);
    claim(temporary).close();
  }

  private static DataDirectory claim(Path path) throws IOException {
    DataDirectory directory = new DataDirectory(path);
    directory.claim();
    return directory;
  }

  private static void open(Path path) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
