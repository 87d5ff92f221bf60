package dev.leat.store.s3;

import dev.leat.store.StoreFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

/**
 * The key that requests are signed with: of a file, which is read again when it was changed, or of
 * the environment. Safe for several threads.
 */
final class Credentials {
  private static final String PROFILE = "[default]";
  private static final int FILE_BYTES_MAX = 64 << 10;

  private final @Nullable Path file;
  private final Map<String, String> environment;
  private @Nullable FileTime readOf;
  private @Nullable AwsCredentialsIdentity read;

  /**
   * @param file its name, or "" for the environment
   */
  Credentials(String file, Map<String, String> environment) {
    this.file = file.isEmpty() ? null : Path.of(file);
    this.environment = environment;
  }

  /**
   * The key as it is now.
   *
   * @throws StoreFailure if there is none; the message says where it was looked for
   */
  synchronized AwsCredentialsIdentity now() {
    Path from = file;
    if (from == null) {
      return of(
          environment.get("AWS_ACCESS_KEY_ID"),
          environment.get("AWS_SECRET_ACCESS_KEY"),
          environment.get("AWS_SESSION_TOKEN"),
          "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not in the environment, and"
              + " bucket.credentials-file is not set");
    }
    try {
      FileTime changed = Files.getLastModifiedTime(from);
      AwsCredentialsIdentity known = read;
      if (known != null && changed.equals(readOf)) {
        return known;
      }
      AwsCredentialsIdentity fresh = parsed(from);
      read = fresh;
      readOf = changed;
      return fresh;
    } catch (IOException e) {
      throw missing("bucket.credentials-file '%s' cannot be read".formatted(from), e);
    }
  }

  /** The lines {@code name = value} of the file's default profile, or before any profile. */
  private static AwsCredentialsIdentity parsed(Path from) throws IOException {
    String text;
    try (var in = Files.newInputStream(from)) {
      text = new String(in.readNBytes(FILE_BYTES_MAX), java.nio.charset.StandardCharsets.UTF_8);
    }
    Map<String, String> values = new HashMap<>();
    boolean isDefault = true;
    for (String line : text.lines().map(String::strip).toList()) {
      if (line.startsWith("[")) {
        isDefault = line.equals(PROFILE);
      } else if (isDefault && line.indexOf('=') > 0) {
        int at = line.indexOf('=');
        values.put(line.substring(0, at).strip(), line.substring(at + 1).strip());
      }
    }
    return of(
        values.get("aws_access_key_id"),
        values.get("aws_secret_access_key"),
        values.get("aws_session_token"),
        "bucket.credentials-file '%s' has no aws_access_key_id and aws_secret_access_key"
            .formatted(from));
  }

  private static AwsCredentialsIdentity of(
      @Nullable String id, @Nullable String secret, @Nullable String session, String otherwise) {
    if (id == null || id.isEmpty() || secret == null || secret.isEmpty()) {
      throw missing(otherwise, new IOException(otherwise));
    }
    return session == null || session.isEmpty()
        ? AwsCredentialsIdentity.create(id, secret)
        : AwsSessionCredentialsIdentity.create(id, secret, session);
  }

  private static StoreFailure missing(String what, IOException cause) {
    return new StoreFailure("Signing requests to the bucket: " + what, false, cause);
  }
}
