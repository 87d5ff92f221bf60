package dev.leat.node.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OtelVariablesTest {
  private static final String URL = "http://127.0.0.1:4318";

  private static TelemetryConfig with(String... pairs) {
    Map<String, String> variables = new HashMap<>();
    variables.put("OTEL_EXPORTER_OTLP_ENDPOINT", URL);
    for (int i = 0; i < pairs.length; i += 2) {
      variables.put(pairs[i], pairs[i + 1]);
    }
    return OtelVariables.read(variables);
  }

  @Test
  void read_withoutAnEndpoint_isOff_whateverElseIsSet() {
    assertThat(OtelVariables.read(Map.of("OTEL_SERVICE_NAME", "x", "OTEL_TRACES_SAMPLER", "y")))
        .isSameAs(TelemetryConfig.OFF);
    assertThat(with("OTEL_SDK_DISABLED", "true")).isSameAs(TelemetryConfig.OFF);
  }

  @Test
  void read_anEndpoint_isOnWithTheDefaults() {
    assertThat(with().endpoint()).isEqualTo(URL);
    assertThat(with().sampling()).isEqualTo(TelemetryConfig.OFF.sampling());
    assertThat(with().hasLogs()).isTrue();
  }

  @Test
  void read_each_hasItsMeaning() {
    TelemetryConfig config =
        with(
            "OTEL_EXPORTER_OTLP_HEADERS",
            "authorization=Bearer%20abc,x-tenant=a+b",
            "OTEL_EXPORTER_OTLP_TIMEOUT",
            "3000",
            "OTEL_TRACES_SAMPLER",
            "parentbased_traceidratio",
            "OTEL_TRACES_SAMPLER_ARG",
            "0.25",
            "OTEL_LOGS_EXPORTER",
            "none",
            "OTEL_METRIC_EXPORT_INTERVAL",
            "15000",
            "OTEL_SERVICE_NAME",
            "functions",
            "OTEL_RESOURCE_ATTRIBUTES",
            "deployment.environment=test");

    assertThat(HeaderLines.parse(config.headers().value()))
        .isEqualTo(Map.of("authorization", "Bearer abc", "x-tenant", "a+b"));
    assertThat(config.toString()).doesNotContain("abc");
    assertThat(config.timeout()).isEqualTo(Duration.ofSeconds(3));
    assertThat(config.sampling()).isEqualTo(0.25);
    assertThat(config.hasTraces()).isTrue();
    assertThat(config.hasLogs()).isFalse();
    assertThat(config.metricsEvery()).isEqualTo(Duration.ofSeconds(15));
    assertThat(config.service()).isEqualTo("functions");
    assertThat(config.resource()).isEqualTo(Map.of("deployment.environment", "test"));
  }

  @ParameterizedTest
  @CsvSource({
    "OTEL_EXPORTER_OTLP_PROTOCOL, grpc",
    "OTEL_EXPORTER_OTLP_ENDPOINT, collector:4318",
    "OTEL_EXPORTER_OTLP_CERTIFICATE, /nowhere/ca.pem",
    "OTEL_EXPORTER_OTLP_HEADERS, nonsense",
    "OTEL_EXPORTER_OTLP_TIMEOUT, soon",
    "OTEL_TRACES_SAMPLER, always_on",
    "OTEL_TRACES_EXPORTER, zipkin",
    "OTEL_METRIC_EXPORT_INTERVAL, 0"
  })
  void read_withoutAMeaning_isRefusedByItsName(String name, String value) {
    assertThatThrownBy(() -> with(name, value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(name);
  }

  @Test
  void read_ratioOutOfRange_isRefused() {
    assertThatThrownBy(() ->
            with(
                "OTEL_TRACES_SAMPLER",
                "parentbased_traceidratio",
                "OTEL_TRACES_SAMPLER_ARG",
                "1.5"))
        .hasMessage("OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1");
  }
}
