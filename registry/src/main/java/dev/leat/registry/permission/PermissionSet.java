package dev.leat.registry.permission;

import dev.leat.contract.permission.FunctionPermissions;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;

/** What a function may at the most, and who said so. */
public record PermissionSet(FunctionPermissions permissions, Instant changedAt, String changedBy) {
  private static final int TAG_BYTES = 8;

  /** What it says as an entity tag (RFC 9110, 8.8.3). */
  public String etag() {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(permissions.toString().getBytes(StandardCharsets.UTF_8));
      return "\"" + HexFormat.of().formatHex(hash, 0, TAG_BYTES) + "\"";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JVM has SHA-256", e);
    }
  }
}
