package dev.leat.node.telemetry;

import dev.leat.node.Secret;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The environment variables by which OpenTelemetry's own libraries are set up, as far as they have
 * a meaning here. They are defaults, which the configuration file overrides.
 */
public final class OtelVariables {
  private static final String ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT";
  private static final String SAMPLER = "OTEL_TRACES_SAMPLER";
  private static final String SAMPLER_ARGUMENT = "OTEL_TRACES_SAMPLER_ARG";

  private final Map<String, String> environment;

  private OtelVariables(Map<String, String> environment) {
    this.environment = environment;
  }

  /**
   * What they say; without an endpoint they say nothing.
   *
   * @throws IllegalArgumentException if one has no meaning; says which, and what is allowed
   */
  public static TelemetryConfig read(Map<String, String> environment) {
    return new OtelVariables(environment).config();
  }

  private TelemetryConfig config() {
    TelemetryConfig off = TelemetryConfig.OFF;
    if (get(ENDPOINT).isEmpty() || get("OTEL_SDK_DISABLED").equalsIgnoreCase("true")) {
      return off;
    }
    String protocol = get("OTEL_EXPORTER_OTLP_PROTOCOL");
    if (!protocol.isEmpty() && !protocol.equals("http/protobuf")) {
      throw new IllegalArgumentException(
          "OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf, was " + protocol);
    }
    if (!get(ENDPOINT).matches("https?://[^\\s@?#]{1,1000}")) {
      throw new IllegalArgumentException(ENDPOINT + " must be an http or https URL");
    }
    return new TelemetryConfig(
        get(ENDPOINT),
        headers(),
        file("OTEL_EXPORTER_OTLP_CERTIFICATE"),
        "",
        sampling(off.sampling()),
        off.tracesPerSecond(),
        isSent("OTEL_TRACES_EXPORTER"),
        isSent("OTEL_METRICS_EXPORTER"),
        isSent("OTEL_LOGS_EXPORTER"),
        millis("OTEL_METRIC_EXPORT_INTERVAL", off.metricsEvery()),
        millis("OTEL_EXPORTER_OTLP_TIMEOUT", off.timeout()),
        get("OTEL_SERVICE_NAME").isEmpty() ? off.service() : get("OTEL_SERVICE_NAME"),
        pairs("OTEL_RESOURCE_ATTRIBUTES"));
  }

  private String get(String name) {
    return environment.getOrDefault(name, "").strip();
  }

  private boolean isSent(String name) {
    return switch (get(name)) {
      case "", "otlp" -> true;
      case "none" -> false;
      default -> throw new IllegalArgumentException(name + " must be otlp or none");
    };
  }

  private Duration millis(String name, Duration standard) {
    if (get(name).isEmpty()) {
      return standard;
    }
    if (!get(name).matches("[1-9][0-9]{2,6}")) {
      throw new IllegalArgumentException(name + " must be 100-9999999, in milliseconds");
    }
    return Duration.ofMillis(Long.parseLong(get(name)));
  }

  private double sampling(double standard) {
    return switch (get(SAMPLER)) {
      case "" -> standard;
      case "parentbased_always_on" -> 1;
      case "parentbased_always_off" -> 0;
      case "parentbased_traceidratio" -> ratio();
      default ->
          throw new IllegalArgumentException(
              SAMPLER
                  + " must be parentbased_always_on, parentbased_always_off or"
                  + " parentbased_traceidratio");
    };
  }

  private double ratio() {
    String ratio = get(SAMPLER_ARGUMENT);
    if (!ratio.matches("(0(\\.[0-9]{1,9})?|1(\\.0{1,9})?)?")) {
      throw new IllegalArgumentException(SAMPLER_ARGUMENT + " must be a number from 0 to 1");
    }
    return ratio.isEmpty() ? 1 : Double.parseDouble(ratio);
  }

  private Secret headers() {
    return new Secret(
        pairs("OTEL_EXPORTER_OTLP_HEADERS").entrySet().stream()
            .map(field -> field.getKey() + "=" + field.getValue())
            .collect(Collectors.joining("\n")));
  }

  /** {@code a=1,b=2}, the values percent-encoded. */
  private Map<String, String> pairs(String name) {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String pair : get(name).split(",", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        pairs.put(pair.substring(0, equals).strip(), decoded(name, pair.substring(equals + 1)));
      } else if (!pair.isBlank()) {
        throw new IllegalArgumentException(name + " must be name=value, with commas between");
      }
    }
    return pairs;
  }

  private static String decoded(String name, String value) {
    try {
      return URLDecoder.decode(value.strip().replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + " has a value that is not percent-encoded", e);
    }
  }

  private Secret file(String name) {
    if (get(name).isEmpty()) {
      return new Secret("");
    }
    try {
      return new Secret(Files.readString(Path.of(get(name))).strip());
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException(name + " names a file that cannot be read", e);
    }
  }
}
