package dev.leat.node;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.leat.contract.Finding;
import dev.leat.documents.SettingsReader;
import dev.leat.documents.StrictJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads a node's configuration file: YAML, whose keys override the defaults of {@link NodeConfig}.
 * Every problem is told at once. docs/OPERATING.md has the table of keys.
 */
public final class NodeConfigFile {
  /** Fifty times what all keys take. */
  private static final int FILE_BYTES_MAX = 64 << 10;

  private static final JsonMapper MAPPER =
      StrictJson.mapper()
          .rebuild()
          .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
          .addModule(new SimpleModule().addDeserializer(Secret.class, new SecretFile()))
          .build();

  private NodeConfigFile() {}

  /**
   * The defaults with what the file says instead.
   *
   * @throws IOException if the file cannot be read
   * @throws InvalidConfig if it has problems, with all of them
   */
  public static NodeConfig apply(Path file, NodeConfig defaults) throws IOException {
    byte[] yaml = read(file);
    SettingsReader.Read<NodeConfig> read = SettingsReader.read(MAPPER, yaml, defaults);
    if (!read.findings().isEmpty()) {
      throw new InvalidConfig(file, read.findings());
    }
    return read.value();
  }

  private static byte[] read(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      byte[] yaml = in.readNBytes(FILE_BYTES_MAX + 1);
      if (yaml.length > FILE_BYTES_MAX) {
        throw new InvalidConfig(
            file,
            List.of(new Finding("", "is longer than the " + FILE_BYTES_MAX + " bytes allowed")));
      }
      return yaml;
    }
  }

  /** The file that a key names, so that the configuration itself holds no secret. */
  private static final class SecretFile extends StdDeserializer<Secret> {
    private static final long serialVersionUID = 1L;

    SecretFile() {
      super(Secret.class);
    }

    @Override
    public Secret deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      String file = context.readValue(parser, String.class);
      try {
        return new Secret(Files.readString(Path.of(file)).strip());
      } catch (IOException | RuntimeException e) {
        return (Secret) context.handleWeirdStringValue(Secret.class, file, "it cannot be read");
      }
    }
  }

  /** A configuration file has problems. */
  public static final class InvalidConfig extends RuntimeException {
    private static final long serialVersionUID = 1L;

    InvalidConfig(Path file, List<Finding> findings) {
      super(
          "The configuration %s has %d problem(s): %s"
              .formatted(
                  file,
                  findings.size(),
                  String.join("; ", findings.stream().map(Finding::toString).toList())));
    }
  }
}
