package dev.leat.bench;

import dev.leat.cli.Leat;
import dev.leat.testkit.AnotherJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Sets a node up for load by the commands that a user would type: a tenant with a quota, a token, a
 * key, signed samples.
 */
final class Deployment {
  private static final String TENANT = "bench";
  private static final Path SAMPLES = Path.of("sdk", "samples");

  /** Whether every quota of requests is set, of the tenant and of each function. */
  private static final boolean EVERY_QUOTA = Boolean.getBoolean("every-quota");

  /** Quotas of a function are set by admins. */
  private static final String ROLE = EVERY_QUOTA ? "tenant-admin" : "developer";

  private final Path home;
  private final Path key;

  /**
   * @param home a directory for profiles, key and modules
   */
  Deployment(Path home) {
    this.home = home;
    this.key = home.resolve("bench.jwk");
  }

  /** Makes the tenant; answers a token that may call its functions. */
  String tenant(String url, Path operatorToken) throws IOException {
    leat("login", url, "--token-file", operatorToken.toString());
    leat("tenant", "create", TENANT);
    // Far above what can be reached: counted for each request, never in the way.
    leat(
        "quota", "set", TENANT, "requests-per-second=1000000", "burst=1000000", "concurrency=1000");
    if (EVERY_QUOTA) {
      leat(withHourly("quota", "set", TENANT));
    }
    String token = leat("token", "create", "--tenant", TENANT, "--role", ROLE, "--ttl", "1h");
    Path tokenFile = Files.writeString(home.resolve("bench.token"), token + "\n");
    leat("login", url, "--token-file", tokenFile.toString(), "--tenant", TENANT);
    leat("key", "generate", "--out", key.toString());
    leat("key", "register", key.toString());
    return token;
  }

  /** Signs and deploys a sample; answers its path. */
  String sample(String name) throws IOException {
    String module = name.replace('-', '_') + ".wasm";
    Path directory = Files.createDirectory(home.resolve(name));
    Path copy = directory.resolve(module);
    Files.copy(SAMPLES.resolve(name).resolve(module), copy);
    Path manifest = directory.resolve("leat.yaml");
    Files.copy(SAMPLES.resolve(name).resolve("leat.yaml"), manifest);
    leat("sign", copy.toString(), "--key", key.toString(), "--name", name, "--version", "1.0.0");
    leat("deploy", "-f", manifest.toString());
    if (EVERY_QUOTA) {
      leat(
          withHourly(
              "quota",
              "set",
              TENANT,
              "--function",
              name,
              "requests-per-second=1000000",
              "burst=1000000",
              "concurrency=1000"));
    }
    return "/f/" + TENANT + "/" + name;
  }

  private static String[] withHourly(String... command) {
    return Stream.concat(
            Stream.of(command),
            Stream.of(
                "fuel-per-hour=1000000000000000",
                "cpu-seconds-per-hour=10000000",
                "memory-mb-hours=10000000"))
        .toArray(String[]::new);
  }

  private String leat(String... arguments) throws IOException {
    List<String> flags = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
    ProcessBuilder builder =
        AnotherJvm.of(flags, Leat.class, arguments).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("LEAT_HOME", home.toString());
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException("leat " + String.join(" ", arguments) + " failed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted", e);
    }
    return out.strip();
  }
}
